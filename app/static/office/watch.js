// How far long work is: the part of the page that says so is asked for again until it is over.

const EVERY = 2000;

async function look() {
  const part = document.querySelector("[data-watch]");
  if (!part) return;
  try {
    const answer = await fetch(part.dataset.watch, { credentials: "same-origin" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector("[data-watch]");
    if (!now) {
      location.reload();
      return;
    }
    // The buttons stay, and the focus with them.
    for (const name of ["[role=status]", "progress"]) {
      part.querySelector(name).replaceWith(document.adoptNode(now.querySelector(name)));
    }
  } catch {
    // The network is away for a moment.
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
