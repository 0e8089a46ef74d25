// Answers: typed, chosen, confirmed, and secret.
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { choice, confirm, secretEmpty, secretKept, secretWrong, text, textWrong } from "../examples/plan";
import AskField from "../parts/AskField.svelte";
import type { AskView } from "../views";
import { search } from "../examples/saml";
import { expectAccessible, withHands } from "./window";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function draw(ask: AskView, answer = vi.fn(async (_ask: string, _value: string) => true)) {
  const { hands, context } = withHands({ answer });
  return { hands, answer, ...render(AskField, { props: { ask }, context }) };
}

describe("a line of text", () => {
  it("goes out 300 ms after the last key, once", async () => {
    vi.useFakeTimers();
    const { answer } = draw(text);
    const field = screen.getByRole("textbox");
    await fireEvent.input(field, { target: { value: "Atlassian" } });
    await vi.advanceTimersByTimeAsync(200);
    await fireEvent.input(field, { target: { value: "Atlassian C" } });
    await vi.advanceTimersByTimeAsync(299);
    expect(answer).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(answer.mock.calls).toEqual([["name", "Atlassian C"]]);
    await fireEvent.blur(field);
    expect(answer).toHaveBeenCalledTimes(1);
  });

  it("goes out at once on Enter and when the field is left", async () => {
    const { answer } = draw(text);
    const user = userEvent.setup();
    await user.type(screen.getByRole("textbox"), " A{Enter}");
    expect(answer).toHaveBeenLastCalledWith("name", "Atlassian Cloud A");
    await user.type(screen.getByRole("textbox"), "B");
    await user.tab();
    expect(answer).toHaveBeenLastCalledWith("name", "Atlassian Cloud AB");
  });

  it("is not overwritten while it is being typed, and follows the program afterwards", async () => {
    const { rerender } = draw(text);
    const user = userEvent.setup();
    const field = screen.getByRole<HTMLInputElement>("textbox");
    await user.type(field, " mine");
    await rerender({ ask: { ...text, value: "theirs" } });
    expect(field.value).toBe("Atlassian Cloud mine");
    await user.tab();
    await waitFor(() => expect(field.value).toBe("theirs"));
  });

  it("keeps what was refused in the field, so that it can be put right", async () => {
    const view = draw({ ...text, value: null });
    const user = userEvent.setup();
    const field = screen.getByRole<HTMLInputElement>("textbox");
    await user.type(field, "https://auth.atlassian.con");
    const refused: AskView = { ...text, value: null, said: { tone: "fail", strong: "The host is another one.", text: "", compare: null } };
    await view.rerender({ ask: refused });
    await user.tab();
    expect(field.value).toBe("https://auth.atlassian.con");
    await user.type(field, "{Backspace}m");
    await view.rerender({ ask: { ...text, value: "https://auth.atlassian.com" } });
    await user.tab();
    await waitFor(() => expect(field.value).toBe("https://auth.atlassian.com"));
  });

  it("shows the tidied form when the field is left after it was taken", async () => {
    const view = draw(text);
    const user = userEvent.setup();
    const field = screen.getByRole<HTMLInputElement>("textbox");
    await user.type(field, "  {Enter}");
    await view.rerender({ ask: { ...text, value: "Atlassian Cloud" } });
    expect(field.value).toBe("Atlassian Cloud  ");
    await user.tab();
    await waitFor(() => expect(field.value).toBe("Atlassian Cloud"));
  });

  it("keeps what was typed when it was not taken", async () => {
    draw(text, vi.fn(async () => false));
    const user = userEvent.setup();
    const field = screen.getByRole<HTMLInputElement>("textbox");
    await user.type(field, " mine{Enter}");
    await user.tab();
    expect(field.value).toBe("Atlassian Cloud mine");
  });

  it("ties what is wrong to the field and marks the difference", async () => {
    const { container } = draw(textWrong);
    const field = screen.getByRole("textbox");
    expect(field).toHaveAttribute("aria-invalid", "true");
    expect(field).toHaveAccessibleDescription(/The end is missing/);
    expect(container.querySelector("mark")).toHaveTextContent("?connection=saml-c41e7a90-…-6e19d3f70c52");
    await expectAccessible(container);
  });
});

describe("a secret", () => {
  const SECRET = "planted-secret-4711";
  const everywhere = () => document.documentElement.outerHTML + [...document.querySelectorAll("input")].map((input) => input.value).join();

  it("goes out once and is nowhere in the page afterwards", async () => {
    const { answer, rerender } = draw(secretEmpty);
    const user = userEvent.setup();
    const field = screen.getByLabelText(/Organization API key/);
    expect(field).toHaveAttribute("type", "password");
    await user.click(field);
    await user.paste(SECRET);
    await user.keyboard("{Enter}");
    await user.tab();
    expect(answer.mock.calls).toEqual([["org-key", SECRET]]);
    expect(everywhere()).not.toContain(SECRET);
    await rerender({ ask: secretKept });
    expect(everywhere()).not.toContain(SECRET);
    expect(screen.getByLabelText(/kept, not shown/)).toHaveAttribute("readonly");
  });

  it("gives the focus to the buttons beside a key that was taken", async () => {
    const view: { rerender?: (props: { ask: AskView }) => Promise<void> } = {};
    const { rerender } = draw(secretEmpty, vi.fn(async () => {
      await view.rerender?.({ ask: secretKept });
      return true;
    }));
    view.rerender = rerender;
    const user = userEvent.setup();
    await user.type(screen.getByLabelText("Organization API key"), "a-key{Enter}");
    await waitFor(() => expect(screen.getByRole("button", { name: "Replace" })).toHaveFocus());
  });

  it("goes out when the field is left, but not for Show", async () => {
    const { answer } = draw(secretEmpty);
    const user = userEvent.setup();
    const field = screen.getByLabelText<HTMLInputElement>(/Organization API key/);
    await user.click(field);
    await user.paste(SECRET);
    await user.click(screen.getByRole("button", { name: "Show" }));
    expect(answer).not.toHaveBeenCalled();
    expect(field).toHaveAttribute("type", "text");
    await user.click(document.body);
    expect(answer).toHaveBeenCalledTimes(1);
    expect(field).toHaveAttribute("type", "password");
    expect(everywhere()).not.toContain(SECRET);
  });

  it("is not sent when it is empty", async () => {
    const { answer } = draw(secretEmpty);
    const user = userEvent.setup();
    await user.click(screen.getByLabelText(/Organization API key/));
    await user.keyboard("{Enter}");
    await user.tab();
    expect(answer).not.toHaveBeenCalled();
  });

  it("is replaced only when asked, and the present one can be kept", async () => {
    const { answer } = draw(secretKept);
    const user = userEvent.setup();
    await user.click(screen.getByRole("button", { name: "Replace" }));
    await waitFor(() => expect(screen.getByLabelText(/Organization API key/)).toHaveFocus());
    await user.click(screen.getByRole("button", { name: "Keep the present one" }));
    await waitFor(() => expect(screen.getByRole("button", { name: "Replace" })).toHaveFocus());
    await user.click(screen.getByRole("button", { name: "Replace" }));
    await user.paste(SECRET);
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(answer.mock.calls).toEqual([["org-key", SECRET]]);
    await waitFor(() => expect(screen.getByRole("button", { name: "Replace" })).toBeVisible());
    expect(everywhere()).not.toContain(SECRET);
  });

  it("is forgotten when that is pressed, and the field waits for the next one", async () => {
    const press = vi.fn(async () => {
      await view.rerender({ ask: secretEmpty });
      return true;
    });
    const { context } = withHands({ press });
    const view = render(AskField, { props: { ask: secretKept }, context });
    await userEvent.setup().click(screen.getByRole("button", { name: "Forget this key" }));
    expect(press.mock.calls).toEqual([[{ do: "forget_key" }]]);
    await waitFor(() => expect(screen.getByLabelText(/Organization API key/)).toHaveFocus());
    expect(screen.queryByRole("button", { name: "Forget this key" })).toBeNull();
  });

  it("stays open when what should replace it is of the wrong kind", async () => {
    const view = draw(secretKept, vi.fn(async () => {
      await view.rerender({ ask: { ...secretKept, said: secretWrong.said } });
      return true;
    }));
    const user = userEvent.setup();
    await user.click(screen.getByRole("button", { name: "Replace" }));
    await user.paste(`${SECRET}`);
    await user.keyboard("{Enter}");
    expect(await screen.findByText(/This is a SCIM key/)).toBeVisible();
    expect(screen.getByLabelText(/Organization API key/)).not.toHaveAttribute("readonly");
    expect(everywhere()).not.toContain(SECRET);
  });

  it("names the wrong kind of key", async () => {
    const { container } = draw(secretWrong);
    expect(screen.getByLabelText(/Organization API key/)).toHaveAccessibleDescription(/This is a SCIM key/);
    await expectAccessible(container);
  });
});

describe("a choice and a statement", () => {
  it("answers with the option that was chosen", async () => {
    const { answer, container } = draw(choice);
    expect(screen.getByRole("radio", { name: /Production/ })).toBeChecked();
    await userEvent.setup().click(screen.getByText("A trial"));
    expect(answer.mock.calls).toEqual([["purpose", "trial"]]);
    expect(screen.getByRole("group", { name: /What is this connection for/ })).toBeVisible();
    await expectAccessible(container);
  });

  it("says again what is chosen already, when it is pressed", async () => {
    const { answer } = draw(choice);
    const user = userEvent.setup();
    await user.click(screen.getByText("Production"));
    await user.keyboard(" ");
    expect(answer.mock.calls).toEqual([
      ["purpose", "production"],
      ["purpose", "production"],
    ]);
  });

  describe("by the arrow keys", () => {
    const three = { ...choice, kind: { kind: "choice" as const, options: ["production", "trial", "other"].map((value) => ({ value, label: value, hint: "" })) } };
    const at = async (key: string) => {
      const shown = screen.getAllByRole<HTMLInputElement>("radio");
      const from = shown.findIndex((radio) => radio.checked);
      const to = shown[from + 1];
      shown[from]?.focus();
      await fireEvent.keyDown(shown[from] as Element, { key });
      // As a browser does: it moves the focus, clicks and tells of the change.
      to?.focus();
      await fireEvent.click(to as Element);
      await fireEvent.keyUp(to as Element, { key });
    };

    it("answers where they rest, and not what they pass", async () => {
      vi.useFakeTimers();
      const { answer } = draw(three);
      await at("ArrowDown");
      await vi.advanceTimersByTimeAsync(599);
      await at("ArrowDown");
      await vi.advanceTimersByTimeAsync(599);
      expect(answer).not.toHaveBeenCalled();
      expect(screen.getByRole("radio", { name: "other" })).toBeChecked();
      await vi.advanceTimersByTimeAsync(1);
      expect(answer.mock.calls).toEqual([["purpose", "other"]]);
    });

    it("answers at once on Enter, and when the field is left", async () => {
      vi.useFakeTimers();
      const { answer } = draw(three);
      await at("ArrowDown");
      await fireEvent.keyDown(screen.getByRole("radio", { name: "trial" }), { key: "Enter" });
      expect(answer.mock.calls).toEqual([["purpose", "trial"]]);
      await at("ArrowDown");
      await fireEvent.blur(screen.getByRole("radio", { name: "trial" }));
      expect(answer).toHaveBeenCalledTimes(2);
      await vi.advanceTimersByTimeAsync(1000);
      expect(answer).toHaveBeenCalledTimes(2);
    });
  });

  it("answers yes, and takes it back", async () => {
    const { answer, rerender } = draw(confirm);
    const user = userEvent.setup();
    await user.click(screen.getByRole("checkbox"));
    await rerender({ ask: { ...confirm, value: "yes" } });
    await user.click(screen.getByRole("checkbox"));
    expect(answer.mock.calls).toEqual([
      ["guard", "yes"],
      ["guard", ""],
    ]);
  });
});

describe("one of many, found by typing", () => {
  it("looks 400 ms after the last key, once for the same words", async () => {
    vi.useFakeTimers();
    const press = vi.fn(async () => true);
    const { context } = withHands({ press });
    render(AskField, { props: { ask: search }, context });
    const field = screen.getByRole("searchbox");
    await fireEvent.input(field, { target: { value: "al" } });
    await vi.advanceTimersByTimeAsync(399);
    expect(press).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await fireEvent.keyDown(field, { key: "Enter" });
    expect(press.mock.calls).toEqual([[{ do: "search", ask: "pilot.who", text: "al" }]]);
  });

  it("answers with what is chosen, and says who is chosen", async () => {
    const { answer } = draw(search);
    expect(screen.getByText("alex@contoso.com", { selector: "b" })).toBeTruthy();
    await userEvent.setup().click(screen.getByRole("radio", { name: "Allan Deyoung" }));
    expect(answer).toHaveBeenCalledWith("pilot.who", "user/2/allan@contoso.com");
  });
});
