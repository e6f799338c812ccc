// Buttons that ask the API for one thing: accept, decline, cancel. Some ask first. Like every
// button that a module answers they are `disabled data-awaits` in the page until it is there.

import { call, newKey } from "./api.js";

const SAID = "intreccio-said";
const dialog = document.querySelector("[data-confirm-dialog]");
const notice = document.querySelector("[data-said]");

function say(text, kind) {
  notice.className = `notice notice-${kind}`;
  notice.querySelector("p").textContent = text;
  notice.hidden = false;
  notice.focus();
}

const told = sessionStorage.getItem(SAID);
if (told && notice) {
  sessionStorage.removeItem(SAID);
  say(told, "success");
}

function confirmed(question, answer) {
  if (!question) return Promise.resolve(true);
  dialog.querySelector("[data-question]").textContent = question;
  dialog.querySelector("[value=yes]").textContent = answer;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

for (const button of document.querySelectorAll("button[data-post], input[data-patch]")) {
  const key = newKey();
  button.addEventListener(button.matches("input") ? "change" : "click", async () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    if (!(await confirmed(button.dataset.question, button.textContent.trim()))) {
      button.focus();
      return;
    }
    button.setAttribute("aria-disabled", "true");
    try {
      if (button.dataset.patch) {
        await call("PATCH", button.dataset.patch, { [button.name]: button.checked });
        say(button.dataset.done, "success");
        button.removeAttribute("aria-disabled");
        return;
      }
      await call("POST", button.dataset.post, {}, key);
      sessionStorage.setItem(SAID, button.dataset.done);
      location.reload();
    } catch (problem) {
      button.removeAttribute("aria-disabled");
      if (button.dataset.patch) button.checked = !button.checked;
      say(problem.errors?.[0]?.message ?? problem.message, "danger");
    }
  });
  button.disabled = false;
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
  button.disabled = false;
}
