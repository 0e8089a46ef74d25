// Every example, and every page that the Rust side wrote down, is drawn and searched for barriers.
import { cleanup, screen } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import { examples } from "../examples";
import type { Snapshot } from "../views";
import { expectAccessible, footerSays, openWindow } from "./window";

afterEach(cleanup);

const written = import.meta.glob<Snapshot>("../../../tests/pages/*.json", { eager: true, import: "default" });
const pages = { ...examples, ...Object.fromEntries(Object.entries(written).map(([path, page]) => [path.replace(/^.*\//, ""), page])) };

describe.each(Object.entries(pages))("%s", (_, page) => {
  it("is drawn and has no barrier", async () => {
    await openWindow(page);
    expect(document.querySelectorAll("h1")).toHaveLength(1);
    expect(document.querySelector("main")).not.toBeNull();
    await expectAccessible(document.body);
  });

  it("says everything that the snapshot says", async () => {
    await openWindow(page);
    const text = document.body.textContent?.replace(/\s+/g, " ") ?? "";
    const bare = (sentence: string) => sentence.replace(/`|\*\*/g, "").replace(/\s+/g, " ").trim();
    const step = page.page.kind === "step" ? page.step : null;
    const wanted = [
      step?.title,
      ...(step?.why ?? []),
      ...(step?.checks.flatMap((check) => [check.word, check.title, check.detail]) ?? []),
      ...(step?.changes?.rows.flatMap((row) => [row.what, row.then, row.undo, row.undo_about]) ?? []),
      ...(step?.asks.flatMap((ask) => [ask.label, ask.hint, ask.said?.text]) ?? []),
      ...(step?.rights.flatMap((right) => [right.scope, right.purpose]) ?? []),
      ...(step?.lock ? [step.lock.title, step.lock.text, ...step.lock.checks.map((check) => check.title)] : []),
      ...(step?.then ?? []),
      ...(step?.hand?.first ? [...step.hand.steps, ...step.hand.private.map((link) => link.label)] : []),
      ...(step?.documents.map((document) => document.saved) ?? []),
      ...(step?.revealed?.copies.map((copy) => copy.label) ?? []),
      step?.trouble?.title,
      step?.trouble?.said,
      step?.wait?.title,
      page.notice?.title,
      page.confirm?.title,
      ...(page.page.kind === "start" ? page.connections.flatMap((card) => [card.name, card.word]) : []),
    ];
    for (const sentence of wanted) if (sentence) expect(text).toContain(bare(sentence));
    if (step) expect(footerSays()).toBe(step.footer.say);
    // Typed as it is printed, and everywhere the same.
    expect(text.match(/\S*[a-z]'[a-z]\S*/gi)).toBeNull();
  });
});

it("gives every status of the checklist in words", async () => {
  const page = examples["add-app"]!;
  await openWindow(page);
  const rows = page.open!.phases.flatMap((phase) => phase.steps);
  const nav = screen.getByRole("navigation", { name: "Steps" });
  for (const row of rows) {
    const link = [...nav.querySelectorAll("a")].find((one) => one.querySelector(".name")?.textContent === row.title);
    expect(link?.querySelector(".word")).toHaveTextContent(row.word);
  }
});

it("shows every requests’ count and no ledger until it is asked for", async () => {
  const { user } = await openWindow(examples["add-app-done"]!);
  expect(screen.queryByRole("complementary", { name: /just sent/ })).toBeNull();
  await user.click(screen.getByRole("button", { name: /Requests 8/ }));
  expect(screen.getByRole("complementary", { name: /just sent/ }).querySelectorAll("li")).toHaveLength(8);
  await expectAccessible(document.body);
});
