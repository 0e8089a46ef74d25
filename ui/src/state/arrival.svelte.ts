// Where the focus goes. On arrival at another page it goes to the page's h1; when what had it is gone from the page, too,
// so that it never falls off to the top of the document. A new snapshot of the same page moves nothing.
import { tick } from "svelte";
import type { Page, Snapshot } from "../views";

/** The same page or another one. */
export function pageKey(snapshot: Snapshot): string {
  const page: Page = snapshot.page;
  const open = page.kind === "step" || page.kind === "connection" ? (snapshot.open?.id ?? "") : "";
  return `${page.kind} ${page.kind === "step" ? page.id : ""} ${open}`;
}

/** Call it while a component is set up. `snapshot` reads what is on screen. */
export function followFocus(snapshot: () => Snapshot | null) {
  let arrivedAt: string | null = null;
  let had: Element | null = null;

  $effect(() => {
    const root = document.documentElement;
    const byKeys = () => (root.dataset.by = "keys");
    const byPointer = () => delete root.dataset.by;
    window.addEventListener("keydown", byKeys, true);
    window.addEventListener("pointerdown", byPointer, true);
    return () => {
      window.removeEventListener("keydown", byKeys, true);
      window.removeEventListener("pointerdown", byPointer, true);
    };
  });

  $effect.pre(() => {
    if (snapshot()) had = document.activeElement;
  });

  $effect(() => {
    const now = snapshot();
    if (!now) return;
    const key = pageKey(now);
    const arrived = key !== arrivedAt;
    arrivedAt = key;
    void tick().then(() => {
      const lost = had !== null && had !== document.body && !had.isConnected && document.activeElement === document.body;
      if (arrived) toTop();
      if ((arrived || lost) && !document.querySelector("dialog[open]")) focusTitle();
    });
  });
}

function toTop() {
  const scroller = document.querySelector(".scroll");
  if (scroller) scroller.scrollTop = 0;
  document.documentElement.scrollTop = 0;
}

export function focusTitle() {
  document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
}
