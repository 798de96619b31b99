// « Ajouter », « Prendre en photo »: what is chosen there leaves at once, for the document beside which it stands; several photographs are
// the pages of one. Of the field: `data-sends` is the address, `data-place` where it is told how far it is, `data-document` and
// `data-replaces` what the file is for; `data-names` the field of a form that is sent later, and then names the file.
import { make, thumbnail } from "./upload_pages.js";
import { filled, isPhoto, post, spoken, underWay, weight } from "./upload_send.js";

const place = (field) => document.getElementById(field.dataset.place);
const under = new Map(); // form -> how many of its files are on their way

function wrong(texts, files) {
  if (files.some((file) => file.size > texts.mostBytes)) return texts.heavy;
  if (files.length > 1 && !files.every(isPhoto)) return texts.oneKind;
  return files.length > texts.mostPages ? texts.tooMany : "";
}

function drawn(texts, files) {
  const [first] = files;
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const title = files.length > 1 ? filled(texts.pages, { count: files.length }) : first.name;
  const bar = make("progress", { max: 100, value: 0, ariaLabel: title });
  const status = make("p", { className: "hint", role: "status" });
  const label = make("span", { className: "called" }, make("strong", { textContent: title }));
  label.append(make("span", { className: "hint", textContent: weight(size) }), status, bar);
  return { bar, status, label, frame: thumbnail(first, isPhoto(first) ? texts.photo : texts.pdf) };
}

async function send(field) {
  const files = [...field.files];
  const at = place(field);
  const texts = spoken(field);
  const { bar, status, label, frame } = drawn(texts, files);
  field.value = "";
  at.replaceChildren(frame, label);
  const fault = wrong(texts, files);
  if (fault) return refuse(fault);
  const body = new FormData();
  if (field.dataset.document) body.append("document", field.dataset.document);
  if ("replaces" in field.dataset) body.append("remplacer", field.dataset.document);
  for (const file of files) {
    body.append("fichier", file, file.name);
    if (files.length > 1) body.append("tours", "0");
  }
  underWay(texts, files);
  begins(field.form);
  const given = await post(field.dataset.sends, body, {
    texts,
    bar,
    tell: (text) => (status.textContent = text),
    stopped: () => !at.isConnected,
  });
  const { answer } = given;
  if (given.status > 0) underWay(texts, []);
  if (given.status === 200 && !answer) return location.assign(given.url); // Connexion: the session is over
  const received = answer?.received !== undefined;
  if (!received) refuse(given.status === 413 ? texts.heavy : (answer?.refused ?? texts.failedThere));
  else arrived(answer);
  ends(field.form, received);

  function refuse(text) {
    bar.remove();
    status.className = "fault";
    status.textContent = text;
    frame.remove();
  }
  function arrived({ remarks }) {
    nameIn(field, answer);
    bar.remove();
    if (!field.dataset.names) label.replaceChildren(); // its line says what was received
    status.textContent = "";
    for (const text of remarks) label.append(make("p", { className: "was remark", textContent: text }));
    document.dispatchEvent(new CustomEvent("reported", { detail: [texts.receivedOne, ...remarks].join(" ") }));
    if (!field.dataset.names && document.documentElement.dataset.screen !== "live") location.reload();
  }
}

// The form that is sent later names the file; it may be taken out of it again.
function nameIn(field, { document: name, received }) {
  if (!field.dataset.names) return;
  put(field, name ? `${name} ${received}` : "");
  place(field).append(leaver(field));
}

function put(field, value) {
  const named = document.getElementById(field.dataset.names);
  named.value = value;
  named.dispatchEvent(new Event("input", { bubbles: true }));
}

function leaver(field) {
  const { takeOut, removed } = spoken(field);
  const shown = document.getElementById(field.dataset.names).value.slice(33);
  const press = make("button", { type: "button", className: "link", textContent: takeOut, ariaLabel: `${takeOut} : ${shown}` });
  press.addEventListener("click", () => {
    put(field, "");
    place(field).replaceChildren();
    field.focus();
    document.dispatchEvent(new CustomEvent("reported", { detail: filled(removed, { name: shown }) }));
  });
  return press;
}

// What came back with the rest of what was typed, after a reload.
function bringBack() {
  for (const field of document.querySelectorAll("input[data-names]")) {
    const name = document.getElementById(field.dataset.names).value.slice(33);
    if (!name || place(field).childElementCount) continue;
    place(field).append(make("span", { className: "called" }, make("strong", { textContent: name })), leaver(field));
  }
}

// Pressed while a file is on its way, the form's button waits for it.
function begins(form) {
  if (form) under.set(form, (under.get(form) ?? 0) + 1);
}
function ends(form, received) {
  if (!form) return;
  under.set(form, under.get(form) - 1);
  const pressed = form.waits;
  if (under.get(form) || pressed === undefined) return;
  form.waits = undefined;
  if (received) form.requestSubmit(pressed);
}
document.addEventListener(
  "submit",
  (event) => {
    if (!under.get(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    event.target.waits = event.submitter;
  },
  true,
);
document.addEventListener("reset", (event) => {
  for (const field of event.target.querySelectorAll("input[data-names]")) place(field).replaceChildren();
});
document.addEventListener("change", (event) => {
  if (event.target.dataset?.sends && event.target.files.length) send(event.target);
});
for (const field of document.querySelectorAll("input[data-sends]")) if (field.files.length) send(field); // chosen before this was here
bringBack();
