// A cell that is edited in its place: Enter saves, Escape leaves it as it was, and the focus comes
// back to where it began. What goes wrong on the way leads to the row's own form.

class Cell {
  constructor(link) {
    this.link = link;
    this.cell = link.closest("td");
    this.before = [...this.cell.childNodes];
  }

  async open() {
    const found = await this.ask(this.url());
    if (!found?.form) return location.assign(this.link.href);
    this.show(found.form);
  }

  url() {
    const at = this.link.closest("[data-inline-at]").dataset.inlineAt;
    return `${at}${this.link.dataset.inline}${location.search}`;
  }

  async ask(url, options = {}) {
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, ...options });
      const json = answer.headers.get("Content-Type")?.startsWith("application/json");
      return json && (answer.ok || answer.status === 422) ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  show(form) {
    this.cell.innerHTML = form;
    this.form = this.cell.querySelector("form");
    this.form.addEventListener("submit", (event) => this.save(event));
    this.form.addEventListener("keydown", (event) => event.key === "Escape" && this.leave(event));
    this.form.querySelector("[data-cancel]").addEventListener("click", (event) => this.leave(event));
    const input = this.form.querySelector("input:not([type=hidden]), select, textarea");
    input.focus();
    input.select?.();
  }

  leave(event) {
    event.preventDefault();
    this.cell.replaceChildren(...this.before);
    this.link.focus();
  }

  async save(event) {
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    const found = await this.ask(this.form.action, { method: "POST", body: new FormData(this.form) });
    this.busy = false;
    if (found?.row) this.done(found);
    else if (found?.form) this.show(found.form);
    else location.assign(this.link.href);
  }

  // The row's other cells may have changed with it.
  done({ row, said }) {
    const line = this.cell.closest("tr");
    const chosen = line.querySelector("input[name=rows]")?.checked;
    line.innerHTML = row;
    const box = line.querySelector("input[name=rows]");
    if (box) box.checked = chosen;
    line.querySelector(`[data-inline="${this.link.dataset.inline}"]`)?.focus();
    status.textContent = said;
  }
}

const table = document.querySelector("[data-inline-at]");
const status = document.createElement("p");
if (table) {
  status.className = "inline-said";
  status.setAttribute("role", "status");
  table.before(status);
  table.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-inline]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    status.textContent = "";
    new Cell(link).open();
  });
}
