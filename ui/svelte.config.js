import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

/** @type {import("@sveltejs/vite-plugin-svelte").SvelteConfig} */
export default {
  preprocess: vitePreprocess(),
  compilerOptions: {
    runes: true,
    // The tables name their roles because a narrow window shows them as lists (`display: block`), and a browser that sees
    // that takes the roles away. Every other warning of the compiler fails `npm run check`.
    warningFilter: (warning) => warning.code !== "a11y_no_redundant_roles",
  },
};
