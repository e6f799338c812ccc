// Forms that the REST API takes: what was typed stays until it is accepted.

import { call, newKey } from "./api.js";
import { awake } from "./awaits.js";
import { clear, show } from "./errors.js";

for (const form of document.querySelectorAll("form[data-api]")) {
  const button = form.querySelector("button[type=submit]");
  // The same typing sent twice is one request.
  let last = { body: "", key: "" };
  let busy = false;

  for (const toggle of form.querySelectorAll("[data-toggles]")) {
    const draw = () => {
      for (const part of form.querySelectorAll(`[data-when="${toggle.name}"]`)) part.hidden = !toggle.checked;
      for (const part of form.querySelectorAll(`[data-unless="${toggle.name}"]`)) part.hidden = toggle.checked;
    };
    toggle.addEventListener("change", draw);
    draw();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    button.setAttribute("aria-disabled", "true");
    clear(form);
    const body = collect(form);
    const text = JSON.stringify(body);
    if (text !== last.body) last = { body: text, key: newKey() };
    try {
      const key = form.dataset.method === "PATCH" ? undefined : last.key;
      const answer = await call(form.dataset.method ?? "POST", form.dataset.api, body, key);
      location.assign(form.dataset.then.replace("{id}", answer.id));
      return;
    } catch (problem) {
      if (!problem.errors) throw problem;
      show(form, problem);
    }
    busy = false;
    button.removeAttribute("aria-disabled");
  });
  awake(form);
}

// 12.500,00 and 12500.00 are one number.
const decimal = (text) => (text.includes(",") ? text.replaceAll(".", "").replace(",", ".") : text);

// Texts as typed, numbers of choices as numbers, what is hidden or empty as nothing.
function collect(form) {
  const body = {};
  // What is declared goes in a list of its own; what is not true is left out.
  const facts = [...form.elements].filter((input) => input.dataset.fact);
  if (facts.length) {
    body.facts = facts
      .map((input) => ({
        fact: input.dataset.fact,
        value: input.type === "checkbox" ? (input.checked ? "true" : "") : input.value.trim(),
      }))
      .filter((one) => one.value !== "");
  }
  const extras = [...form.elements].filter((input) => input.dataset.extra);
  if (extras.length) body.extras = extras.filter((input) => input.checked).map((input) => input.dataset.extra);
  for (const input of form.elements) {
    if (!input.name || input.dataset.local !== undefined) continue;
    if (input.type === "radio" && !input.checked) continue;
    const away = input.closest("[hidden]");
    if (input.type === "checkbox") body[input.name] = input.checked;
    else if (away || input.value.trim() === "") body[input.name] = null;
    else if (input.dataset.decimal !== undefined) body[input.name] = decimal(input.value.trim());
    else body[input.name] = input.dataset.number === undefined ? input.value : Number(input.value);
  }
  for (const name of (form.dataset.omit ?? "").split(" ")) {
    if (body[name] === null) delete body[name];
  }
  return body;
}
