// Finds what a screen reader would announce with this role and name, and waits for it. Runs in the window, after axe-core.
// Arguments: role, name, what is waited for, milliseconds, and what to call at the end. A name that ends with a star stands
// for every name that begins so. Answers {element, disabled, others} as soon as it is so, or when the time is over.
//
// The waiting is done here and not by asking again and again: every question costs the window, which has better to do.
const [role, name, wanted, time, done] = arguments;
const candidates = {
  button: "button, summary, [role=button]",
  link: "a[href], [role=link]",
  textbox: "input:not([type]), input[type=text], input[type=search], input[type=password], textarea, [role=textbox], [role=searchbox], [role=combobox]",
  radio: "input[type=radio], [role=radio]",
  checkbox: "input[type=checkbox], [role=checkbox]",
  option: "option, [role=option]",
  heading: "h1, h2, h3, h4, [role=heading]",
  dialog: "dialog[open], [role=dialog], [role=alertdialog]",
  status: "[role=status], output",
}[role];
const enough = {
  there: (found) => found.element !== null,
  usable: (found) => found.element !== null && !found.disabled,
  gone: (found) => found.element === null,
}[wanted];
const plain = (text) => (text ?? "").replace(/\s+/g, " ").trim();
const shown = (element) => element.checkVisibility({ checkVisibilityCSS: true, checkOpacity: false });
const fits = name.endsWith("*") ? (one) => one.name.startsWith(name.slice(0, -1)) : (one) => one.name === name;
const says = (element, attribute) => element.getAttribute(attribute) === "true";
const off = (element) => says(element, "aria-disabled") || says(element, "aria-busy") || element.disabled === true;

function look() {
  const modal = document.querySelector("dialog[open]");
  const reachable = (element) => shown(element) && (!modal || modal.contains(element) || element === modal);
  axe.setup(document.documentElement);
  try {
    const named = [...document.querySelectorAll(candidates)]
      .filter(reachable)
      .map((element) => ({ element, name: plain(axe.commons.text.accessibleText(element)) }));
    const found = named.find(fits);
    return { element: found?.element ?? null, disabled: found ? off(found.element) : false, others: named.map((one) => one.name) };
  } finally {
    axe.teardown();
  }
}

const begin = performance.now();
const GLANCE = 40;
// What becomes visible by a rule of style alone changes nothing that is observed.
const AT_LEAST = 400;
let changed = true;
let looked = begin;
const observer = new MutationObserver(() => (changed = true));
observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });

function glance() {
  try {
    const now = performance.now();
    const over = now - begin >= time;
    if (changed || over || now - looked > AT_LEAST) {
      changed = false;
      looked = now;
      const found = look();
      if (over || enough(found)) {
        observer.disconnect();
        return done(found);
      }
    }
    setTimeout(glance, GLANCE);
  } catch (error) {
    observer.disconnect();
    done({ error: String(error) });
  }
}
if (!candidates || !enough) done({ error: `nothing is known of the role ${role}, ${wanted}` });
else glance();
