// Requests as text, and where in it something was removed.
import type { RequestView } from "../views";

/** One request and its answer, as it is copied. */
export function asText(request: RequestView): string {
  const saw = request.saw || String(request.status ?? "");
  return `${request.sent || `${request.method} ${request.url}`}\n\n${saw}`.trim();
}

/** What the program puts in the place of a secret. */
const HIDDEN = "***";

/** The text in pieces; between two of them a secret was removed. */
export function aroundSecrets(text: string): string[] {
  return text.split(HIDDEN);
}
