// What jsdom lacks and the pages use: modal dialogs and scrolling into view. Only as much as the tests can see.
import "@testing-library/jest-dom/vitest";

HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
  this.setAttribute("open", "");
};
HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
  this.removeAttribute("open");
};
Element.prototype.scrollIntoView ??= () => {};
