// Requests as text, and where in it something was removed.
import type { RequestView } from "../views";

/** One request and its answer, as it is copied. */
export function asText(request: RequestView): string {
  const saw = request.saw || String(request.status ?? "");
  return `${request.sent || `${request.method} ${request.url}`}\n\n${saw}`.trim();
}

/** The text in pieces; `gone` are the places where a secret was removed. */
export function removals(text: string): { text: string; gone: boolean }[] {
  return text
    .split(/(\[?\bremoved\b\]?)/)
    .filter((piece) => piece !== "")
    .map((piece) => ({ text: piece, gone: /^\[?removed\]?$/.test(piece) }));
}
