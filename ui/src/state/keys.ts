// Which key means what. Nothing here does anything: the window decides what becomes of a meaning.

export type Meaning = "primary" | "back" | "jump" | "help" | "leave";

/** What this key means, or null when it is only a key. */
export function meaning(event: KeyboardEvent): Meaning | null {
  if (event.defaultPrevented || event.isComposing) return null;
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key === "Enter") return "primary";
  if (event.altKey && event.key === "ArrowLeft") return "back";
  if (event.key === "Escape") return "leave";
  if (command || event.altKey || types(event.target)) return null;
  if (event.key === "/") return "jump";
  return event.key === "?" ? "help" : null;
}

/** Whether letters belong to what has the focus. */
function types(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["radio", "checkbox"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target.isContentEditable;
}
