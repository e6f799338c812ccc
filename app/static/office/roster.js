// The roster goes to paper: on a telephone the browser's own way there is well hidden.

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
  button.hidden = false;
}
