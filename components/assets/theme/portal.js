// Takes over the first paint, keeps what is typed, sends what is done, redraws by morphing. No inline script, no eval.
// The rest of the script is asked for once the screen is painted: on a phone, they would share the line and the processor.
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
const shown = document.hidden ? Promise.resolve() : new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
const libraries = shown.then(() =>
  Promise.all([
    import(`${boot.library}/vue.esm-browser.prod.js`),
    ...["idiomorph", "acts", "drafts", "keys", "line", "office"].map((name) => import(`./${name}.js`)),
    library("socket.io.min.js"),
    library("nicegui.js"),
    import("./stylesheet.js").then(({ light }) => light), // what changes from now on may need more than was painted
  ]),
);
const spoken = document.getElementById("announcement");
function announce(text) {
  const region = inSight(spoken);
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
  const { top, bottom } = found?.getBoundingClientRect() ?? {};
  const part = found?.matches("h2") && (top < 0 || bottom > innerHeight); // a part of the page that is not in sight: it and what follows
  found?.focus({ preventScroll: part });
  found?.scrollIntoView({ block: part ? "start" : "nearest" });
  holdFocus();
}

// The focus never falls to the body: where its place has gone, the page's content has it.
function holdFocus() {
  const place = document.querySelector("dialog:modal [tabindex]") ?? document.querySelector("main");
  if (document.activeElement === document.body) place?.focus({ preventScroll: true });
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
    this.acts = new Acts(this.$el, (sent) => {
      watchIdleness();
      this.$emit("act", sent);
    });
    this.$el.replaceChildren(...(painted.get(this.$el.id) ?? []));
    if (this.content) this.draw(this.content);
    drafts.bringBack(this.$el);
    for (const type of ["click", "submit", "dblclick", "change", "input", "keydown"]) this.$el.addEventListener(type, (e) => this[type](e));
    this.$el.addEventListener("close", (e) => this.shut(e.target), true); // it does not bubble
    if (this.address) addEventListener("popstate", () => this.act("address", "", { path: location.pathname, query: location.search }));
    for (const field of this.$el.querySelectorAll("[data-search]")) if (field.value !== field.defaultValue) this.input({ target: field });
    this.openWindows();
    showOpened(this);
    watchSight(this);
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
      if (this.$el.contains(document.activeElement)) requestAnimationFrame(holdFocus);
      Idiomorph.morph(this.$el, markup, {
        morphStyle: "innerHTML",
        callbacks: {
          beforeNodeMorphed: (node, drawn) => {
            if ("own" in (node.dataset ?? {}) || node === this.unsent) return false; // what a script put there, or somebody types
            if (node !== document.activeElement || !node.dataset.search) return true;
            if (node.tagName === "TEXTAREA") node.defaultValue = drawn.defaultValue;
            return false; // somebody types there
          },
          beforeAttributeUpdated: (name, node) =>
            name !== "data-line" &&
            !(name === "open" && (node.tagName === "DIALOG" || node.tagName === "DETAILS")) &&
            !(name === "tabindex" && node === document.activeElement),
        },
      });
      drafts.bringBack(this.$el);
      this.acts.tickAgain();
      this.openWindows();
      showOpened(this);
      watchSight(this);
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
      const { depth = 0, direct = false } = history.state ?? {};
      if (depth && !direct) history.go(-depth);
      else this.act("address", "", { path: window.dataset.window });
    },
    // What was typed a moment ago goes before what is pressed then; what is pressed sends the form's own texts itself.
    act(action, of, values = {}, how = {}) {
      const typed = this.typed;
      clearTimeout(typed?.waits);
      this.typed = null;
      if (typed && (how.typed ? how.control !== typed.field : how.form !== typed.field.form)) this.search(typed.field);
      this.acts.add({ sent: { do: action, of: of ?? "", values }, ...how });
    },
    obey(command) {
      this.acts.answered();
      if (command.reload || command.go) {
        this.acts.leave();
        return command.reload ? location.reload() : location.assign(command.go);
      }
      if (command.push) this.push(command.push);
      if (command.url) {
        history.replaceState(this.$el.querySelector("dialog[data-window]") ? history.state : null, "", command.url);
        noteList(command.url);
      }
      if (command.forget) this.forget(command.forget);
      for (const [id, value] of Object.entries(command.fill ?? {})) {
        const field = fill(id, value);
        if (field) this.acts.filled(field);
      }
      if (command.close) document.getElementById(command.close)?.close();
      if (command.open) document.getElementById(command.open)?.showModal();
      if (command.focus) focusOn(command.focus, this.$el);
      if (command.announce) announce(command.announce);
      if (command.toast) showToast(command.toast);
      if (command.dialog) showMessage(command.dialog);
      this.acts.begin();
      if (command.dialog || command.focus?.startsWith("reason")) forgetKeysAhead();
      pressKeysAhead();
      this.openOnly();
    },
    // Each step inside a window is a step back; closing it goes back over them all, or to its list where one came by its address.
    push(path) {
      const list = this.$el.querySelector("dialog[data-window]")?.dataset.window;
      const { depth = 0, direct = Boolean(list) && location.pathname !== list } = history.state ?? {};
      history.pushState({ depth: depth + 1, direct }, "", path);
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
      const row = event.target.closest("a, button, label, input") ? null : event.target.closest(".reenrolment:not(.documents) tbody tr");
      row?.querySelector(".tick input")?.click();
      const opener = event.target.closest("[data-opens]");
      if (opener) document.getElementById(opener.dataset.opens)?.showModal();
      const doer = event.target.closest("[data-do]:not(form)");
      if (!doer || doer.disabled || doer.ariaDisabled === "true" || doer.matches("select, input[type=search]")) return;
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a link opened elsewhere stays a link
      event.preventDefault();
      const form = doer.dataset.with ? document.getElementById(doer.dataset.with) : null;
      this.act(doer.dataset.do, doer.dataset.of, form ? values(form) : {}, { control: doer, form, unasked: "sight" in doer.dataset });
    },
    submit(event) {
      const form = event.target;
      if (!form.dataset.do) return;
      event.preventDefault();
      const named = event.submitter?.name ? { [event.submitter.name]: event.submitter.value } : {};
      const control = form.pressed ?? event.submitter;
      form.pressed = null;
      this.act(form.dataset.do, form.dataset.of, { ...values(form), ...named }, { control, form });
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
      const all = [...opener.closest("table").querySelectorAll("tbody[data-rows] [data-open]")];
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
      const field = event.target;
      drafts.note(field);
      if (!field.dataset.change) return;
      this.unsent = null;
      const along = document.getElementById(field.dataset.along);
      const sent = { [field.name]: drafts.shownValue(field), ...(along && { [along.name]: along.value }) };
      this.act(field.dataset.change, field.dataset.of, sent, { control: field, typed: true });
    },
    input(event) {
      const field = event.target;
      drafts.note(field);
      if (field.dataset.change) this.unsent = field;
      if (!field.dataset.search) return;
      this.entered = false;
      if (this.typed && this.typed.field !== field) this.search(this.typed.field);
      clearTimeout(this.typed?.waits);
      this.typed = { field, waits: setTimeout(() => this.search(field), 200) };
    },
    // Enter in a search opens what is found when it is one, once it is found.
    openOnly() {
      if (!this.entered || this.typed || this.acts.now || this.acts.waiting.length) return;
      this.entered = false;
      const found = this.$el.querySelectorAll("tbody[data-rows] [data-open]");
      if (found.length === 1) found[0].click();
    },
    search(field) {
      clearTimeout(this.typed?.waits);
      this.typed = null;
      this.act(field.dataset.search, "", { [field.name]: field.value }, { control: field, typed: true });
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

// This page leaves by its form's own answer, not by the word that its session is closed.
document.addEventListener("submit", (event) => {
  if (event.target.method === "post" && !event.target.dataset.do) window.socket?.disconnect();
});

// A screen that the browser kept as it stood may be of somebody who has left since: it is asked for again, and shows nothing until then.
addEventListener("pagehide", (event) => (document.body.hidden = event.persisted));
addEventListener("pageshow", (event) => event.persisted && location.reload());

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

document.addEventListener("close", () => requestAnimationFrame(holdFocus), true); // of a dialog whose opener has gone
document.addEventListener("reported", (event) => showToast(event.detail));

for (const notice of document.querySelectorAll(".lost"))
  new MutationObserver(() => notice.ariaHidden === "false" && announce(notice.textContent)).observe(notice, { attributes: true });

const early = []; // pressed or ticked in the first paint: done once the script is there
const catchEarly = (event) => {
  const doer = event.type === "change" ? event.target.closest("[data-change]") : event.target.closest("[data-do]");
  if (!doer || (event.type === "click" && doer.tagName === "FORM")) return;
  if (event.type !== "change") event.preventDefault();
  if (early.some((each) => each.doer === doer)) return;
  early.push({ doer, type: event.type, submitter: event.submitter });
  (event.submitter ?? doer).dataset.line = "works";
};
function doEarly({ doer, type, submitter }) {
  delete (submitter ?? doer).dataset.line;
  if (!doer.isConnected) return;
  if (type === "submit") doer.requestSubmit(submitter);
  else if (type === "click") doer.click();
  else doer.dispatchEvent(new Event("change", { bubbles: true }));
}
const EARLY = ["click", "submit", "change"];
for (const type of EARLY) document.addEventListener(type, catchEarly, true);
const [
  Vue,
  { Idiomorph },
  { Acts, leftUnanswered, lineBack, lineLost },
  drafts,
  { forgetKeysAhead, prepareKeys, pressKeysAhead },
  { inSight },
  { noteList, showOpened, watchSight },
] = await libraries;
drafts.prepare(boot.texts.unsaved, announce, boot.account);
prepareKeys(() => showToast(boot.texts.busy));
drafts.noteTyped(document);
document.addEventListener("input", (event) => drafts.note(event.target));
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
for (const type of EARLY) document.removeEventListener(type, catchEarly, true);
early.forEach(doEarly);
watchIdleness();
noteList(location.href);
import("./plain.js");
const unanswered = leftUnanswered();
if (unanswered) showMessage(boot.texts.left.replace("{name}", unanswered));
import("./upload.js").then(({ interrupted }) => {
  const text = interrupted();
  if (text) showMessage(text);
});
document.documentElement.dataset.screen = "drawn";
let refusals = 0;
window.socket.on("connect", () => {
  refusals = 0;
  if (document.documentElement.dataset.screen === "lost") announce(boot.texts.back);
  document.documentElement.dataset.screen = "live";
  lineBack();
});
window.socket.on("connect_error", async () => {
  // The server answers but wants no more of this page (another session since): load again, once a minute at most.
  if (++refusals < 3 || Date.now() - Number(sessionStorage.getItem("reloaded")) < 60000) return;
  if (!(await fetch("/healthz").catch(() => null))?.ok) return;
  sessionStorage.setItem("reloaded", String(Date.now()));
  location.reload();
});
window.socket.on("disconnect", () => {
  document.documentElement.dataset.screen = "lost";
  lineLost();
});
