// What the pages may ask of the program behind the window. There are two of it: the real one (tauri.ts) and one that
// plays an example (memory.ts).
import type { Action, Snapshot } from "../views";

export interface Backend {
  /** Everything that is on screen now. */
  snapshot(): Promise<Snapshot>;
  /** A person pressed something. */
  press(action: Action): Promise<unknown>;
  /** A person answered an ask of the step that is shown; also the way of a secret, which is never sent back. */
  answer(ask: string, value: string): Promise<unknown>;
  /** Puts a text on the clipboard. */
  copy(text: string): Promise<unknown>;
  /** Calls `heard` with the newest revision whenever there is one; answers with the way to stop listening. */
  listen(heard: (revision: number) => void): Promise<() => void>;
}
