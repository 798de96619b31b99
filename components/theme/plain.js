// For the plain pages: « Afficher » beside a password and how strong it is, a message's dialog, one sending of a form.
// All works without it.
for (const button of document.querySelectorAll("[data-shows]")) {
  const field = document.getElementById(button.dataset.shows);
  button.hidden = false;
  button.addEventListener("click", () => {
    const hidden = field.type === "password";
    field.type = hidden ? "text" : "password";
    button.textContent = hidden ? button.dataset.hide : button.dataset.show;
    button.setAttribute("aria-pressed", String(hidden));
    field.focus();
  });
}
for (const dialog of document.querySelectorAll("dialog[data-now]")) {
  dialog.removeAttribute("open");
  dialog.showModal();
  dialog.addEventListener("close", () => document.getElementById(dialog.dataset.now)?.focus());
}
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "true";
    setTimeout(() => delete form.dataset.sent, 8000);
  });
}
for (const field of document.querySelectorAll("[data-strength]")) {
  let waiting = 0;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const answer = await fetch("/mot-de-passe/solidite", { method: "POST", body: new URLSearchParams({ nouveau: field.value }) });
      if (answer.ok) document.getElementById(field.dataset.strength).textContent = field.value && (await answer.text());
    }, 400);
  });
}
