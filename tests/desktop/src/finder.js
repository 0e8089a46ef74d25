// Finds what a screen reader would announce with this role and name. Runs in the window, after axe-core.
// Arguments: role, name. A name that ends with a star stands for every name that begins so. Answers {element, disabled, others}.
const [role, name] = arguments;
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
if (!candidates) throw new Error(`no candidates are known for the role ${role}`);
const plain = (text) => (text ?? "").replace(/\s+/g, " ").trim();
const shown = (element) => element.checkVisibility({ checkVisibilityCSS: true, checkOpacity: false });
const modal = document.querySelector("dialog[open]");
const reachable = (element) => shown(element) && (!modal || modal.contains(element) || element === modal);
axe.setup(document.documentElement);
try {
  const named = [...document.querySelectorAll(candidates)]
    .filter(reachable)
    .map((element) => ({ element, name: plain(axe.commons.text.accessibleText(element)) }));
  const fits = name.endsWith("*") ? (one) => one.name.startsWith(name.slice(0, -1)) : (one) => one.name === name;
  const found = named.find(fits);
  const off = (element) => element.getAttribute("aria-disabled") === "true" || element.disabled === true;
  return { element: found?.element ?? null, disabled: found ? off(found.element) : false, others: named.map((one) => one.name) };
} finally {
  axe.teardown();
}
