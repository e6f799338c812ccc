// A form that is being saved says so and is sent once. The server does a form once in any case:
// after a while it may be sent again, should the answer have been lost.

const WAIT = 10_000;

document.addEventListener("submit", (event) => {
  const words = event.target.querySelector("input[name=once]")?.dataset.saving;
  if (!words || event.defaultPrevented) return;
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  const button = event.submitter ?? form.querySelector("[type=submit]");
  const said = button.textContent;
  const status = document.createElement("span");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  button.after(status);
  button.setAttribute("aria-disabled", "true");
  button.textContent = status.textContent = words;
  const over = () => {
    delete form.dataset.sent;
    button.removeAttribute("aria-disabled");
    button.textContent = said;
    status.remove();
  };
  setTimeout(over, WAIT);
  // Back from the page that followed, as the browser had kept this one.
  window.addEventListener("pageshow", over, { once: true });
});

// A file that is too large stays here: the server could take nothing of the form that brings it.
document.addEventListener("change", ({ target }) => {
  const most = Number(target.dataset.most);
  if (target.type !== "file" || !most) return;
  const large = [...target.files].some((file) => file.size > most);
  target.setCustomValidity(large ? target.dataset.large : "");
  target.reportValidity();
});
