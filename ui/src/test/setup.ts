// What jsdom lacks and the pages use: modal dialogs and scrolling into view. Only as much as the tests can see.
import "@testing-library/jest-dom/vitest";
import { configure } from "@testing-library/svelte";

// Waiting ends as soon as it is so; the limit is only for a machine that is busy with something else.
configure({ asyncUtilTimeout: 10_000 });

HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
  this.setAttribute("open", "");
};
HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
  this.removeAttribute("open");
};
Element.prototype.scrollIntoView ??= () => {};
