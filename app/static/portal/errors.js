// What is wrong with a form: beside each field, and in a summary that takes the focus.

export function clear(form) {
  const summary = form.querySelector("[data-problems]");
  if (summary) summary.hidden = true;
  for (const error of form.querySelectorAll(".error")) {
    error.hidden = true;
    error.textContent = "";
  }
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
}

// `place(field)` may name another input for a field; null leaves the message to the summary.
export function show(form, problem, place = () => null) {
  const summary = form.querySelector("[data-problems]");
  const list = summary.querySelector("ul");
  list.replaceChildren();
  const errors = problem.errors.length ? problem.errors : [{ field: "", message: problem.message }];
  for (const { field, message } of errors) {
    const input = place(field) ?? form.elements.namedItem(field);
    const line = document.createElement("li");
    const usable = input instanceof HTMLElement && !input.closest("[hidden]");
    if (usable) {
      input.setAttribute("aria-invalid", "true");
      const beside = document.getElementById(input.dataset.error ?? `${input.id}-error`);
      if (beside) {
        beside.textContent = beside.textContent ? `${beside.textContent} ${message}` : message;
        beside.hidden = false;
      }
      const link = document.createElement("a");
      link.href = `#${input.id}`;
      link.textContent = labelled(input, message);
      link.addEventListener("click", (event) => {
        event.preventDefault();
        input.focus();
      });
      line.append(link);
    } else {
      line.textContent = message;
    }
    list.append(line);
  }
  summary.hidden = false;
  summary.focus();
}

function labelled(input, message) {
  const label = input.dataset.label ?? input.labels?.[0]?.firstChild?.textContent?.trim();
  return label ? `${label}: ${message}` : message;
}
