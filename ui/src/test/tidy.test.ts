// Who may know whom: parts know nothing, pages compose parts, state calls, one file knows Tauri.
import { describe, expect, it } from "vitest";

const files = import.meta.glob<string>(["../**/*.ts", "../**/*.svelte", "!../test/**"], { eager: true, query: "?raw", import: "default" });
const imports = (source: string) => [...source.matchAll(/^\s*(?:(?:import|export)\b[^"'\n]*\bfrom|import)\s*["']([^"']+)["']/gm)].map((match) => match[1]!);

const MAY: Record<string, RegExp> = {
  parts: /^(svelte|\.\/[\w.]+|\.\.\/(views|words))$/,
  pages: /^(svelte|\.\.\/parts\/[\w.]+|\.\.\/(views|words))$/,
  state: /^(svelte|\.\/[\w.]+|\.\.\/api\/backend|\.\.\/parts\/hands|\.\.\/(views|words))$/,
  examples: /^(\.\/[\w.]+|\.\.\/views)$/,
};

describe.each(Object.entries(MAY))("%s", (folder, allowed) => {
  const mine = Object.entries(files).filter(([path]) => path.startsWith(`../${folder}/`));
  it("import only what they may", () => {
    expect(mine.length).toBeGreaterThan(0);
    const wrong = mine.flatMap(([path, source]) => imports(source).filter((name) => !allowed.test(name)).map((name) => `${path}: ${name}`));
    expect(wrong).toEqual([]);
  });
});

it("lets one file and the generated one know Tauri", () => {
  const know = Object.entries(files).filter(([, source]) => source.includes("@tauri-apps/"));
  expect(know.map(([path]) => path)).toEqual(["../api/bindings.ts"]);
  const call = Object.entries(files).filter(([, source]) => /^import (?!type)[^;]*"\.{1,2}\/(api\/)?bindings"/m.test(source));
  expect(call.map(([path]) => path)).toEqual(["../api/tauri.ts"]);
});

it("writes no markup, no style attribute and no script into the page", () => {
  const wrong = Object.entries(files).filter(([path, source]) => path.endsWith(".svelte") && /\{@html|\sstyle=|innerHTML/.test(source));
  expect(wrong.map(([path]) => path)).toEqual([]);
});

it("keeps every file short enough to be read", () => {
  const long = Object.entries(files).filter(([path, source]) => !path.endsWith("bindings.ts") && source.split("\n").length > 400);
  expect(long.map(([path]) => path)).toEqual([]);
});

it("has no two files that differ only in the case of their letters", () => {
  const names = Object.keys(files).map((path) => path.toLowerCase());
  expect(new Set(names).size).toBe(names.length);
});
