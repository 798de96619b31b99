// For the plain pages: « Afficher » beside a password, a message's dialog, one sending of a form. All works without it.
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
const site = document.querySelector("select[name=site]");
if (site) {
  const last = localStorage.getItem("site");
  if (last && !site.dataset.chosen && [...site.options].some((option) => option.value === last)) site.value = last;
  site.form.addEventListener("submit", () => localStorage.setItem("site", site.value));
}
