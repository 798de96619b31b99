// Forms that send files. `data-upload`: several at once, dropped or chosen, each with its document's name, or joined as the pages of one
// (upload_pages.js). `data-alone`: one file. Each goes by a plain request of its own, so it survives a lost websocket, and waits its turn
// where the portal is busy. Without this script the forms send one file.
import { looks } from "./upload_looks.js";
import { drawPages, make, thumbnail } from "./upload_pages.js";
import { filled, interrupted, isPdf, isPhoto, post, spoken, underWay, weight } from "./upload_send.js";
import "./upload_at_once.js";

export { interrupted };

const lists = new WeakMap(); // form -> [{ pages: [{ file, turn }], line, select, chosen, done }]
const sending = (form) => lists.get(form) ?? lists.set(form, []).get(form);
const report = (form, texts) => (form.querySelector("[role=status]").textContent = texts);
function add(form, files) {
  for (const file of files) {
    const one = { pages: [{ file, turn: 0 }], line: make("li"), select: null, chosen: false, done: false };
    sending(form).push(one);
    form.querySelector(".sending").append(one.line);
  }
  // The one that stands alone has the document that the window proposes; of several, each is named by the person.
  for (const one of sending(form)) if (!one.done) draw(form, one);
  show(form, reportOf(form, files.length === 1 ? "added" : "addedMany", { name: files[0]?.name, count: files.length }));
}

// What has just been done, and what it leaves to send.
function reportOf(form, done, given) {
  const count = sending(form).filter((one) => !one.done).length;
  const left = count ? filled(count === 1 ? spoken(form).oneLeft : spoken(form).manyLeft, { count }) : "";
  return `${filled(spoken(form)[done], given)} ${left}`.trim();
}

function draw(form, one) {
  const texts = spoken(form);
  const several = sending(form).length > 1;
  const names = form.querySelector("[data-one] select");
  const select = names.cloneNode(true);
  select.prepend(make("option", { value: "", textContent: texts.nameFirst }));
  select.value = one.chosen ? one.select.value : several ? "" : names.value;
  select.id = `document-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  select.setAttribute("aria-describedby", `${select.id}-fault`);
  const box = make("input", { type: "checkbox", checked: one.box?.checked ?? false });
  const held = make("label", { className: "held" }, box, make("span"));
  const look = () => {
    const name = select.selectedOptions[0]?.dataset.held;
    held.hidden = !name;
    held.lastChild.textContent = ` ${filled(texts.replace, { name: name ?? "" })}`;
  };
  select.addEventListener("change", () => {
    one.chosen = true;
    box.checked = false;
    fault(one, "");
    look();
    show(form);
  });
  look();
  Object.assign(one, { select, box, held });
  const [{ file }] = one.pages;
  const joined = one.pages.length > 1;
  const title = joined ? filled(texts.pages, { count: one.pages.length }) : file.name;
  const leave = make("button", { type: "button", className: "link", textContent: texts.leave, ariaLabel: `${texts.leave} : ${title}` });
  leave.addEventListener("click", () => drop(form, one));
  const kind = isPhoto(file) ? texts.photo : isPdf(file) ? texts.pdf : texts.file;
  const size = one.pages.reduce((sum, page) => sum + page.file.size, 0);
  one.line.replaceChildren(
    joined ? "" : thumbnail(file, kind),
    make("strong", { textContent: title }),
    make("span", { className: "hint", textContent: joined ? weight(size) : `${kind} · ${weight(size)}` }),
    leave,
    joined
      ? drawPages(one, {
          texts,
          filled,
          isPhoto,
          report: (text) => report(form, text),
          again: () => {
            draw(form, one);
            show(form);
          },
          drop: () => drop(form, one),
        })
      : "",
    make("div", { className: "field" }, make("label", { textContent: texts.name, htmlFor: select.id }), select, held),
    make("progress", { max: 100, value: 0, hidden: true, ariaLabel: title }),
    make("p", { className: "fault", id: `${select.id}-fault`, hidden: true }),
  );
  if (!joined) remark(form, one);
}

// A dark or blurred photograph is said to be one before it leaves, and never refused.
async function remark(form, one) {
  const texts = spoken(form);
  const [page] = one.pages;
  page.looks ??= looks(page.file);
  const found = await page.looks;
  if (!found || one.done || one.pages[0] !== page || one.line.querySelector(".before")) return;
  const again = make("button", {
    type: "button",
    className: "link",
    textContent: texts.again,
    ariaLabel: `${texts.again} : ${page.file.name}`,
  });
  again.addEventListener("click", () => {
    drop(form, one);
    form.querySelector("input[type=file]").click();
  });
  one.line.append(make("p", { className: "was before" }, make("span", { textContent: texts[found] }), again));
  report(form, texts[found]);
}

function drop(form, one) {
  const list = sending(form);
  list.splice(list.indexOf(one), 1);
  one.line.remove();
  show(form, reportOf(form, "removed", { name: one.pages[0]?.file.name ?? "" }));
  (list[0]?.line.querySelector("button") ?? form.querySelector("input[type=file]")).focus();
}

// Photographs that may be pages of one document: those of which the person says the same document, else those not named yet.
function alike(form) {
  const photos = sending(form).filter((one) => !one.done && one.pages.every((page) => isPhoto(page.file)));
  const named = new Set(photos.map((one) => (one.chosen ? one.select.value : "")));
  const groups = [...named].map((name) => photos.filter((one) => (one.chosen ? one.select.value : "") === name));
  return groups.filter((group) => group.length > 1).sort((a, b) => b[0].chosen - a[0].chosen)[0] ?? [];
}

function show(form, text = "") {
  const press = form.querySelector("[data-join]");
  const count = alike(form).reduce((sum, one) => sum + one.pages.length, 0);
  form.querySelector("[data-one]").hidden = sending(form).length > 0;
  press.hidden = count < 2 || count > spoken(form).mostPages;
  press.textContent = filled(spoken(form).join, { count });
  report(form, text);
}

function join(form) {
  const [first, ...others] = alike(form);
  first.pages.push(...others.flatMap((one) => one.pages));
  for (const one of others) one.line.remove();
  lists.set(
    form,
    sending(form).filter((one) => !others.includes(one)),
  );
  draw(form, first);
  show(form);
  first.line.querySelector(".pages button:not(:disabled)").focus();
}

function fault(one, texts, at = one.select) {
  const place = one.line.querySelector(".fault");
  place.textContent = texts;
  place.hidden = !texts;
  return texts ? at : null;
}

// What the person must still say, before anything leaves: the field to go to, or null.
function lacking(form, one, all) {
  const texts = spoken(form);
  fault(one, "");
  if (one.pages.some((page) => page.file.size > texts.mostBytes)) return fault(one, texts.heavy);
  if (one.pages.length > texts.mostPages) return fault(one, texts.tooMany);
  if (!one.select.value) return fault(one, texts.noName);
  if (all.some((other) => other !== one && other.select.value === one.select.value)) return fault(one, texts.twice);
  return !one.held.hidden && !one.box.checked ? fault(one, texts.mayReplace, one.box) : null;
}

async function send(form, one) {
  const texts = spoken(form);
  const body = new FormData();
  const bar = one.line.querySelector("progress");
  body.append("document", one.select.value);
  if (!one.held.hidden) body.append("remplacer", one.select.value);
  for (const { file, turn } of one.pages) {
    body.append("fichier", file, file.name);
    if (one.pages.length > 1) body.append("tours", turn);
  }
  bar.hidden = false;
  const { status, answer, url } = await post(form.action, body, {
    texts,
    bar,
    tell: (text) => report(form, text),
    stopped: () => !sending(form).includes(one),
  });
  bar.hidden = true;
  if (status === 200 && !answer) return location.assign(url); // Connexion: the session is over
  if (answer?.received === undefined) return fault(one, status === 413 ? texts.heavy : (answer?.refused ?? texts.failed));
  one.done = true;
  one.select.disabled = one.box.disabled = true;
  for (const press of one.line.querySelectorAll("button, .leaves > label, .before")) press.remove();
  one.line.append(make("span", { className: "chip good", textContent: texts.received }));
  for (const text of answer.remarks) one.line.append(make("p", { className: "was remark", textContent: text }));
  one.remarked = answer.remarks.length > 0;
  return null;
}

async function sendAll(form) {
  const texts = spoken(form);
  const left = sending(form).filter((each) => !each.done);
  if (!left.length) {
    report(form, texts.choose);
    return form.querySelector("input[type=file]").focus();
  }
  const first = left.map((one) => lacking(form, one, left)).find(Boolean);
  if (first) return first.focus();
  const press = form.querySelector("[type=submit]");
  press.setAttribute("aria-disabled", "true");
  form.querySelector("[data-join]").hidden = true;
  let bad = null;
  const waits = (one) => !one.done && sending(form).includes(one);
  const away = () =>
    underWay(
      texts,
      left.filter(waits).flatMap((one) => one.pages.map((page) => page.file)),
    );
  away();
  for (const one of left) {
    const at = await send(form, one);
    bad ??= at;
    away();
  }
  press.removeAttribute("aria-disabled");
  const count = left.filter((one) => one.done).length;
  const text = count > 1 ? filled(texts.receivedMany, { count }) : count ? texts.receivedOne : "";
  report(form, text); // the fault stands under its document, and is read with it
  if (bad) return bad.focus();
  if (sending(form).some((one) => one.remarked)) return remain(form);
  form.closest("dialog")?.close();
  document.dispatchEvent(new CustomEvent("reported", { detail: text })); // on the page: what a closed window says is not heard
}

// Something is to be read: the window stays, and is only to be closed.
function remain(form) {
  const texts = spoken(form);
  const remarks = [...form.querySelectorAll(".remark")];
  for (const [at, remark] of remarks.entries()) remark.id = `remark-${at}`;
  form.querySelector("[type=submit]").hidden = true;
  const close = form.querySelector("[data-closes]");
  close.dataset.was ??= close.textContent;
  close.textContent = texts.close;
  close.setAttribute("aria-describedby", remarks.map((remark) => remark.id).join(" "));
  close.focus();
}

async function sendAlone(form) {
  const texts = spoken(form);
  const press = form.querySelector("[type=submit]");
  const [file] = form.querySelector("input[type=file]").files;
  form.querySelector("[data-own]")?.remove();
  const status = make("p", { className: "hint", role: "status" });
  const bar = make("progress", { max: 100, value: 0, ariaLabel: file.name });
  const beside = make("div", { className: "waits" }, bar, status);
  beside.dataset.own = "";
  form.append(beside);
  if (file.size > texts.mostBytes) {
    bar.remove();
    status.textContent = texts.heavy;
    return;
  }
  press.setAttribute("aria-disabled", "true");
  underWay(texts, [file]);
  const answer = await post(form.action, new FormData(form), {
    texts,
    bar,
    tell: (text) => (status.textContent = text),
    stopped: () => !form.isConnected,
  });
  press.removeAttribute("aria-disabled");
  bar.remove();
  if (answer.status > 0) underWay(texts, []);
  if (answer.status === 200) return location.assign(answer.url);
  status.textContent = answer.status === 413 ? texts.heavy : texts.failedAlone;
}

function take(field) {
  const form = field.closest("form[data-upload]");
  if (!form || field.id !== "fichier" || !field.files.length) return;
  add(form, field.files);
  field.value = "";
}
document.addEventListener("change", (event) => take(event.target));
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    const alone = "alone" in form.dataset;
    if (!alone && !("upload" in form.dataset)) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // the page stays: its websocket too
    if (form.querySelector("[type=submit]").ariaDisabled !== "true") (alone ? sendAlone : sendAll)(form);
  },
  true,
);
document.addEventListener("click", (event) => {
  const press = event.target.closest?.("[data-join]");
  if (press) join(press.form);
});
document.addEventListener(
  "close",
  (event) => {
    const form = event.target.querySelector?.("form[data-upload]");
    if (!form) return;
    // The websocket redraws the page; where it is lost, the page is asked for again.
    if (sending(form).some((one) => one.done) && document.documentElement.dataset.screen !== "live") location.reload();
    lists.delete(form);
    underWay(spoken(form), []);
    form.querySelector(".sending").replaceChildren();
    form.querySelector("[type=submit]").hidden = false;
    const close = form.querySelector("[data-closes]");
    close.textContent = close.dataset.was ?? close.textContent;
    close.removeAttribute("aria-describedby");
    show(form);
  },
  true,
);
for (const type of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(type, (event) => {
    const zone = event.target.closest?.("[data-drop]");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("over", type === "dragover");
    if (type === "drop") add(zone.closest("form"), event.dataTransfer.files);
  });
}
// With the script, several may be chosen and an empty form is told of in plain words.
const prepare = () => {
  for (const field of document.querySelectorAll("form[data-upload] #fichier")) {
    field.multiple = true;
    field.required = false;
  }
};
document.addEventListener("click", prepare, true);
prepare(); // a window that was opened before this script was there
for (const field of document.querySelectorAll("form[data-upload] #fichier")) take(field); // chosen before this script was there
