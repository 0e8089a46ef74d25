// How a long value is cut on screen: its front may be clipped, its end never is.

/** The front, which may be clipped, and the end, which is always seen. Line breaks are for the clipboard only. */
export function inTwo(value: string): [string, string] {
  const line = value.replace(/\s*\n\s*/g, "");
  // A value that fits a row of the narrowest page (about 40 letters of 7 px) is left whole.
  if (line.length <= 40) return [line, ""];
  const end = line.startsWith("-----BEGIN") ? 25 : 22;
  return [line.slice(0, -end), line.slice(-end)];
}

/** A text in pieces; `differs` marks those that the other text doesn't have at that place. */
export type Piece = { text: string; differs: boolean };

/** Two values, each cut at the first and the last letter in which they differ. */
export function compare(yours: string, expected: string): { yours: Piece[]; expected: Piece[] } {
  const short = Math.min(yours.length, expected.length);
  let front = 0;
  while (front < short && yours[front] === expected[front]) front++;
  let end = 0;
  while (end < short - front && yours.at(-1 - end) === expected.at(-1 - end)) end++;
  const cut = (text: string): Piece[] =>
    [
      { text: text.slice(0, front), differs: false },
      { text: text.slice(front, text.length - end), differs: true },
      { text: text.slice(text.length - end), differs: false },
    ].filter((piece) => piece.text !== "");
  return { yours: cut(yours), expected: cut(expected) };
}

/** A value for a place that holds few letters: whole, or around the first letter in which it differs from the other. */
export function apart(value: string, other: string, most = 22): string {
  if (value.length <= most) return value;
  let same = 0;
  while (same < value.length && value[same] === other[same]) same++;
  if (same < most - 1) return `${value.slice(0, most - 1)}…`;
  const from = Math.min(same - 6, value.length - (most - 1));
  return from + most > value.length ? `…${value.slice(from)}` : `…${value.slice(from, from + most - 2)}…`;
}
