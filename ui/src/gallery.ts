// The gallery: every example in the real frame, for looking at. It is not part of the built program.
// gallery.html shows the list; gallery.html?example=NAME one of them, with &theme=dark or &theme=light on top.
import { mount } from "svelte";
import App from "./App.svelte";
import { Memory } from "./api/memory";
import { examples, NOW } from "./examples";
import type { Theme } from "./views";

const wanted = new URLSearchParams(location.search);
const target = document.getElementById("app");
const example = examples[wanted.get("example") ?? ""];

if (target && example) {
  const theme = (wanted.get("theme") as Theme | null) ?? example.theme;
  mount(App, { target, props: { backend: new Memory({ ...example, theme }), now: NOW } });
} else if (target) {
  for (const name of Object.keys(examples)) {
    const link = document.createElement("a");
    link.href = `?example=${name}`;
    link.textContent = name;
    const line = document.createElement("p");
    line.append(link);
    target.append(line);
  }
}
