// How the pages are built: one page, relative addresses (they are served from inside the program), nothing inline (the
// window's content security policy allows only files of our own), and no newer than what every supported web view reads.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

export default defineConfig(({ mode }) => ({
  base: "./",
  plugins: [svelte(), ...(mode === "test" ? [svelteTesting()] : [])],
  clearScreen: false,
  server: { port: 1420, strictPort: true },
  build: {
    // `light-dark()` and container queries are in WebKit since 17.5; WebKitGTK 2.50 and WebView2 are newer.
    target: ["safari17.5", "chrome123"],
    cssTarget: ["safari17.5", "chrome123"],
    // An inlined asset would be a `data:` address, which the policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.ts"],
    setupFiles: ["src/test/setup.ts"],
    restoreMocks: true,
    // A barrier search takes half a second on an idle machine and several on one that also compiles.
    testTimeout: 30_000,
  },
}));
