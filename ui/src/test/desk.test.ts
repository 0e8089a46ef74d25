// The state of the window: revisions, presses, refusals, what is announced.
import { cleanup, screen, waitFor } from "@testing-library/svelte";
import { afterEach, expect, it, vi } from "vitest";
import { Memory } from "../api/memory";
import { examples } from "../examples";
import { asTrouble, Desk } from "../state/desk.svelte";
import { openWindow } from "./window";

afterEach(cleanup);

const page = examples["add-app"]!;

it("drops a snapshot that is older than the one on screen", () => {
  const desk = new Desk(new Memory(page));
  desk.take({ ...page, revision: 7 });
  desk.take({ ...page, revision: 6, theme: "dark" });
  expect(desk.snapshot?.revision).toBe(7);
  expect(desk.snapshot?.theme).toBe("system");
});

it("reads again after a change that came while it was reading, and never twice at a time", async () => {
  const backend = new Memory(page);
  let open = 0;
  let most = 0;
  let calls = 0;
  backend.snapshot = async () => {
    most = Math.max(most, ++open);
    calls++;
    await Promise.resolve();
    open--;
    return { ...page, revision: calls };
  };
  const desk = new Desk(backend);
  await Promise.all([desk.read(), desk.read(), desk.read()]);
  expect(most).toBe(1);
  expect(calls).toBe(2);
  expect(desk.snapshot?.revision).toBe(2);
});

it("doesn’t read for a revision that is on screen already", async () => {
  const backend = new Memory(page);
  const desk = new Desk(backend);
  await desk.open();
  const read = vi.spyOn(backend, "snapshot");
  backend.show({ ...page, revision: page.revision });
  expect(read).not.toHaveBeenCalled();
  backend.show({ ...page, revision: page.revision + 1 });
  await waitFor(() => expect(desk.snapshot?.revision).toBe(page.revision + 1));
  desk.close();
});

it("takes a second press of the same thing for one", async () => {
  const backend = new Memory(page);
  const desk = new Desk(backend);
  const both = await Promise.all([desk.press({ do: "look" }), desk.press({ do: "look" })]);
  expect(both).toEqual([true, false]);
  expect(backend.pressed).toEqual([{ do: "look" }]);
});

it("sends an answer only once the one before it was taken, and stops without waiting for either", async () => {
  const backend = new Memory(page);
  const desk = new Desk(backend);
  const waiting: (() => void)[] = [];
  const sent: string[] = [];
  backend.answer = (ask) => {
    sent.push(ask);
    return new Promise((taken) => waiting.push(() => taken(null)));
  };
  const both = Promise.all([desk.answer("policy.address", "https://…"), desk.answer("policy.confirmed", "yes")]);
  await Promise.resolve();
  expect(sent).toEqual(["policy.address"]);
  await desk.press({ do: "cancel" });
  expect(backend.pressed).toEqual([{ do: "cancel" }]);
  waiting[0]!();
  await waitFor(() => expect(sent).toEqual(["policy.address", "policy.confirmed"]));
  waiting[1]!();
  expect(await both).toEqual([true, true]);
});

it("shows a refusal and lets it be closed", async () => {
  const { backend, user } = await openWindow(page);
  backend.refuses = "The journal is locked by another window.";
  await user.click(screen.getByRole("button", { name: /Make 3 changes/ }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Lockstep could not do that");
  expect(screen.getByText("“The journal is locked by another window.”")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Close" }));
  expect(screen.queryByRole("alert")).toBeNull();
});

it("shows a refusal that is a trouble as it is", () => {
  const trouble = examples["trouble"]!.step!.trouble!;
  expect(asTrouble("Anything.", trouble)).toBe(trouble);
  expect(asTrouble("Reading.", new Error("no answer")).said).toBe("no answer");
  expect(asTrouble("Reading.", { code: 3 }).said).toBe('{"code":3}');
});

it("offers to try again when the first reading fails", async () => {
  const backend = new Memory(page);
  const read = backend.snapshot;
  backend.snapshot = async () => {
    throw new Error("not yet");
  };
  const { render } = await import("@testing-library/svelte");
  const { default: App } = await import("../App.svelte");
  render(App, { props: { backend } });
  const again = await screen.findByRole("button", { name: "Try again" });
  backend.snapshot = read;
  again.click();
  expect(await screen.findByRole("heading", { level: 1 })).toHaveTextContent("Add the Atlassian Cloud app");
});

it("says that something was copied, on the button and to who listens", async () => {
  const { backend, user } = await openWindow(examples["trouble"]!);
  await user.click(screen.getByRole("button", { name: "Copy: Request id" }));
  expect(backend.copied).toEqual(["7d40c2be-0a65-4f3b-91c7-e8b25f6d1a04"]);
  await waitFor(() => expect(document.getElementById("announcer")).toHaveTextContent("Copied: Request id."));
  expect(screen.getByText("Copied")).toBeVisible();
});

it("announces a new verdict, and no verdict that was there before", async () => {
  const { backend } = await openWindow(examples["before-atlassian"]!);
  const said = () => document.getElementById("announcer")?.textContent;
  expect(said()).toBe("");
  const before = examples["before-atlassian"]!;
  const checks = before.step!.checks.map((check) => (check.id === "rights" ? { ...check, running: false, state: "pass" as const, word: "Passed" } : check));
  backend.show({ ...before, revision: 2, step: { ...before.step!, checks } });
  await waitFor(() => expect(said()).toContain("Passed: What this key may read"));
});

it("follows the theme that was chosen", async () => {
  const { backend, user } = await openWindow(page);
  expect(document.documentElement.dataset.theme).toBeUndefined();
  await user.click(screen.getByRole("button", { name: /^Theme: as your system/ }));
  await user.click(await screen.findByRole("button", { name: /^Theme: light/ }));
  await waitFor(() => expect(document.documentElement.dataset.theme).toBe("dark"));
  expect(backend.pressed).toEqual([
    { do: "set_theme", theme: "light" },
    { do: "set_theme", theme: "dark" },
  ]);
});

it("makes a connection, real or in practice", async () => {
  const { backend, user } = await openWindow(examples["start-first"]!);
  const make = screen.getByRole("button", { name: /Make the connection/ });
  expect(make).toHaveAttribute("aria-disabled", "true");
  await user.type(screen.getByLabelText("Name of the connection"), " Contoso {Enter}");
  expect(backend.pressed).toEqual([{ do: "new_connection", name: "Contoso", practice: null, cloud: null }]);
  await user.click(screen.getByRole("radio", { name: "Practice" }));
  await user.click(screen.getByText("Fresh tenant"));
  await user.click(screen.getByRole("button", { name: /Start practice/ }));
  await waitFor(() => expect(backend.pressed.at(-1)).toEqual({ do: "new_connection", name: "Practice: Fresh tenant", practice: "fresh", cloud: null }));
});

it("opens a link through the program, never by itself", async () => {
  const { backend, user } = await openWindow(examples["by-hand"]!);
  await user.click(screen.getByRole("button", { name: /Open Enterprise apps/ }));
  expect(backend.pressed).toEqual([{ do: "open_link", url: "https://entra.microsoft.com/" }]);
  expect(document.querySelector('a[href^="http"]')).toBeNull();
});

it("asks before it forgets a connection, and wants its name", async () => {
  const { backend, user } = await openWindow(examples["connection"]!);
  await user.click(screen.getByRole("button", { name: "Forget this connection…" }));
  const go = screen.getByRole("button", { name: "Forget it" });
  await user.click(go);
  expect(backend.pressed).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Keep it" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Forget this connection…" }));
  await user.type(screen.getByLabelText(/Type this to go on/), "Contoso production");
  await user.click(screen.getByRole("button", { name: "Forget it" }));
  expect(backend.pressed).toEqual([{ do: "forget_connection", id: "contoso-7f3a" }]);
});

it("copies what a trouble offers to copy", async () => {
  const page = examples["trouble"]!;
  const action = { action: { do: "copy" as const, text: "https://login.example/adminconsent" }, label: "Copy the link", enabled: true, why_not: null };
  const trouble = { ...page.step!.trouble!, next: [{ title: "Ask an administrator", text: "", action }] };
  const { backend, user } = await openWindow({ ...page, step: { ...page.step!, trouble } });
  await user.click(screen.getByRole("button", { name: "Copy the link" }));
  expect(backend.copied).toEqual(["https://login.example/adminconsent"]);
});
