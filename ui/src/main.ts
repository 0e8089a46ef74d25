// The window's page: draws what the program behind it shows.
import { mount } from "svelte";
import App from "./App.svelte";
import { tauri } from "./api/tauri";

const target = document.getElementById("app");
if (!target) throw new Error("The page has no place for the window.");
export default mount(App, { target, props: { backend: tauri } });
