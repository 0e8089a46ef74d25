// What can only be looked at later is one line, until there is more to say of it.
import { cleanup, screen } from "@testing-library/svelte";
import { afterEach, expect, it } from "vitest";
import { examples } from "../examples";
import { check } from "../examples/frame";
import type { CheckView, Snapshot } from "../views";
import { expectAccessible, openWindow } from "./window";

afterEach(cleanup);

function seeing(checks: CheckView[]): Snapshot {
  const page = examples["add-app"]!;
  return { ...page, step: { ...page.step!, checks } };
}

const passed = check("gallery", "pass", "Passed", "The gallery offers it", "");
const owner = check("owner", "skipped", "Not yet", "The owner is looked at later", "", { later: true });
const mode = check("mode", "skipped", "Not yet", "The mode is looked at later", "", { later: true });

it("folds what comes later into one line that opens", async () => {
  const { user } = await openWindow(seeing([passed, owner, mode]));
  expect(screen.getByText("The gallery offers it").closest("details.later")).toBeNull();
  const line = screen.getByText("2 more: there is nothing to look at yet.");
  const fold = line.closest("details")!;
  expect(fold.open).toBe(false);
  await user.click(line);
  expect(fold.open).toBe(true);
  expect(fold).toContainElement(screen.getByText("The mode is looked at later"));
  await expectAccessible(document.body);
});

it("says so where nothing can be looked at yet", async () => {
  await openWindow(seeing([owner, mode]));
  expect(screen.getByText("2 checks: there is nothing to look at yet.")).toBeVisible();
  await expectAccessible(document.body);
});

it("shows one alone, and one that is being looked at", async () => {
  await openWindow(seeing([passed, owner]));
  expect(screen.getByText("The owner is looked at later").closest("details.later")).toBeNull();
  cleanup();
  await openWindow(seeing([passed, owner, { ...mode, running: true }]));
  expect(screen.getByText("The mode is looked at later").closest("details.later")).toBeNull();
});
