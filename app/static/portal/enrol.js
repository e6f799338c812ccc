// Several persons over several days: choose, see the price, keep as a draft, send.

import { call, newKey, Problem } from "./api.js";
import { awake } from "./awaits.js";
import { clear, show } from "./errors.js";

const form = document.querySelector("[data-enrol]");
const words = JSON.parse(document.getElementById("enrol-words").textContent);
const given = JSON.parse(document.getElementById("enrol-state").textContent);
const kept = () => `intreccio-enrol${location.search}`;
const submitKey = newKey();

let application = given.application;
let created = { body: "", key: "" };
let busy = false;
let asked = 0;

const persons = () => [...form.querySelectorAll("input[data-comes]")];
const choices = () => [...form.querySelectorAll("input[data-slot]")];
const reduced = (person, workshop) =>
  form.querySelector(`input[data-reduced="${person}"][data-workshop="${workshop}"]`)?.checked ?? false;
const extras = (person, workshop) => [
  ...form.querySelectorAll(`input[data-whose="${person}"][data-workshop="${workshop}"]`),
];
// What is chosen, in the order of the page: errors name a wish by its number.
const chosen = () => choices().filter((input) => input.checked && !input.closest("[hidden]"));

function wishes() {
  return chosen().map((input) => ({
    person_id: Number(input.dataset.person),
    slot_id: Number(input.dataset.slot),
    reduced: reduced(input.dataset.person, input.dataset.workshop),
    extras: extras(input.dataset.person, input.dataset.workshop)
      .filter((box) => box.checked)
      .map((box) => box.dataset.extra),
  }));
}

function values() {
  const text = (name) => form.elements.namedItem(name).value.trim() || null;
  return {
    wishes: wishes(),
    season_id: Number(form.dataset.season),
    contact_email: text("contact_email"),
    contact_phone: text("contact_phone"),
    note: text("note"),
    photo_consent: form.elements.namedItem("photo_consent").checked,
  };
}

// ------------------------------------------------------------------ drawing

function draw() {
  const coming = new Set(persons().filter((p) => p.checked).map((p) => p.dataset.comes));
  for (const part of form.querySelectorAll("[data-of]")) part.hidden = !coming.has(part.dataset.of);
  for (const slot of form.querySelectorAll("[data-slot-box]")) {
    const inputs = [...slot.querySelectorAll("input[data-slot]:enabled")].filter((i) => !i.closest("[hidden]"));
    const on = inputs.filter((input) => input.checked).length;
    const all = slot.querySelector("input[data-all]");
    all.closest("[data-all-box]").hidden = inputs.length < 2;
    all.checked = on > 0 && on === inputs.length;
    all.indeterminate = on > 0 && on < inputs.length;
    slot.classList.toggle("chosen", on > 0);
  }
  form.querySelector("[data-nobody]").hidden = coming.size > 0;
  form.querySelector("[data-days]").hidden = coming.size === 0;
}

function cell(row, text, options = {}) {
  const made = document.createElement(options.tag ?? "td");
  if (options.label) made.dataset.label = options.label;
  if (options.tag === "th") made.scope = "row";
  made.className = options.className ?? "";
  made.textContent = text;
  row.append(made);
  return made;
}

const euro = (amount) =>
  new Intl.NumberFormat(document.documentElement.lang === "en" ? "en-GB" : "it-IT", {
    style: "currency",
    currency: "EUR",
  }).format(amount);

async function price() {
  const mine = ++asked;
  const list = wishes();
  const box = form.querySelector("[data-price]");
  const total = form.querySelector("[data-total]");
  const none = form.querySelector("[data-none]");
  if (list.length === 0) {
    box.replaceChildren();
    box.closest("table").hidden = true;
    total.textContent = euro(0);
    shared([]);
    none.hidden = false;
    return;
  }
  let answer;
  try {
    answer = await call("POST", form.dataset.quote, { wishes: list });
  } catch (problem) {
    if (mine === asked) total.textContent = problem.message;
    return;
  }
  if (mine !== asked) return; // Something else was chosen meanwhile.
  none.hidden = true;
  box.closest("table").hidden = false;
  box.replaceChildren();
  const inputs = chosen();
  answer.result.forEach((line, n) => {
    const row = document.createElement("tr");
    cell(row, inputs[n]?.dataset.label ?? "", { tag: "th" });
    const outcome = cell(row, "", { label: words.outcome });
    const badge = document.createElement("span");
    badge.className = `state state-${line.error ? "bad" : line.outcome === "place" ? "good" : "waits"}`;
    badge.textContent = line.error ?? words[line.outcome];
    outcome.append(badge);
    const how = line.lines.map((part) => (part.detail ? `${part.label} (${part.detail})` : part.label));
    cell(row, how.join(", "), { label: words.how, className: "how" });
    cell(row, line.error || line.amount === null ? "–" : euro(line.amount), { className: "money", label: words.price });
    box.append(row);
  });
  total.textContent = euro(answer.total);
  shared(answer.shares);
}

// Who pays what, where it is not the family alone.
function shared(shares) {
  const list = form.querySelector("[data-shares]");
  list.replaceChildren();
  for (const share of shares) {
    const name = document.createElement("dt");
    const amount = document.createElement("dd");
    name.textContent = share.label;
    amount.textContent = euro(share.amount);
    list.append(name, amount);
  }
  list.hidden = shares.length === 0;
}

let waiting;
function changed() {
  draw();
  remember();
  clearTimeout(waiting);
  waiting = setTimeout(price, 150);
}

// ------------------------------------------------------------------ what was typed stays

function remember() {
  const state = {
    ...values(),
    comes: persons().filter((p) => p.checked).map((p) => p.dataset.comes),
  };
  sessionStorage.setItem(kept(), JSON.stringify(state));
}

function restore() {
  const before = sessionStorage.getItem(kept());
  const state = before ? JSON.parse(before) : null;
  const list = state
    ? state.wishes.map((w) => ({ person: w.person_id, slot: w.slot_id, reduced: w.reduced, extras: w.extras }))
    : given.wishes;
  const coming = new Set(state ? state.comes : given.wishes.map((w) => String(w.person)));
  for (const person of persons()) if (coming.has(person.dataset.comes)) person.checked = true;
  for (const { person, slot, reduced: less, extras: besides } of list) {
    const input = form.querySelector(`input[data-slot="${slot}"][data-person="${person}"]`);
    if (!input || input.disabled) continue;
    input.checked = true;
    const box = form.querySelector(
      `input[data-reduced="${person}"][data-workshop="${input.dataset.workshop}"]`,
    );
    if (box && less) box.checked = true;
    for (const extra of extras(person, input.dataset.workshop)) {
      if ((besides ?? []).includes(extra.dataset.extra)) extra.checked = true;
    }
  }
  if (state) {
    for (const name of ["contact_email", "contact_phone", "note"]) {
      form.elements.namedItem(name).value = state[name] ?? "";
    }
    form.elements.namedItem("photo_consent").checked = state.photo_consent;
  }
}

// ------------------------------------------------------------------ keeping and sending

async function save() {
  const body = values();
  if (application) {
    await call("PATCH", `${form.dataset.api}${application}`, body);
  } else {
    const whole = { ...body, status: "draft" };
    const text = JSON.stringify(whole);
    if (text !== created.body) created = { body: text, key: newKey() };
    application = (await call("POST", form.dataset.api, whole, created.key)).id;
  }
  sessionStorage.removeItem(kept());
  history.replaceState(null, "", `?application=${application}`);
}

function place(field) {
  const found = /^wishes\[(\d+)\]/.exec(field ?? "");
  if (found) return chosen()[Number(found[1])] ?? null;
  return field === "wishes" ? form.querySelector("input[data-comes]") : null;
}

async function work(send) {
  if (busy) return;
  busy = true;
  clear(form);
  const buttons = form.querySelectorAll("[data-save], [data-send]");
  for (const button of buttons) button.setAttribute("aria-disabled", "true");
  const status = form.querySelector("[data-status]");
  status.textContent = words.working;
  try {
    if (wishes().length === 0) {
      throw new Problem(422, { errors: [{ field: "wishes", message: words.none }] });
    }
    await save();
    status.textContent = words.saved;
    if (send) {
      await call("POST", `${form.dataset.api}${application}/submit`, {}, submitKey);
      location.assign(form.dataset.receipt.replace("/0", `/${application}`));
      return;
    }
  } catch (problem) {
    if (!problem.errors) throw problem;
    status.textContent = "";
    show(form, problem, place);
  }
  busy = false;
  for (const button of buttons) button.removeAttribute("aria-disabled");
}

form.addEventListener("change", (event) => {
  const all = event.target.closest("input[data-all]");
  if (all) {
    const slot = all.closest("[data-slot-box]");
    for (const input of slot.querySelectorAll("input[data-slot]:enabled")) {
      if (!input.closest("[hidden]")) input.checked = all.checked;
    }
  }
  changed();
});
form.addEventListener("input", remember);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  work(true);
});
form.querySelector("[data-save]").addEventListener("click", () => work(false));
form.querySelector("[data-add]")?.addEventListener("click", async () => {
  const wanted = form.querySelector("[data-another]").value;
  if (!wanted) return;
  if (wishes().length === 0) {
    const shown = [...new Set(choices().map((input) => input.dataset.workshop))];
    const all = [...shown, wanted].map((id) => `workshop=${id}`).join("&");
    location.assign(`?${application ? `application=${application}&` : ""}${all}`);
    return;
  }
  await work(false);
  if (application) location.assign(`?application=${application}&workshop=${wanted}`);
});

const only = persons().filter((person) => !person.disabled);
restore();
if (only.length === 1) only[0].checked = true;
draw();
price();
awake(form);
