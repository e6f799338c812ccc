// What one field of an offer says of another, filled in where it can still be changed: a price
// that is typed makes it no longer free, and who offers it looks after the data.

const form = document.querySelector("form.entry");
const price = form?.querySelector("[name=price]");
const kind = form?.querySelector("select[name=price_kind]");
const offers = form?.querySelector(".combo > [name=organization_id]");
const controller = form?.querySelector(".combo > [name=controller_id]");

if (price && kind) {
  price.addEventListener("input", () => {
    if (price.value.trim() && kind.value === "free") kind.value = "fixed";
  });
}

if (offers && controller) {
  offers.addEventListener("change", () => {
    const { hidden, input } = offers.parentElement.combo;
    if (hidden.value && !controller.value) {
      controller.parentElement.combo.set(hidden.value, input.value);
    }
  });
}
