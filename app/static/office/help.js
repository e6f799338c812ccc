// What a screen is for: open where the reader left it open, in this browser.

const KEPT = "help";
const help = document.querySelector("details.help");

if (help) {
  try {
    help.open = localStorage.getItem(KEPT) === "open";
    help.addEventListener("toggle", () => {
      localStorage.setItem(KEPT, help.open ? "open" : "closed");
    });
  } catch {
    // A browser that keeps nothing shows it closed.
  }
}
