// Which icons there are, and which one tells which state.
import type { CheckState, Status, Tone, WireState } from "../views";

export type IconName =
  | "s-fail"
  | "s-lock"
  | "s-none"
  | "s-pass"
  | "s-ready"
  | "s-skipped"
  | "s-unknown"
  | "s-unverified"
  | "s-wait"
  | "s-warn"
  | "i-again"
  | "i-back"
  | "i-chev"
  | "i-close"
  | "i-copy"
  | "i-dark"
  | "i-eye"
  | "i-hand"
  | "i-help"
  | "i-light"
  | "i-list"
  | "i-out"
  | "i-picture"
  | "i-plus"
  | "i-practice"
  | "i-save"
  | "i-theme";

/** The class that colors an icon or its word. */
export type Hue = "pass" | "warn" | "fail" | "wait" | "unknown" | "none";

/** A silhouette and its color. The word always stands beside it. */
export interface Mark {
  icon: IconName;
  hue: Hue;
}

export const STATUS: Record<Status, Mark> = {
  done: { icon: "s-pass", hue: "pass" },
  done_not_verified: { icon: "s-unverified", hue: "pass" },
  ready: { icon: "s-ready", hue: "wait" },
  not_started: { icon: "s-none", hue: "none" },
  cannot_start: { icon: "s-lock", hue: "none" },
  waiting: { icon: "s-wait", hue: "wait" },
  attention: { icon: "s-warn", hue: "warn" },
};

/** The color of a status's word: only what asks for something is colored. */
export const STATUS_WORD: Record<Status, Hue> = {
  done: "none",
  done_not_verified: "none",
  ready: "wait",
  not_started: "none",
  cannot_start: "none",
  waiting: "wait",
  attention: "warn",
};

export const CHECK: Record<CheckState, Mark> = {
  pass: { icon: "s-pass", hue: "pass" },
  warn: { icon: "s-warn", hue: "warn" },
  fail: { icon: "s-fail", hue: "fail" },
  wait: { icon: "s-wait", hue: "wait" },
  skipped: { icon: "s-skipped", hue: "none" },
  unknown: { icon: "s-unknown", hue: "unknown" },
};

/** A check before the first look. */
export const NOT_LOOKED: Mark = { icon: "s-none", hue: "none" };

export const TONE: Record<Tone, Mark | null> = {
  plain: null,
  pass: CHECK.pass,
  warn: CHECK.warn,
  fail: CHECK.fail,
};

export const WIRE: Record<WireState, Mark> = {
  none: { icon: "s-none", hue: "none" },
  set: { icon: "s-ready", hue: "wait" },
  equal: { icon: "s-pass", hue: "pass" },
  differs: { icon: "s-fail", hue: "fail" },
};
