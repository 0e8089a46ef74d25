// Everything by keyboard, and where the focus goes.
import { cleanup, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, expect, it } from "vitest";
import { examples } from "../examples";
import { footerSays, openWindow } from "./window";

afterEach(cleanup);

const title = () => screen.getByRole("heading", { level: 1 });

it("does the primary action by Ctrl+Enter, also from inside a field", async () => {
  const { backend, user } = await openWindow(examples["add-app"]!);
  await user.click(screen.getByLabelText(/Name of the application/));
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() => expect(backend.pressed).toEqual([{ do: "apply", fingerprint: "9f3c" }]));
});

it("sends what was typed before it presses", async () => {
  const { backend, user } = await openWindow(examples["add-app"]!);
  const order: string[] = [];
  const { press, answer } = backend;
  backend.press = (action) => (order.push(action.do), press.call(backend, action));
  backend.answer = (ask, value) => (order.push(value), answer.call(backend, ask, value));
  await user.type(screen.getByLabelText(/Name of the application/), " two");
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() => expect(order).toEqual(["Atlassian Cloud two", "apply"]));
});

it("goes back by Alt+Left", async () => {
  const { backend, user } = await openWindow(examples["add-app"]!);
  await user.keyboard("{Alt>}{ArrowLeft}{/Alt}");
  await waitFor(() => expect(backend.pressed).toEqual([{ do: "go_step", id: "atlassian-before" }]));
});

it("says why a primary action can’t be used, and doesn’t do it", async () => {
  const { backend, user } = await openWindow(examples["add-app-done"]!);
  const primary = screen.getByRole("button", { name: "Continue to 1.2" });
  expect(primary).toHaveAttribute("aria-disabled", "true");
  expect(primary).toHaveAccessibleDescription("Three readings have to agree first.");
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() => expect(footerSays()).toBe("Three readings have to agree first."));
  expect(backend.pressed).toEqual([]);
});

it("asks for the name below a change that can’t be undone, and presses nothing before it is taken", async () => {
  const { backend, user } = await openWindow(examples["enforce-members"]!);
  const answered: [string, string][] = [];
  const { answer } = backend;
  backend.answer = (ask, value) => (answered.push([ask, value]), answer.call(backend, ask, value));
  const field = screen.getByRole("textbox", { name: "Type the name to go on: Pilot SSO" });
  expect(field).toHaveAccessibleDescription(/can’t be undone by Lockstep\. .*That is not the name/);
  expect(field).toBeInvalid();
  const table = screen.getByRole("table", { name: "What will change" });
  expect(table.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
  await user.clear(field);
  await user.type(field, "Pilot SSO");
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() => expect(answered.at(-1)).toEqual(["change.name", "Pilot SSO"]));
  expect(footerSays()).toBe("Type the name above.");
  expect(backend.pressed).toEqual([]);
});

it("keeps what can’t be used in the tab order", async () => {
  const { user } = await openWindow(examples["add-app-done"]!);
  const primary = screen.getByRole("button", { name: "Continue to 1.2" });
  screen.getByRole("button", { name: "Back" }).focus();
  await user.tab();
  expect(primary).toHaveFocus();
});

it("jumps to a step by number, word, arrows and Enter", async () => {
  const { backend, user } = await openWindow(examples["add-app"]!);
  await user.keyboard("/");
  const field = await screen.findByRole("combobox", { name: "Jump to a step" });
  await waitFor(() => expect(field).toHaveFocus());
  await user.type(field, "claims");
  expect(screen.getAllByRole("option")).toHaveLength(1);
  await user.clear(field);
  await user.type(field, "0.");
  await user.keyboard("{ArrowDown}");
  expect(screen.getByRole("option", { selected: true })).toHaveTextContent("Before you start: Entra");
  await user.keyboard("{Enter}");
  await waitFor(() => expect(backend.pressed).toEqual([{ do: "go_step", id: "entra-before" }]));
  expect(screen.queryByRole("combobox")).toBeNull();
});

it("takes / and ? as letters inside a field", async () => {
  const { backend, user } = await openWindow(examples["add-app"]!);
  await user.type(screen.getByLabelText(/Name of the application/), "/?");
  expect(screen.queryByRole("combobox")).toBeNull();
  expect(backend.pressed).toEqual([]);
});

it("shows help by ? and comes back to where it was", async () => {
  const { backend, user } = await openWindow(examples["add-app"]!);
  await user.keyboard("?");
  await waitFor(() => expect(title()).toHaveTextContent("Help and keys"));
  await user.keyboard("{Alt>}{ArrowLeft}{/Alt}");
  await waitFor(() => expect(backend.pressed.at(-1)).toEqual({ do: "go_step", id: "add-app" }));
});

it("closes the ledger by Escape and gives the focus back", async () => {
  const { user } = await openWindow(examples["add-app-done"]!);
  const button = screen.getByRole("button", { name: /Requests 8/ });
  await user.click(button);
  await user.keyboard("{Escape}");
  await waitFor(() => expect(button).toHaveFocus());
  expect(button).toHaveAttribute("aria-expanded", "false");
});

it("moves the focus to the title on arrival, and only then", async () => {
  const { backend, user } = await openWindow(examples["add-app"]!);
  await waitFor(() => expect(title()).toHaveFocus());
  await user.click(screen.getByLabelText(/Name of the application/));
  backend.show({ ...examples["add-app"]!, revision: 2 });
  await waitFor(() => expect(screen.getByLabelText(/Name of the application/)).toHaveFocus());
  backend.show({ ...examples["before-atlassian"]!, revision: 3 });
  await waitFor(() => expect(title()).toHaveTextContent("Before you start: Atlassian"));
  await waitFor(() => expect(title()).toHaveFocus());
});

it("moves the focus to the title when what had it is gone", async () => {
  const page = examples["add-app-done"]!;
  const { backend } = await openWindow(page);
  screen.getByRole("button", { name: "Stop waiting" }).focus();
  backend.show({ ...page, revision: 2, step: { ...page.step!, wait: null } });
  await waitFor(() => expect(title()).toHaveFocus());
});

it("wants the name typed before what can’t be undone, and leaves by Escape", async () => {
  const { backend, user } = await openWindow(examples["connection-asks"]!);
  const dialog = screen.getByRole("dialog", { name: "Undo 3 changes in Entra?" });
  const go = within(dialog).getByRole("button", { name: "Undo 3 changes" });
  await user.click(go);
  expect(backend.pressed).toEqual([]);
  await user.type(within(dialog).getByLabelText(/Type this/), "Atlassian Cloud");
  await user.click(go);
  expect(backend.pressed).toEqual([{ do: "undo_confirmed", step: null }]);
  dialog.dispatchEvent(new Event("cancel", { cancelable: true }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(backend.pressed.at(-1)).toEqual({ do: "dismiss" });
});

it("has the way out under the focus where nothing is to be typed", async () => {
  const page = examples["connection-asks"]!;
  await openWindow({ ...page, confirm: { ...page.confirm!, retype: null } });
  expect(screen.getByRole("button", { name: "Leave it" })).toHaveFocus();
});
