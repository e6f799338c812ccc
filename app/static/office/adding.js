// Adding a row from the select that would name it: the other noun's own form, in a dialog.
// Without this script the link opens that form in a new tab. Closing the dialog loses nothing:
// what was typed is there when it is opened again.

import { wake } from "./select.js";

const PART = { Accept: "text/html", "X-Fragment": "1" };

class Adding {
  constructor(link) {
    this.link = link;
    this.combo = document.getElementById(link.dataset.for).closest(".combo").combo;
    link.setAttribute("role", "button");
    link.setAttribute("aria-haspopup", "dialog");
    // No new tab opens now.
    link.querySelector("[data-tab]").remove();
    link.addEventListener("click", (event) => this.click(event));
    link.addEventListener("keydown", (event) => {
      if (event.key === " ") this.click(event);
    });
  }

  click(event) {
    // A new tab for whoever asks for one.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const known = this.dialog;
    this.dialog ??= this.made();
    document.body.append(this.dialog);
    this.dialog.showModal();
    if (!known) this.load();
  }

  made() {
    const dialog = document.createElement("dialog");
    dialog.className = "adding";
    dialog.setAttribute("aria-labelledby", "adding-title");
    dialog.addEventListener("submit", (event) => this.save(event));
    dialog.addEventListener("click", (event) => {
      if (event.target.closest("[data-close]")) dialog.close();
    });
    dialog.addEventListener("close", () => this.put());
    return dialog;
  }

  // A dialog that was closed leaves the page, with what was typed, until it is opened again:
  // another's fields have the same ids.
  put() {
    if (!this.dialog) return;
    this.dialog.remove();
    this.link.focus();
  }

  async load() {
    this.dialog.replaceChildren(this.words(this.link.dataset.loading));
    const answer = await this.ask(this.link.href, {});
    if (answer?.status === 200) this.fill(await answer.text());
    else this.failed();
  }

  async save(event) {
    event.preventDefault();
    if (this.saving) return;
    this.saving = true;
    const form = event.target;
    const button = form.querySelector("[type=submit]");
    button.setAttribute("aria-disabled", "true");
    const answer = await this.ask(form.action, { method: "POST", body: new FormData(form) });
    this.saving = false;
    button.removeAttribute("aria-disabled");
    if (answer?.status === 201) this.done(await answer.json());
    else if (answer?.status === 422) this.fill(await answer.text());
    else this.failed();
  }

  // The answer, unless it is another page's: whoever was signed out is led to one.
  async ask(address, what) {
    try {
      const answer = await fetch(address, { ...what, headers: PART });
      return answer.redirected ? null : answer;
    } catch {
      return null;
    }
  }

  fill(html) {
    // From our own templates, which escape every value; the policy lets no script in run.
    this.dialog.innerHTML = html;
    wake(this.dialog);
    const alert = this.dialog.querySelector("[role=alert]");
    (alert ?? this.dialog.querySelector(".input"))?.focus();
  }

  // What was typed stays; the way to the form's own page is shown beside it.
  failed() {
    this.dialog.querySelector("[data-failed]")?.remove();
    const line = this.words(`${this.link.dataset.failed} `);
    line.dataset.failed = "";
    line.setAttribute("role", "alert");
    const way = document.createElement("a");
    way.href = this.link.href;
    way.target = "_blank";
    way.textContent = this.link.firstChild.textContent;
    line.append(way);
    if (this.dialog.querySelector("form")) this.dialog.prepend(line);
    else this.dialog.replaceChildren(line);
    way.focus();
  }

  done({ id, label }) {
    const dialog = this.dialog;
    this.combo.set(String(id), label);
    this.combo.status.textContent = label;
    this.dialog = null;
    dialog.close();
    dialog.remove();
    this.combo.input.focus();
  }

  words(said) {
    const line = document.createElement("p");
    line.className = "notice";
    line.textContent = said;
    return line;
  }
}

for (const link of document.querySelectorAll(".combo-add")) new Adding(link);
