// What runs for longer than a moment can be stopped from the footer, and leads to the page where it runs.
import { cleanup, screen, waitFor } from "@testing-library/svelte";
import { afterEach, expect, it, vi } from "vitest";
import { examples, NOW } from "../examples";
import type { ActionView, RunsView, Snapshot } from "../views";
import { expectAccessible, openWindow } from "./window";

afterEach(cleanup);

const stop: ActionView = { action: { do: "cancel" }, label: "Stop", enabled: true, why_not: null };
const at: ActionView = { action: { do: "go_step", id: "plan" }, label: "Go to 0.1", enabled: true, why_not: null };

function running(runs: RunsView): Snapshot {
  const page = examples["add-app"]!;
  return { ...page, step: { ...page.step!, footer: { ...page.step!.footer, runs } } };
}

it("stops from the footer and leads to where it runs", async () => {
  const { backend, user } = await openWindow(running({ since: NOW - 1000, stop, at }));
  await user.click(screen.getByRole("button", { name: "Stop" }));
  await waitFor(() => expect(backend.pressed).toEqual([{ do: "cancel" }]));
  await user.click(screen.getByRole("button", { name: "Go to 0.1" }));
  await waitFor(() => expect(backend.pressed).toContainEqual(at.action));
  await expectAccessible(document.body);
});

it("shows nothing for what is over within a second", async () => {
  await openWindow(running({ since: NOW - 999, stop, at }));
  expect(screen.queryByRole("button", { name: "Stop" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Go to 0.1" })).toBeNull();
});

it("comes into sight once when it begins to wait, and moves nothing after that", async () => {
  const page = Object.values(examples).find((example) => example.step?.wait)!;
  const before = { ...page, step: { ...page.step!, wait: null } };
  const { backend } = await openWindow(before);
  const seen: Element[] = [];
  const into = vi.spyOn(Element.prototype, "scrollIntoView").mockImplementation(function (this: Element) {
    seen.push(this);
  });
  const boxes = () => seen.filter((one) => one.classList.contains("wait"));
  backend.show({ ...page, revision: before.revision + 1 });
  await screen.findByRole("heading", { name: page.step!.wait!.title });
  expect(boxes()).toHaveLength(1);

  const later = { ...page.step!.wait!, title: "Something else is waited for" };
  backend.show({ ...page, revision: before.revision + 2, step: { ...page.step!, wait: later } });
  await screen.findByRole("heading", { name: later.title });
  expect(boxes()).toHaveLength(1);
  into.mockRestore();
});
