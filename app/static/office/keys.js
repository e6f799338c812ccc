// A list by keyboard: / searches, j and k go down and up the rows, Enter opens, e edits, i goes to
// the cells that are edited in their place, ? helps.
// Letters alone may be in a reader's way (WCAG 2.1.4): the help turns them off, and they stay off.

const OFF = "keys-off";
const help = document.getElementById("keys-help");
const rows = () => [...document.querySelectorAll("[data-keys] tbody tr")];

function isOff() {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false; // No storage: the choice lasts as long as the page.
  }
}

function turn(off) {
  try {
    if (off) localStorage.setItem(OFF, "1");
    else localStorage.removeItem(OFF);
  } catch {
    // Nothing to keep it in.
  }
}

// Where keys write something, or mean something of their own.
const types = (target) =>
  target.closest("input, textarea, select, [contenteditable], [role=combobox], dialog[open]");

const marked = () => document.querySelector("tr[data-marked]");

function go(step) {
  const all = rows();
  if (!all.length) return;
  const from = all.indexOf(marked());
  const to = from < 0 ? (step > 0 ? 0 : all.length - 1) : from + step;
  const row = all[Math.min(Math.max(to, 0), all.length - 1)];
  marked()?.removeAttribute("data-marked");
  row.setAttribute("data-marked", "");
  // The focus goes along: a screen reader says the row, Tab goes on from here.
  const link = row.querySelector("a");
  if (!link) row.tabIndex = -1;
  (link ?? row).focus();
  row.scrollIntoView({ block: "nearest" });
}

// The row's next cell with a pencil, and after the last the first again; Enter opens it.
function pencil() {
  if (!marked()) go(1);
  const all = [...(marked()?.querySelectorAll("a[data-inline]") ?? [])];
  all[(all.indexOf(document.activeElement) + 1) % all.length]?.focus();
}

const ACTIONS = {
  "/": () => document.getElementById("search")?.select(),
  j: () => go(1),
  k: () => go(-1),
  e: () => {
    const edit = marked()?.dataset.edit;
    if (edit) location.assign(edit);
  },
  i: pencil,
  "?": () => help.showModal(),
  Enter: () => marked()?.querySelector("a")?.click(),
};

function press(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  const action = Object.hasOwn(ACTIONS, event.key) && ACTIONS[event.key];
  if (!action || types(event.target)) return;
  // What has the focus answers Enter by itself: a link, a button, a summary.
  if (event.key === "Enter" && event.target !== document.body) return;
  if (isOff()) return;
  event.preventDefault();
  action();
}

if (help) {
  const box = help.querySelector("input[type=checkbox]");
  box.checked = !isOff();
  box.addEventListener("change", () => turn(!box.checked));
  document.addEventListener("keydown", press);
  const opener = document.getElementById("keys-open");
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());
}
