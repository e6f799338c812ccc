// The way round, step by step: each points at what it is about, and covers nothing for long.

const tour = document.querySelector("#tour");

// The first of the selectors that is on the screen: the menu is a button where it is narrow.
function seen(selectors) {
  return selectors
    .split(",")
    .map((one) => document.querySelector(one))
    .find((found) => found?.checkVisibility());
}

if (tour) {
  const steps = [...tour.querySelectorAll("li")];
  const list = tour.querySelector("ol");
  const [back, next] = tour.querySelectorAll("[data-step]");
  const form = tour.querySelector("form");
  const skip = form.querySelector("[type=submit]");
  const where = tour.querySelector(".tour-at");
  const skipping = skip.textContent;
  let at = 0;
  let pointed;

  const show = () => {
    pointed?.classList.remove("toured");
    steps.forEach((step, n) => (step.hidden = n !== at));
    pointed = seen(steps[at].dataset.at);
    pointed?.classList.add("toured");
    where.textContent = `${at + 1} / ${steps.length}`;
    const last = at === steps.length - 1;
    // What has the focus must not go away under it.
    if (last && document.activeElement === next) skip.focus();
    if (at === 0 && document.activeElement === back) next.focus();
    back.hidden = at === 0;
    next.hidden = last;
    skip.textContent = last ? skip.dataset.done : skipping;
  };

  const end = () => {
    const inside = tour.contains(document.activeElement);
    pointed?.classList.remove("toured");
    tour.remove();
    if (inside) document.querySelector("#content").focus();
  };

  for (const button of [back, next]) {
    button.addEventListener("click", () => {
      at += Number(button.dataset.step);
      show();
    });
  }
  tour.addEventListener("keydown", (event) => {
    if (event.key === "Escape") form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const body = new FormData(form);
    end();
    // Should it not arrive, the steps come once more: nothing is lost.
    fetch(form.action, { method: "POST", body, keepalive: true }).catch(() => {});
  });
  tour.classList.add("by-steps");
  list.setAttribute("aria-live", "polite");
  where.hidden = false;
  show();
}
