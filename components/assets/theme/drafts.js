// What is typed survives redrawing, reloading and a lost connection; what of a record is not saved is marked, and told in a bar.
// Of one account: who signs in next in the same tab, another household of the same pupil, does not find it in their form.
const ofForm = (form) => `typed:${whose}:${form}:`;
const key = (field) => `${ofForm(field.form.dataset.draft)}${field.name}`;
// A radio is a draft where `data-draft-too` says so: a decision that nobody took is not brought back.
const isDraft = (field) =>
  field.name &&
  (field.type === "radio" ? "draftToo" in field.dataset : !["password", "hidden", "file"].includes(field.type)) &&
  field.form?.dataset.draft;
const group = (radio) => [...radio.form.elements].filter((one) => one.type === "radio" && one.name === radio.name);
export const shownValue = (field) => (field.type === "checkbox" ? String(field.checked) : field.value);
const typedValue = (field) => (field.type === "radio" ? (group(field).find((one) => one.checked)?.value ?? "") : shownValue(field));
const FIELDS = "form[data-draft] :is(input, select, textarea)";
let texts;
let announce;
let whose;
export function prepare(given, speak, account) {
  texts = given;
  announce = speak;
  whose = account;
}

function recorded(field) {
  if (field.type === "checkbox") return String(field.defaultChecked);
  if (field.type === "radio") return group(field).find((one) => one.defaultChecked)?.value ?? "";
  if (field.tagName === "SELECT") return [...field.options].find((o) => o.defaultSelected)?.value ?? field.options[0]?.value;
  return field.defaultValue;
}

export function note(field) {
  const beside = document.querySelector(`[data-beside="${CSS.escape(field.id || "-")}"]`);
  if (beside && !beside.classList.contains("faulty")) beside.hidden = field.value === field.defaultValue;
  if (!isDraft(field)) return;
  if (typedValue(field) === recorded(field)) sessionStorage.removeItem(key(field));
  else sessionStorage.setItem(key(field), typedValue(field));
  mark(field);
  showBar();
}

// In the first paint, before this script was there.
export function noteTyped(root) {
  for (const field of root.querySelectorAll(FIELDS)) if (isDraft(field) && typedValue(field) !== recorded(field)) note(field);
}

export function bringBack(root) {
  for (const field of root.querySelectorAll(FIELDS)) {
    if (!isDraft(field)) continue;
    const draft = sessionStorage.getItem(key(field));
    if (field.type === "radio" && draft !== field.value) continue;
    if (draft === recorded(field)) sessionStorage.removeItem(key(field)); // recorded since
    if (draft !== null && draft !== typedValue(field)) {
      if (field.type === "checkbox") field.checked = draft === "true";
      else if (field.type === "radio") field.checked = true;
      else field.value = draft;
      note(field);
    }
    mark(field);
  }
  showBar();
}

export function forget(form) {
  for (const name of Object.keys(sessionStorage)) if (name.startsWith(ofForm(form))) sessionStorage.removeItem(name);
}

// Beside the field, and in what a screen reader says of it.
function mark(field) {
  const place = field.form.matches("[data-unsaved]") && field.id ? field.closest(".field") : null;
  if (!place) return;
  const id = `${field.id}-unsaved`;
  const there = document.getElementById(id);
  const typed = typedValue(field) !== recorded(field);
  place.classList.toggle("typed", typed);
  const described = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((each) => each && each !== id);
  if (typed) described.push(id);
  if (described.length) field.setAttribute("aria-describedby", described.join(" "));
  else field.removeAttribute("aria-describedby");
  if (typed === Boolean(there)) return;
  if (there) return there.remove();
  const label = Object.assign(document.createElement("p"), { id, className: "unsaved-mark", textContent: texts.mark });
  label.dataset.own = "";
  place.append(label);
}

const changed = (form) => [...form.elements].filter((field) => isDraft(field) && typedValue(field) !== recorded(field));
let bar = null;
function showBar() {
  const forms = [...document.querySelectorAll("form[data-unsaved]")].filter((form) => changed(form).length);
  const count = forms.reduce((sum, form) => sum + changed(form).length, 0);
  if (!count) {
    bar?.remove();
    bar = null;
    return;
  }
  const text = count === 1 ? texts.one : texts.many.replace("{count}", count);
  if (!bar) {
    bar = makeBar();
    document.querySelector("main").append(bar);
    announce(text);
  }
  bar.querySelector("p").textContent = text;
  bar.querySelector(".btn").textContent = own(forms[0]).textContent;
  bar.forms = forms;
}

const own = (form) => form.querySelector("[type=submit]");
function makeBar() {
  const made = Object.assign(document.createElement("div"), { className: "unsaved", role: "group", ariaLabel: texts.bar });
  const save = Object.assign(document.createElement("button"), { type: "button", className: "btn" });
  const restore = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: texts.restore });
  save.addEventListener("click", () => {
    const [form] = made.forms;
    own(form).focus({ preventScroll: true }); // the bar leaves with the answer
    form.pressed = save;
    form.requestSubmit(own(form));
  });
  restore.addEventListener("click", () => {
    const [first] = changed(made.forms[0]);
    for (const form of made.forms) {
      forget(form.dataset.draft);
      form.reset();
      for (const field of form.elements) note(field);
    }
    first.focus();
    announce(texts.restored);
  });
  made.append(document.createElement("p"), save, restore);
  return made;
}
