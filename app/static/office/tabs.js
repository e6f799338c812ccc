// The lists that hang on a row, as tabs (the ARIA tabs pattern): each is asked for when it is
// first opened. The links that the tabs are without this script are where the lists come from.
// The open tab stands in the address, so that "back" and a shared link lead to it.

class Tabs {
  constructor(root) {
    this.root = root;
    this.tabs = [...root.querySelectorAll("[data-panel]")];
    const list = root.querySelector(".tab-list");
    list.setAttribute("role", "tablist");
    for (const tab of this.tabs) {
      tab.parentElement.setAttribute("role", "presentation");
      tab.setAttribute("role", "tab");
      root.append(this.panelOf(tab));
    }
    list.addEventListener("click", (event) => this.click(event));
    list.addEventListener("keydown", (event) => this.key(event));
    window.addEventListener("popstate", () => this.moved());
    const asked = this.asked();
    this.open(asked ?? this.tabs[0]);
    if (asked) root.scrollIntoView();
  }

  panelOf(tab) {
    const panel = document.createElement("section");
    panel.id = tab.dataset.panel;
    panel.className = "sheet related";
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    panel.tabIndex = 0;
    tab.setAttribute("aria-controls", panel.id);
    return panel;
  }

  // The tab that the address names.
  asked() {
    return this.tabs.find((tab) => `#${tab.dataset.panel}` === location.hash);
  }

  // An address that names another place of the page, such as its content, changes no tab.
  moved() {
    const tab = this.asked() ?? (location.hash ? null : this.tabs[0]);
    if (tab) this.open(tab);
  }

  click(event) {
    const tab = event.target.closest("[role=tab]");
    // A new window for whoever asks for one.
    if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.choose(tab, "pushState");
  }

  key(event) {
    const here = this.tabs.indexOf(event.target);
    if (here < 0) return;
    const last = this.tabs.length - 1;
    const next = {
      ArrowRight: here < last ? here + 1 : 0,
      ArrowLeft: here > 0 ? here - 1 : last,
      Home: 0,
      End: last,
      " ": here,
    }[event.key];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.tabs[next].focus();
    // Tabs that were only passed over are no steps of the history.
    this.choose(this.tabs[next], "replaceState");
  }

  choose(tab, how) {
    const address = `#${tab.dataset.panel}`;
    if (location.hash !== address) history[how](null, "", address);
    this.open(tab);
  }

  open(tab) {
    for (const one of this.tabs) {
      const chosen = one === tab;
      one.setAttribute("aria-selected", String(chosen));
      one.tabIndex = chosen ? 0 : -1;
      document.getElementById(one.dataset.panel).hidden = !chosen;
    }
    this.load(tab);
  }

  async load(tab) {
    const panel = document.getElementById(tab.dataset.panel);
    // Loaded, or on its way.
    if (panel.dataset.state) return;
    panel.dataset.state = "loading";
    panel.setAttribute("aria-busy", "true");
    panel.replaceChildren(this.words(this.root.dataset.loading));
    try {
      const answer = await fetch(tab.href, {
        headers: { Accept: "text/html", "X-Fragment": "1" },
      });
      // Whoever was signed out in the meantime is led to another page.
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      // From our own templates, which escape every value; the policy lets no script in run.
      panel.innerHTML = await answer.text();
      panel.dataset.state = "loaded";
      // What can be reached in the panel is one step by itself.
      if (panel.querySelector("a[href], [tabindex='0']")) panel.removeAttribute("tabindex");
    } catch {
      const link = document.createElement("a");
      link.href = tab.href;
      link.textContent = tab.textContent;
      const failed = this.words(`${this.root.dataset.failed} `);
      failed.setAttribute("role", "alert");
      failed.append(link);
      panel.replaceChildren(failed);
      // Opening it once more tries once more.
      delete panel.dataset.state;
    }
    panel.removeAttribute("aria-busy");
  }

  words(said) {
    const line = document.createElement("p");
    line.className = "nothing";
    line.textContent = said;
    return line;
  }
}

for (const root of document.querySelectorAll(".tabs")) new Tabs(root);
