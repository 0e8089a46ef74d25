// Opens the whole window on an example, with a program that remembers what was asked of it.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { expect, vi } from "vitest";
import App from "../App.svelte";
import { Memory } from "../api/memory";
import { HANDS, type Hands } from "../parts/hands";
import { NOW } from "../examples";
import type { Snapshot } from "../views";

/** The window on this snapshot, after the first reading. */
export async function openWindow(first: Snapshot) {
  const backend = new Memory(first);
  const user = userEvent.setup();
  const view = render(App, { props: { backend, now: NOW } });
  await screen.findByRole("heading", { level: 1, hidden: true });
  return { backend, user, ...view };
}

/** The context of a part that is drawn alone. */
export function withHands(change: Partial<Hands> = {}) {
  const hands: Hands = {
    now: NOW,
    busy: () => false,
    press: vi.fn(async () => true),
    answer: vi.fn(async () => true),
    copy: vi.fn(async () => true),
    announce: vi.fn(),
    beforePress: () => () => {},
    ...change,
  };
  return { hands, context: new Map([[HANDS, hands]]) };
}

/** Looks for what would keep somebody out. Contrast needs a real window and is measured there. */
export async function expectAccessible(node: Element) {
  const found = await axe.run(node, { rules: { "color-contrast": { enabled: false } } });
  expect(found.violations.map((one) => `${one.id}: ${one.nodes.map((at) => at.html).join(" | ")}`)).toEqual([]);
}

/** The sentence of the footer. */
export const footerSays = () => document.getElementById("say")?.textContent;
