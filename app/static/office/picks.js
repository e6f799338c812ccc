// Rows that are chosen on a list: across its pages and its orders, until they are let go. They
// are kept for this tab, under the list's address without what says of which page it is; the form
// sends them along with those that are ticked here.

const OF_A_PAGE = ["page", "cursor", "count", "sort", "size", "columns", "arrange"];
const bar = document.getElementById("picked");

function nameOfList({ pathname, search }) {
  const asked = new URLSearchParams(search);
  for (const name of OF_A_PAGE) asked.delete(name);
  asked.sort();
  return `picked:${pathname}?${asked}`;
}

function read(name) {
  try {
    return new Set((sessionStorage.getItem(name) ?? "").split(",").filter(Boolean));
  } catch {
    return new Set(); // No storage: this page's rows alone.
  }
}

function write(name, chosen) {
  try {
    if (chosen.size) sessionStorage.setItem(name, [...chosen].join(","));
    else sessionStorage.removeItem(name);
  } catch {
    // Nothing to keep them in.
  }
}

class Picks {
  constructor() {
    this.name = nameOfList(location);
    this.chosen = read(this.name);
    this.page = bar.querySelector("#pick-page");
    this.all = bar.querySelector("#pick-all");
    this.number = bar.querySelector("[data-number]");
    this.clear = bar.querySelector("[data-clear]");
    this.page.closest("label").hidden = false;
    for (const box of this.boxes()) box.checked = this.chosen.has(box.value);
    document.addEventListener("change", (event) => this.change(event));
    this.clear.addEventListener("click", () => this.letGo());
    bar.addEventListener("submit", (event) => this.send(event));
    // Going back brings the page as it was, without what was ticked on another since.
    window.addEventListener("pageshow", (event) => event.persisted && location.reload());
    this.say();
  }

  // Asked each time: a row that was edited in its place is another element.
  boxes() {
    return [...document.querySelectorAll("input[name=rows][form=picked]")];
  }

  change({ target }) {
    if (target === this.all) return this.everything();
    if (target === this.page) for (const box of this.boxes()) box.checked = target.checked;
    else if (target.name !== "rows") return;
    for (const box of this.boxes()) {
      if (box.checked) this.chosen.add(box.value);
      else this.chosen.delete(box.value);
    }
    write(this.name, this.chosen);
    this.say();
  }

  // All that the filters find are counted when they are asked for.
  async everything() {
    this.say();
    if (!this.all.checked) return;
    try {
      const answer = await fetch(bar.dataset.count, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      this.found = (await answer.json()).count;
      this.say();
    } catch {
      // The next page says how many they are.
    }
  }

  letGo() {
    this.chosen.clear();
    this.all.checked = false;
    for (const box of this.boxes()) box.checked = false;
    write(this.name, this.chosen);
    this.say();
    this.page.focus();
  }

  say() {
    const boxes = this.boxes();
    const here = boxes.filter((box) => box.checked).length;
    this.page.checked = boxes.length > 0 && here === boxes.length;
    this.page.indeterminate = here > 0 && here < boxes.length;
    const number = this.all.checked ? this.found : this.chosen.size;
    this.number.textContent = number ? this.number.dataset.words.replace("#", number) : "";
    this.clear.hidden = !this.chosen.size && !this.all.checked;
    bar.toggleAttribute("data-some", this.chosen.size > 0 || this.all.checked);
  }

  send(event) {
    if (!this.chosen.size && !this.all.checked) {
      event.preventDefault();
      this.page.focus();
      return;
    }
    const here = new Set(this.boxes().map((box) => box.value));
    bar.elements.kept.value = [...this.chosen].filter((id) => !here.has(id)).join(",");
  }
}

if (bar) new Picks();

// What is confirmed is chosen no more.
const preview = document.querySelector("form.preview");
preview?.addEventListener("submit", () => write(nameOfList(preview.querySelector("a")), new Set()));
