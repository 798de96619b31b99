// For the plain pages: « Afficher » beside a password and how strong it is, a message's dialog, one sending of a form.
// All works without it. Then « Affichage »: each choice acts at once, over whatever screen is there.
const line = import("./line.js");
const stylesheet = import("./stylesheet.js");
for (const button of document.querySelectorAll("[data-shows]")) {
  const field = document.getElementById(button.dataset.shows);
  button.hidden = false;
  button.addEventListener("click", () => {
    const hidden = field.type === "password";
    field.type = hidden ? "text" : "password";
    button.textContent = hidden ? button.dataset.hide : button.dataset.show;
    button.ariaLabel = hidden ? button.dataset.hideLabel : button.dataset.showLabel;
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
    if (form.dataset.sent) return event.preventDefault(); // pressed twice: once
    form.dataset.sent = "true";
    setTimeout(() => delete form.dataset.sent, 12000);
    const press = event.submitter;
    if (press && !("preferences" in form.dataset)) line.then(({ works }) => works(press));
    if (form.dataset.crowd) setTimeout(tellOfTheCrowd, 2000, form, press);
  });
}
async function tellOfTheCrowd(form, press) {
  const answer = await fetch(form.dataset.crowd).catch(() => null);
  if (answer?.status !== 200) return;
  const text = await answer.text();
  Object.assign(document.getElementById("line").dataset, { slow: text, again: text });
  line.then(({ says }) => says(press, "slow"));
}
addEventListener("pageshow", (event) => {
  if (!event.persisted) return; // back on a page that was kept as it stood: nothing of it is on its way any more
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const press of document.querySelectorAll("[data-line]")) line.then(({ rests }) => rests(press));
});
for (const field of document.querySelectorAll("[data-strength]")) {
  let waiting = 0;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const answer = await fetch("/mot-de-passe/solidite", {
        method: "POST",
        body: new URLSearchParams({ nouveau: field.value, ancien: field.form.elements.ancien?.value ?? "" }),
      });
      if (answer.ok) document.getElementById(field.dataset.strength).textContent = field.value && (await answer.text());
    }, 400);
  });
}

import("./terms.js");

// What the next page will wear and run is fetched once this one is painted: on a phone they would share the line.
const ahead = document.currentScript?.dataset.ahead?.split(" ") ?? [];
async function fetchAhead() {
  for (const href of ahead) document.head.append(Object.assign(document.createElement("link"), { rel: "prefetch", href }));
  const font = document.querySelector("style[data-font]")?.dataset.font;
  if (font) await fetch(font, { priority: "low", cache: "reload" }); // its answer tells the server, by a cookie, that it is here
}
const painted = () => requestAnimationFrame(() => setTimeout(() => fetchAhead().catch(() => {})));
if (document.readyState === "complete") painted();
else addEventListener("load", painted);

const root = document.documentElement;
let sending = Promise.resolve();
function apply(form, pressed) {
  if (pressed) for (const [name, value] of choicesOf(form, new URLSearchParams(pressed.dataset.mode))) choose(form, name, value);
  const chosen = new FormData(form);
  for (const [name] of choicesOf(form)) {
    if (chosen.get(name)) root.dataset[name] = chosen.get(name);
    else delete root.dataset[name];
  }
  for (const button of form.querySelectorAll("[data-on]")) {
    const on = [...new URLSearchParams(button.dataset.mode)].every(([name, value]) => chosen.get(name) === value);
    button.textContent = on ? button.dataset.off : button.dataset.on;
    button.value = on ? "off" : "on";
  }
  const status = form.querySelector("[data-saved]");
  const body = new URLSearchParams([...chosen, ["quiet", "1"]]);
  const send = () =>
    fetch(form.action, { method: "POST", body }).then(
      (answer) => answer.ok,
      () => false,
    );
  sending = sending.then(send).then((saved) => (status.textContent = saved ? status.dataset.saved : status.dataset.lost));
}
const choicesOf = (form, values = new URLSearchParams()) =>
  form.dataset.preferences.split(" ").map((name) => [name, values.get(name) ?? ""]);
function choose(form, name, value) {
  for (const field of form.querySelectorAll(`[name="${name}"]`)) field.checked = field.value === value;
}
function take(form) {
  for (const button of form.querySelectorAll("[data-without-script]")) button.hidden = true;
  form.addEventListener("change", () => apply(form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const pressed = event.submitter;
    apply(form, pressed?.value === "off" && pressed.dataset.on ? { dataset: { mode: "" } } : pressed);
  });
  if ([...form.elements].some((field) => field.checked !== field.defaultChecked)) apply(form); // chosen before this came
}
for (const form of document.querySelectorAll("form[data-preferences]")) take(form);

async function openPreferences(opener) {
  const applied = stylesheet.then(({ applyWhole }) => applyWhole());
  let panel = document.getElementById("preferences-panel");
  if (!panel) {
    const page = new DOMParser().parseFromString(await (await fetch("/accessibilite")).text(), "text/html");
    panel = document.importNode(page.getElementById("display-preferences"), true);
    Object.assign(panel, { id: "preferences-panel", className: "preferences-panel", popover: "auto", role: "dialog" });
    panel.querySelector("[data-shuts]").hidden = false;
    document.body.append(panel);
    take(panel.querySelector("form[data-preferences]"));
    panel.querySelector("[data-shuts]").addEventListener("click", () => panel.hidePopover());
    panel.addEventListener("toggle", (event) => {
      if (event.newState === "open") panel.querySelector("h2").focus();
      else if (!document.activeElement || document.activeElement === document.body || panel.contains(document.activeElement))
        panel.opener?.focus();
    });
  }
  await applied;
  panel.opener = opener.closest("[popover]") ? document.querySelector(`[popovertarget="${opener.closest("[popover]").id}"]`) : opener;
  panel.showPopover();
}
document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("a[data-opens-preferences]");
  if (
    !opener ||
    event.ctrlKey ||
    event.metaKey ||
    !HTMLElement.prototype.showPopover ||
    document.querySelector("main form[data-preferences]")
  )
    return;
  event.preventDefault();
  openPreferences(opener).catch(() => location.assign(opener.href));
});
