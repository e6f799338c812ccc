// The panels above a list close when one goes elsewhere, or with Escape; one is open at a time.

const panels = [...document.querySelectorAll("details.panel")];

function close(except) {
  for (const panel of panels) if (panel !== except) panel.open = false;
}

document.addEventListener("click", (event) => {
  if (event.target.isConnected) close(event.target.closest("details.panel"));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  const open = panels.find((panel) => panel.open);
  if (!open) return;
  open.open = false;
  if (open.contains(document.activeElement)) open.querySelector("summary").focus();
});
