// What a part may do to the world: press, answer, copy, and read the clock. Parts get it from the page around them and
// know nothing of where it leads.
import { getContext, setContext } from "svelte";
import type { Action } from "../views";

export interface Hands {
  /** The time in milliseconds, moving once a second: ages and countdowns read it. */
  readonly now: number;
  /** Whether this very action was pressed and is not answered yet. */
  busy(action: Action): boolean;
  /** Presses; answers whether it was taken. A refusal is already on screen when this returns. */
  press(action: Action): Promise<boolean>;
  /** Answers an ask; answers whether it was taken. */
  answer(ask: string, value: string): Promise<boolean>;
  /** Copies; `label` is what is said to be copied. */
  copy(text: string, label: string): Promise<boolean>;
  /** Says something to who listens rather than looks. */
  announce(words: string): void;
  /** Calls `flush` before anything is pressed, so that what was just typed counts; answers with the way to stop. */
  beforePress(flush: () => void): () => void;
}

/** The key under which the hands lie in the context. */
export const HANDS = Symbol("hands");

export const giveHands = (hands: Hands) => setContext(HANDS, hands);
export const hands = () => getContext<Hands>(HANDS);
