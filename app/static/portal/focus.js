// What a refused form says is read first.
document.querySelector("[data-focus]")?.focus();
