// Where everything of the drawing lies. Pure numbers, so that the drawing itself is only lines and words.
import type { PictureView, WireView } from "../views";

export const WIDTH = 836;
/** The inner edges of the two panels: the ports sit on them. */
export const LEFT = 204;
export const RIGHT = 596;
const HEAD = 64;
const ROW = 40;
/** A wire that differs shows both values below its line. */
const VALUES = 24;
/** Between the last line of a group, the rule, and the first line of the next. */
const TO_RULE = 32;
const FROM_RULE = 36;

export interface Laid {
  wire: WireView;
  /** The height of the line. */
  y: number;
}

export interface Layout {
  height: number;
  wires: Laid[];
  /** Where a rule divides two groups. */
  rules: number[];
}

/** Lays the wires one under the other, a rule between two groups. */
export function layOut(picture: PictureView): Layout {
  const wires: Laid[] = [];
  const rules: number[] = [];
  let y = HEAD;
  let group: string | null = null;
  for (const wire of picture.wires) {
    if (group !== null && wire.group !== group) {
      y += TO_RULE;
      rules.push(y + 0.5);
      y += FROM_RULE - ROW;
    }
    group = wire.group;
    y += ROW;
    wires.push({ wire, y });
    if (wire.state === "differs") y += VALUES;
  }
  return { height: y + 28, wires, rules };
}
