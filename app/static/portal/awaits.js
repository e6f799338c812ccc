// Buttons marked `disabled data-awaits` stand still until the module that answers them is there:
// a press before it would be lost, or the browser would send the form with its data in the address.
export function awake(form) {
  for (const button of form.querySelectorAll("[data-awaits]")) button.disabled = false;
}
