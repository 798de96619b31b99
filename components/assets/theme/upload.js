// Forms that send files (data-upload): several at once, each with its document's name, dropped or chosen, with progress.
// Each goes by a plain request of its own, so it survives a lost websocket. Without this script the form sends one.
const lists = new WeakMap(); // form -> [{ file, line, select, done }]

const make = (name, given = {}, ...inside) => {
  const made = Object.assign(document.createElement(name), given);
  made.append(...inside);
  return made;
};
const sending = (form) => lists.get(form) ?? lists.set(form, []).get(form);
const report = (form, text) => (form.querySelector("[role=status]").textContent = text);

function add(form, files) {
  const names = form.querySelector("select[name=document]");
  for (const file of files) {
    const taken = new Set(sending(form).map((each) => each.select.value));
    const select = names.cloneNode(true);
    const left = [...select.options].filter((option) => !taken.has(option.value));
    const free = left.find((option) => "lacking" in option.dataset) ?? left[0];
    select.value = taken.has(names.value) && free ? free.value : names.value;
    select.id = `document-${Date.now()}-${sending(form).length}`;
    select.setAttribute("aria-describedby", `${select.id}-fault`);
    const label = make("label", { textContent: form.dataset.name, htmlFor: select.id });
    const leave = make("button", { type: "button", className: "link", textContent: form.dataset.leave });
    leave.setAttribute("aria-label", `${form.dataset.leave} : ${file.name}`);
    const size =
      file.size < 1048576 ? `${Math.max(1, Math.round(file.size / 1024))} Ko` : `${(file.size / 1048576).toFixed(1).replace(".", ",")} Mo`;
    const line = make(
      "li",
      {},
      make("strong", { textContent: file.name }),
      make("span", { className: "hint", textContent: size }),
      leave,
      make("div", { className: "field" }, label, select),
      make("progress", { max: 100, value: 0, hidden: true, ariaLabel: file.name }),
      make("p", { className: "fault", id: `${select.id}-fault`, hidden: true }),
    );
    const one = { file, line, select };
    leave.addEventListener("click", () => {
      line.remove();
      sending(form).splice(sending(form).indexOf(one), 1);
      show(form);
    });
    sending(form).push(one);
    form.querySelector(".sending").append(line);
  }
  show(form);
}

function show(form) {
  const any = sending(form).length > 0;
  form.querySelector("[data-one]").hidden = any;
  report(form, "");
}

function send(form, one) {
  const body = new FormData();
  body.append("document", one.select.value);
  body.append("fichier", one.file, one.file.name);
  const bar = one.line.querySelector("progress");
  const fault = one.line.querySelector(".fault");
  bar.hidden = false;
  fault.hidden = true;
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    const failed = (text) => {
      fault.textContent = text;
      fault.hidden = false;
      bar.hidden = true;
      done(false);
    };
    request.upload.addEventListener("progress", (event) => (bar.value = (100 * event.loaded) / event.total));
    request.addEventListener("error", () => failed(form.dataset.failed));
    request.addEventListener("timeout", () => failed(form.dataset.failed));
    request.addEventListener("load", () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        if (request.status === 200) return location.assign(request.responseURL); // Connexion: the session is over
      }
      if (answer.received === undefined) return failed(answer.refused ?? form.dataset.failed);
      one.done = true;
      one.select.disabled = true;
      one.line.querySelector("button")?.remove();
      one.line.append(make("span", { className: "chip good", textContent: form.dataset.received }));
      done(true);
    });
    request.open("POST", form.action);
    request.setRequestHeader("accept", "application/json");
    request.timeout = 120000;
    request.send(body);
  });
}

async function sendAll(form) {
  const left = sending(form).filter((each) => !each.done);
  if (!left.length) {
    report(form, form.dataset.choose);
    return form.querySelector("input[type=file]").focus();
  }
  const press = form.querySelector("[type=submit]");
  press.setAttribute("aria-disabled", "true");
  report(form, form.dataset.sending);
  let bad = null;
  for (const one of left) if (!(await send(form, one))) bad ??= one;
  press.removeAttribute("aria-disabled");
  report(form, bad ? "" : form.dataset.received); // the fault stands under its document, and is read with it
  if (bad) return bad.select.focus();
  form.closest("dialog")?.close();
  // The websocket redraws the page; where it is lost, the page is asked for again.
  if (document.documentElement.dataset.screen !== "live") location.reload();
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-upload]");
  if (!form || event.target.type !== "file" || !event.target.files.length) return;
  add(form, event.target.files);
  event.target.value = "";
});
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!("upload" in form.dataset)) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // the page stays: its websocket too
    if (form.querySelector("[type=submit]").ariaDisabled !== "true") sendAll(form);
  },
  true,
);
document.addEventListener(
  "close",
  (event) => {
    const form = event.target.querySelector?.("form[data-upload]");
    if (!form) return;
    lists.delete(form);
    form.querySelector(".sending").replaceChildren();
    form.querySelector("[data-one]").hidden = false;
    report(form, "");
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
// With the script, several may be chosen and an empty form is refused in words.
const prepare = () => {
  for (const field of document.querySelectorAll("form[data-upload] input[type=file]")) {
    field.multiple = true;
    field.required = false;
  }
};
document.addEventListener("click", prepare, true);
