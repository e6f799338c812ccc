// Searching selects: an input with a listbox (the ARIA combobox pattern), fed by the server
// twenty rows at a time. The hidden input beside it holds the id that the form sends.

const WAIT = 200;

class Combo {
  constructor(root) {
    this.root = root;
    this.hidden = root.querySelector("input[type=hidden]");
    this.input = root.querySelector("[role=combobox]");
    this.list = root.querySelector("[role=listbox]");
    this.status = root.querySelector("[role=status]");
    this.chosen = this.input.defaultValue;
    this.current = -1;
    this.page = 1;
    this.asked = 0;
    root.combo = this;
    this.input.addEventListener("input", () => this.searchSoon());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("click", () => this.isOpen() || this.search());
    this.input.addEventListener("blur", () => this.leave());
    // What somebody typed before this script had arrived is searched for as well.
    if (document.activeElement === this.input && this.input.value !== this.input.defaultValue) {
      this.searchSoon();
    }
    // Before blur, so that a click chooses instead of closing.
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.choose(option);
    });
  }

  options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  isOpen() {
    return !this.list.hidden;
  }

  searchSoon() {
    if (!this.input.value.trim()) this.set("", "");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.search(), WAIT);
  }

  async search(page = 1) {
    const turn = ++this.asked;
    const typed = this.input.value === this.chosen ? "" : this.input.value.trim();
    const url = new URL(this.root.dataset.url, location.href);
    url.searchParams.set("q", typed);
    url.searchParams.set("page", page);
    let found;
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      found = await answer.json();
    } catch {
      return;
    }
    // An answer that a later question has overtaken is dropped.
    if (turn !== this.asked || document.activeElement !== this.input) return;
    this.show(found, page);
  }

  show({ results, more }, page) {
    if (page === 1) this.list.replaceChildren();
    else this.list.querySelector("[data-more]")?.remove();
    const first = this.options().length;
    for (const { id, label, detail } of results) {
      const option = this.option(label, detail);
      option.dataset.id = id;
      option.dataset.label = label;
    }
    if (more) this.option(this.root.dataset.more + "…", "").dataset.more = page + 1;
    const options = this.options();
    if (!options.length) {
      const none = document.createElement("li");
      none.className = "none";
      none.textContent = this.root.dataset.none;
      this.list.append(none);
    }
    this.status.textContent = options.length
      ? `${options.length} ${this.root.dataset.found}`
      : this.root.dataset.none;
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark(page === 1 ? -1 : first);
  }

  option(label, detail) {
    const option = document.createElement("li");
    option.setAttribute("role", "option");
    option.id = `${this.list.id}-${this.options().length}`;
    option.setAttribute("aria-selected", "false");
    // A name written from right to left keeps its own order, and what is beside it its own.
    option.append(this.apart(label));
    if (detail) {
      const small = document.createElement("small");
      small.append(" ", this.apart(detail));
      option.append(small);
    }
    this.list.append(option);
    return option;
  }

  apart(text) {
    const apart = document.createElement("bdi");
    apart.textContent = text;
    return apart;
  }

  mark(index) {
    const options = this.options();
    this.current = options.length ? Math.min(index, options.length - 1) : -1;
    options.forEach((option, n) => {
      option.setAttribute("aria-selected", String(n === this.current));
      option.classList.toggle("current", n === this.current);
    });
    const marked = options[this.current];
    if (marked) {
      this.input.setAttribute("aria-activedescendant", marked.id);
      marked.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  choose(option) {
    if (option.dataset.more) {
      this.search(Number(option.dataset.more));
      return;
    }
    this.set(option.dataset.id, option.dataset.label);
    this.close();
  }

  set(id, label) {
    const before = this.hidden.value;
    this.hidden.value = id;
    this.chosen = label;
    if (label) this.input.value = label;
    if (before !== id) this.hidden.dispatchEvent(new Event("change", { bubbles: true }));
  }

  close() {
    this.asked++;
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.mark(-1);
  }

  leave() {
    this.close();
    // What was typed and not chosen is nothing; what was chosen before stands.
    if (this.input.value.trim()) this.input.value = this.chosen;
    else this.set("", "");
  }

  key(event) {
    const count = this.options().length;
    const open = this.isOpen();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) this.search();
      else if (event.key === "ArrowDown") this.mark((this.current + 1) % count);
      else this.mark(this.current <= 0 ? count - 1 : this.current - 1);
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      const option = this.options()[this.current] ?? (count === 1 ? this.options()[0] : null);
      if (option) this.choose(option);
    } else if (event.key === "Escape") {
      if (open) {
        event.preventDefault();
        this.input.value = this.chosen;
        this.close();
      }
    } else if (event.key === "Tab" && open && this.current >= 0) {
      this.choose(this.options()[this.current]);
    }
  }
}

// What makes the searching selects of a part of the page work.
export function wake(part) {
  part.querySelectorAll(".combo").forEach((root) => new Combo(root));
}

wake(document);
