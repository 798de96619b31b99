// Takes over the first paint, keeps what is typed, sends what is done, redraws by morphing. No inline script, no eval.
// The rest of the script is asked for once this small file is here: on a phone, the first paint does not wait behind it.
const boot = JSON.parse(document.getElementById("boot").textContent);
const library = (name) =>
  new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), {
      src: `${boot.library}/${name}`,
      async: false,
      onload: done,
      onerror: failed,
    });
    document.head.append(script);
  });
const libraries = Promise.all([
  import(`${boot.library}/vue.esm-browser.prod.js`),
  import("./idiomorph.js"),
  import("./office.js"),
  library("socket.io.min.js"),
  library("nicegui.js"),
]);
const drafts = {
  key: (field) => `typed:${field.form.dataset.draft}:${field.name}`,
  isDraft: (field) => field.name && !["password", "hidden", "radio", "file"].includes(field.type) && field.form?.dataset.draft,
  value: (field) => (field.type === "checkbox" ? String(field.checked) : field.value),
  recorded(field) {
    if (field.type === "checkbox") return String(field.defaultChecked);
    if (field.tagName === "SELECT") return [...field.options].find((o) => o.defaultSelected)?.value ?? field.options[0]?.value;
    return field.defaultValue;
  },
  note(field) {
    const beside = document.querySelector(`[data-beside="${CSS.escape(field.id || "-")}"]`);
    if (beside && !beside.classList.contains("faulty")) beside.hidden = field.value === field.defaultValue;
    if (!this.isDraft(field)) return;
    if (this.value(field) === this.recorded(field)) sessionStorage.removeItem(this.key(field));
    else sessionStorage.setItem(this.key(field), this.value(field));
  },
  bringBack(root) {
    for (const field of root.querySelectorAll("form[data-draft] :is(input, select, textarea)")) {
      const draft = this.isDraft(field) ? sessionStorage.getItem(this.key(field)) : null;
      if (draft === this.recorded(field)) sessionStorage.removeItem(this.key(field)); // recorded since
      if (draft === null || draft === this.value(field)) continue;
      if (field.type === "checkbox") field.checked = draft === "true";
      else field.value = draft;
      this.note(field);
    }
  },
  forget(form) {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(`typed:${form}:`)) sessionStorage.removeItem(key);
  },
};

function announce(text) {
  const region = document.getElementById("announcement");
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = text));
}

function showToast(text) {
  announce(text);
  for (const earlier of document.querySelectorAll(".toast")) earlier.remove(); // they would lie on each other
  const toast = Object.assign(document.createElement("div"), { className: "toast", textContent: text, ariaHidden: "true" });
  document.body.append(toast);
  setTimeout(() => toast.remove(), 6000);
}

function showMessage(text, button = boot.texts.ok, then = () => {}) {
  const dialog = document.createElement("dialog");
  dialog.className = "message";
  dialog.setAttribute("aria-labelledby", "message-text");
  const message = Object.assign(document.createElement("p"), { id: "message-text", textContent: text });
  const ok = Object.assign(document.createElement("button"), { className: "btn", textContent: button, autofocus: true });
  ok.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("close", () => then());
  dialog.append(message, ok);
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function values(form) {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string"));
}

function focusOn(id, within) {
  const found = document.getElementById(id) ?? within.querySelector(`[name="${CSS.escape(id)}"]`);
  if (found && found.tabIndex < 0) found.tabIndex = -1; // a heading, a form
  found?.focus();
  found?.scrollIntoView({ block: "nearest" });
  keepFocus();
}

// The focus never falls to the body: where its place has gone, the page's content has it.
function keepFocus() {
  if (document.activeElement === document.body) document.querySelector("main")?.focus({ preventScroll: true });
}

function fill(id, text) {
  const field = document.getElementById(id);
  if (!field) return null;
  field.value = text;
  drafts.note(field);
  return field;
}

function checkAll(form, value) {
  for (const radio of form.querySelectorAll(`input[type=radio][value="${value}"]:not(:disabled)`)) radio.checked = true;
  form.querySelector("[data-then-focus]")?.focus();
}

const painted = new Map(); // id of a panel -> the nodes of its first paint

const Panel = {
  props: { as: String, content: String, command: Object, address: Boolean },
  emits: ["act"],
  render() {
    return Vue.h(this.as);
  },
  mounted() {
    this.$el.replaceChildren(...(painted.get(this.$el.id) ?? []));
    if (this.content) this.draw(this.content);
    drafts.bringBack(this.$el);
    for (const type of ["click", "submit", "dblclick", "change", "input", "keydown"]) this.$el.addEventListener(type, (e) => this[type](e));
    this.$el.addEventListener("close", (e) => this.shut(e.target), true); // it does not bubble
    if (this.address) addEventListener("popstate", () => this.act("address", "", { path: location.pathname }));
    for (const field of this.$el.querySelectorAll("[data-search]")) if (field.value !== field.defaultValue) this.input({ target: field });
    this.openWindows();
    showOpened(this);
  },
  watch: {
    content(markup) {
      this.draw(markup);
    },
    command(command) {
      if (command.n === this.obeyed) return; // every redrawing sends the last command again
      this.obeyed = command.n;
      Vue.nextTick(() => this.obey(command));
    },
  },
  methods: {
    draw(markup) {
      if (this.$el.contains(document.activeElement)) requestAnimationFrame(keepFocus);
      Idiomorph.morph(this.$el, markup, {
        morphStyle: "innerHTML",
        callbacks: {
          beforeNodeMorphed: (node, drawn) => {
            if ("own" in (node.dataset ?? {})) return false; // what a script put there stays
            if (node !== document.activeElement || !node.dataset.search) return true;
            if (node.tagName === "TEXTAREA") node.defaultValue = drawn.defaultValue;
            return false; // somebody types there
          },
          beforeAttributeUpdated: (name, node) =>
            !(name === "open" && (node.tagName === "DIALOG" || node.tagName === "DETAILS")) &&
            !(name === "tabindex" && node === document.activeElement),
        },
      });
      drafts.bringBack(this.$el);
      this.openWindows();
      showOpened(this);
    },
    openWindows() {
      for (const window of this.$el.querySelectorAll("dialog[data-window]:not(:modal)")) {
        window.removeAttribute("open");
        window.showModal();
      }
    },
    shut(window) {
      // A window has its own address: closing it goes back to the list's, as the back button does.
      if (!("window" in window.dataset) || !window.isConnected) return;
      if (history.state?.window) history.back();
      else this.act("address", "", { path: window.dataset.window });
    },
    // What is ticked or typed while an answer is on its way waits its turn; a button pressed twice does not.
    later(action, of, sent) {
      if (!this.busy) return this.act(action, of, sent);
      this.waiting = (this.waiting ?? []).filter((each) => each[0] !== action || each[1] !== of);
      this.waiting.push([action, of, sent]);
    },
    act(action, of, sent = {}) {
      if (this.busy) return;
      this.busy = setTimeout(() => this.rest(), 15000);
      this.$el.setAttribute("aria-busy", "true");
      watchIdleness();
      this.$emit("act", { do: action, of: of ?? "", values: sent });
    },
    rest() {
      clearTimeout(this.busy);
      this.busy = 0;
      this.$el.removeAttribute("aria-busy");
      if (this.waiting?.length) Vue.nextTick(() => this.act(...this.waiting.shift()));
    },
    obey(command) {
      this.rest();
      if (command.reload) return location.reload();
      if (command.go) return location.assign(command.go);
      if (command.push) history.pushState({ window: true }, "", command.push);
      if (command.url) {
        history.replaceState(history.state, "", command.url);
        noteList(command.url);
      }
      if (command.forget) this.forget(command.forget);
      for (const [id, value] of Object.entries(command.fill ?? {})) fill(id, value);
      if (command.close) document.getElementById(command.close)?.close();
      if (command.open) document.getElementById(command.open)?.showModal();
      if (command.focus) focusOn(command.focus, this.$el);
      if (command.announce) announce(command.announce);
      if (command.toast) showToast(command.toast);
      if (command.dialog) showMessage(command.dialog);
      if (command.dialog || command.focus?.startsWith("reason")) keysAhead.length = 0;
      pressKeysAhead();
      this.openOnly();
    },
    forget(key) {
      drafts.forget(key);
      this.$el.querySelector(`form[data-draft="${CSS.escape(key)}"]`)?.reset();
    },
    click(event) {
      const closer = event.target.closest("[data-closes]");
      if (closer) closer.closest("dialog")?.close();
      const filler = event.target.closest("[data-fills]");
      if (filler) fill(filler.dataset.fills, (filler.querySelector("span") ?? filler).textContent.trim())?.focus();
      const checker = event.target.closest("[data-checks]");
      if (checker) checkAll(checker.form, checker.dataset.checks);
      const opener = event.target.closest("[data-opens]");
      if (opener) document.getElementById(opener.dataset.opens)?.showModal();
      const doer = event.target.closest("[data-do]:not(form)");
      if (!doer || doer.disabled || doer.ariaDisabled === "true" || doer.matches("select, input[type=search]")) return;
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a link opened elsewhere stays a link
      event.preventDefault();
      const form = doer.dataset.with ? document.getElementById(doer.dataset.with) : null;
      this.act(doer.dataset.do, doer.dataset.of, form ? values(form) : {});
    },
    submit(event) {
      const form = event.target;
      if (!form.dataset.do) return;
      event.preventDefault();
      this.act(form.dataset.do, form.dataset.of, {
        ...values(form),
        ...(event.submitter?.name ? { [event.submitter.name]: event.submitter.value } : {}),
      });
    },
    keydown(event) {
      if (event.key === "Enter" && event.target.dataset.search) {
        this.entered = true;
        return this.openOnly();
      }
      if (event.key === "ArrowDown" && event.target.dataset.search) {
        const first = this.$el.querySelector("tbody[data-rows] [data-open]");
        if (!first) return;
        event.preventDefault();
        return first.focus();
      }
      const opener = event.target.closest("tbody[data-rows] [data-open]");
      if (!opener || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
      const all = [...opener.closest("tbody").querySelectorAll("[data-open]")];
      const next = all[all.indexOf(opener) + (event.key === "ArrowDown" ? 1 : -1)];
      event.preventDefault();
      event.stopPropagation();
      if (next) next.focus();
      else if (event.key === "ArrowUp") this.$el.querySelector("[data-search]")?.focus();
    },
    dblclick(event) {
      if (!event.target.closest("label")) event.target.closest("tr")?.querySelector("[data-open]")?.click();
    },
    change(event) {
      drafts.note(event.target);
      const field = event.target;
      if (field.dataset.change) this.later(field.dataset.change, field.dataset.of, { [field.name]: drafts.value(field) });
    },
    input(event) {
      const field = event.target;
      drafts.note(field);
      if (!field.dataset.search) return;
      clearTimeout(this.searching);
      this.entered = false;
      this.searching = setTimeout(() => {
        this.searching = 0;
        this.later(field.dataset.search, "", { [field.name]: field.value });
      }, 200);
    },
    // Enter in a search opens what is found when it is one, once it is found.
    openOnly() {
      if (!this.entered || this.searching || this.busy || this.waiting?.length) return;
      this.entered = false;
      const found = this.$el.querySelectorAll("tbody[data-rows] [data-open]");
      if (found.length === 1) found[0].click();
    },
  },
};

function holdPainted() {
  const active = document.activeElement;
  const at = active?.closest("#app") ? { active, from: active.selectionStart, to: active.selectionEnd } : null;
  for (const element of document.querySelectorAll("#app [id^=c]")) {
    const known = boot.elements[element.id.slice(1)];
    if (known?.tag === "portal-panel") painted.set(element.id, [...element.childNodes]);
  }
  return () => {
    painted.clear();
    if (!at?.active.isConnected) return;
    at.active.focus({ preventScroll: true });
    if (typeof at.from === "number") at.active.setSelectionRange(at.from, at.to);
  };
}

let lastKey = "";
const keysAhead = []; // pressed while an answer was on its way: they are meant for what it brings
const keyed = (key) => [...document.querySelectorAll("[aria-keyshortcuts]")].find((each) => each.getAttribute("aria-keyshortcuts") === key);
function pressKeysAhead() {
  if (!document.querySelector("[aria-busy]")) keyed(keysAhead.shift())?.click();
}

// Single keys, as buttons name them (aria-keyshortcuts). Off while somebody types, and wholly when switched off.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "Enter") return event.target.form?.requestSubmit();
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog:modal")) return;
  const first = event.target.matches("textarea[data-ready]") && !event.target.value && /^[1-9]$/.test(event.key); // a ready sentence
  if ((!first && event.target.closest("input, textarea, select, [contenteditable]")) || localStorage.getItem("keys") === "off") return;
  const plain = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const wanted = event.shiftKey && keyed(`Shift+${plain}`) ? `Shift+${plain}` : plain;
  if (!keyed(wanted)) return;
  event.preventDefault();
  if (!document.querySelector("[aria-busy]")) keyed(wanted).click();
  else if (lastKey.startsWith("Arrow")) keysAhead.push(wanted);
  else return; // a second V must not decide the request that opens by itself, unread
  lastKey = wanted;
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-keys]")) localStorage.setItem("keys", event.target.checked ? "on" : "off");
});

// This page leaves by its form's own answer, not by the word that its session is closed.
document.addEventListener("submit", (event) => {
  if (event.target.method === "post" && !event.target.dataset.do) window.socket?.disconnect();
});

let idle = 0;
function watchIdleness() {
  clearTimeout(idle);
  if (boot.idle > 2) idle = setTimeout(() => showMessage(boot.texts.expires, boot.texts.stay, stay), (boot.idle - 2) * 60000);
}
async function stay() {
  const answer = await fetch("/rester", { method: "POST" });
  if (answer.ok) watchIdleness();
  else location.reload();
}

document.addEventListener("close", () => requestAnimationFrame(keepFocus), true); // of a dialog whose opener has gone
document.addEventListener("told", (event) => showToast(event.detail));

const lost = document.getElementById("popup");
new MutationObserver(() => lost.ariaHidden === "false" && announce(lost.textContent)).observe(lost, { attributes: true });

document.addEventListener("input", (event) => drafts.note(event.target)); // in the first paint too
let early = null; // what was pressed in the first paint: done once the script is there
const catchEarly = (event) => {
  const doer = event.target.closest("[data-do]");
  if (!doer || (event.type === "click" && doer.tagName === "FORM")) return;
  event.preventDefault();
  early = doer;
};
for (const type of ["click", "submit"]) document.addEventListener(type, catchEarly, true);
const [Vue, { Idiomorph }, { noteList, showOpened }] = await libraries;
globalThis.Vue = Vue;
const bringFocusBack = holdPainted();
const app = createApp(boot.elements, {
  version: boot.version,
  prefix: "",
  query: boot.query,
  extraHeaders: {},
  transports: ["websocket", "polling"],
});
app.component("portal-panel", Panel);
app.mount("#app");
bringFocusBack();
for (const type of ["click", "submit"]) document.removeEventListener(type, catchEarly, true);
if (early?.isConnected) early.tagName === "FORM" ? early.requestSubmit() : early.click();
watchIdleness();
noteList(location.href);
import("./plain.js");
import("./upload.js");
for (const box of document.querySelectorAll("[data-keys]")) box.checked = localStorage.getItem("keys") !== "off";
document.documentElement.dataset.screen = "drawn";
let refusals = 0;
window.socket.on("connect", () => {
  refusals = 0;
  document.documentElement.dataset.screen = "live";
});
window.socket.on("connect_error", async () => {
  // The server answers but wants no more of this page (another session since): load again, once a minute at most.
  if (++refusals < 3 || Date.now() - Number(sessionStorage.getItem("reloaded")) < 60000) return;
  if (!(await fetch("/healthz").catch(() => null))?.ok) return;
  sessionStorage.setItem("reloaded", String(Date.now()));
  location.reload();
});
window.socket.on("disconnect", () => (document.documentElement.dataset.screen = "lost"));
