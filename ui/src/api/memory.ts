// A program that plays one example and keeps what was asked of it: behind the gallery and the tests.
import type { Action, Snapshot } from "../views";
import type { Backend } from "./backend";

export class Memory implements Backend {
  /** Every press, answer and copy, in order. A test reads them. */
  readonly pressed: Action[] = [];
  readonly answered: { ask: string; value: string }[] = [];
  readonly copied: string[] = [];
  /** What the next calls are refused with. */
  refuses: unknown = null;

  #now: Snapshot;
  #heard: ((revision: number) => void) | null = null;

  constructor(first: Snapshot) {
    this.#now = first;
  }

  /** Puts another snapshot on screen, as the real program does after anything happened. */
  show(next: Snapshot) {
    this.#now = next;
    this.#heard?.(next.revision);
  }

  async snapshot() {
    return this.#now;
  }

  async press(action: Action) {
    this.#mayRefuse();
    this.pressed.push(action);
    const { revision } = this.#now;
    if (action.do === "set_theme") this.show({ ...this.#now, theme: action.theme, revision: revision + 1 });
    if (action.do === "dismiss") this.show({ ...this.#now, confirm: null, notice: null, revision: revision + 1 });
    if (action.do === "go_help") this.show({ ...this.#now, page: { kind: "help" }, revision: revision + 1 });
    return null;
  }

  async answer(ask: string, value: string) {
    this.#mayRefuse();
    this.answered.push({ ask, value });
    return null;
  }

  async copy(text: string) {
    this.#mayRefuse();
    this.copied.push(text);
    return null;
  }

  async listen(heard: (revision: number) => void) {
    this.#heard = heard;
    return () => {
      this.#heard = null;
    };
  }

  #mayRefuse() {
    if (this.refuses !== null) throw this.refuses;
  }
}
