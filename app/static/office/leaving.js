// A page with something typed into its form asks before it is left, by the browser's own
// question. Saving asks nothing.

// Those of dialogs come later, and count as well.
const forms = () =>
  [...document.querySelectorAll("form.entry")].filter((form) =>
    form.querySelector("input[name=once]"),
  );
let sending = false;

// Whether a form holds what the server has not: what was typed since, or typed and not taken.
function touched(form) {
  if (form.querySelector("input[name=once]").hasAttribute("data-typed")) return true;
  return [...form.elements].some((one) => {
    if (one.type === "hidden") return false;
    if (one.type === "checkbox" || one.type === "radio") return one.checked !== one.defaultChecked;
    if (one.type === "file") return one.files.length > 0;
    if (one.tagName === "SELECT") return selected(one);
    return "defaultValue" in one && plain(one.value) !== plain(one.defaultValue);
  });
}

// Inputs leave out line ends and blanks of what the server gave them.
const plain = (text) => text.replace(/\s+/g, " ").trim();

function selected(select) {
  const options = [...select.options];
  const drawn = options.findIndex((option) => option.defaultSelected);
  return select.selectedIndex !== Math.max(drawn, 0);
}

if (forms().length) {
  addEventListener("submit", (event) => {
    if (!event.defaultPrevented && forms().includes(event.target)) sending = true;
  });
  addEventListener("pageshow", () => (sending = false));
  addEventListener("beforeunload", (event) => {
    if (!sending && forms().some(touched)) event.preventDefault();
  });
}
