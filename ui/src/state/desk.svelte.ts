// The state of the window: the newest snapshot, the clock, what was pressed and not answered yet, and what went wrong.
// It calls the program behind the window; it decides nothing about what is shown.
import type { Backend } from "../api/backend";
import type { Hands } from "../parts/hands";
import type { Action, Snapshot, TroubleView } from "../views";
import { words } from "../words";

export class Desk implements Hands {
  snapshot = $state.raw<Snapshot | null>(null);
  now = $state(0);
  /** A command that the program refused. It stays until it is closed. */
  refusal = $state.raw<TroubleView | null>(null);
  /** What is said to who listens rather than looks. */
  said = $state("");

  readonly #backend: Backend;
  readonly #standing: number | undefined;
  #pressed = $state.raw<readonly string[]>([]);
  #reading: Promise<void> | null = null;
  #again = false;
  /** Done once every answer that was given has been taken or refused. */
  #answered: Promise<boolean> = Promise.resolve(true);
  readonly #flushes = new Set<() => void>();
  #stop: (() => void)[] = [];

  /** `standing` is a time at which the clock stands still: the gallery's examples are all of one moment. */
  constructor(backend: Backend, standing?: number) {
    this.#backend = backend;
    this.#standing = standing;
    this.now = standing ?? Date.now();
  }

  /** Starts the clock, listens, and reads for the first time. */
  async open(): Promise<void> {
    this.close();
    const tick = setInterval(() => this.#tick(), 1000);
    this.#stop.push(() => clearInterval(tick));
    const listened = await this.#tried(words.doing.listen, async () => {
      this.#stop.push(await this.#backend.listen((revision) => this.#heard(revision)));
    });
    if (listened) await this.read();
  }

  /** Stops the clock and the listening. */
  close() {
    for (const stop of this.#stop) stop();
    this.#stop = [];
  }

  /** Fetches the snapshot. Asked while one is under way, it fetches once more after it: never two at a time. */
  read(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = this.#readUntilQuiet().finally(() => (this.#reading = null));
    return this.#reading;
  }

  /** Takes a snapshot unless a newer one is there already. */
  take(next: Snapshot) {
    if (this.snapshot && next.revision < this.snapshot.revision) return;
    this.snapshot = next;
    this.#tick();
  }

  busy(action: Action) {
    return this.#pressed.includes(JSON.stringify(action));
  }

  async press(action: Action): Promise<boolean> {
    const key = JSON.stringify(action);
    if (this.#pressed.includes(key)) return false;
    this.#pressed = [...this.#pressed, key];
    for (const flush of this.#flushes) flush();
    // Stopping is never kept waiting, least of all by an answer that is being tried.
    if (action.do !== "cancel") await this.#answered;
    const taken = await this.#tried(words.doing.press, () => this.#backend.press(action));
    await this.read();
    this.#pressed = this.#pressed.filter((other) => other !== key);
    return taken;
  }

  answer(ask: string, value: string): Promise<boolean> {
    // One after the other, as they were given: a later one may rest on an earlier one, and the program works on what it
    // is sent at the same time in any order.
    const sent = this.#answered.then(async () => {
      const taken = await this.#tried(words.doing.answer, () => this.#backend.answer(ask, value));
      await this.read();
      return taken;
    });
    this.#answered = sent;
    return sent;
  }

  async copy(text: string, label: string): Promise<boolean> {
    const copied = await this.#tried(words.doing.copy, () => this.#backend.copy(text));
    if (copied) this.announce(words.copiedWhat(label));
    return copied;
  }

  announce(what: string) {
    // The same words twice are said twice only when the text differs: a no-break space makes it so.
    this.said = this.said === what ? `${what}\u00a0` : what;
  }

  beforePress(flush: () => void) {
    this.#flushes.add(flush);
    return () => {
      this.#flushes.delete(flush);
    };
  }

  #tick() {
    this.now = this.#standing ?? Date.now();
  }

  #heard(revision: number) {
    if (!this.snapshot || revision > this.snapshot.revision) void this.read();
  }

  async #readUntilQuiet() {
    do {
      this.#again = false;
      await this.#tried(words.doing.read, async () => this.take(await this.#backend.snapshot()));
    } while (this.#again);
  }

  async #tried(doing: string, call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (refused) {
      this.refusal = asTrouble(doing, refused);
      return false;
    }
  }
}

/** A refusal as something to read. The program refuses with a trouble or with a sentence; anything else is shown as it is. */
export function asTrouble(doing: string, refused: unknown): TroubleView {
  if (typeof refused === "object" && refused !== null && "title" in refused && "next" in refused) {
    return refused as TroubleView;
  }
  const said = refused instanceof Error ? refused.message : typeof refused === "string" ? refused : JSON.stringify(refused);
  return { title: words.refused.title, certain: words.refused.certain, doing, who: words.refused.who, said, facts: [], next: [] };
}
