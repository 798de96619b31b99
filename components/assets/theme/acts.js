// What a person does goes to the server act by act: those done while one is under way wait their turn, none is dropped.
// Each has a number: without an answer it is sent again, and the server does it once.
import { rests, says, works } from "./line.js";

const all = new Set();
const SEND_AGAIN = 15000;
const like = (one, other) => JSON.stringify(one.sent) === JSON.stringify(other.sent);
const sameField = (one, other) =>
  one?.typed && one.sent.do === other.sent.do && one.sent.of === other.sent.of && like(named(one), named(other));
const named = (act) => ({ sent: Object.keys(act.sent.values) });

export class Acts {
  constructor(panel, send) {
    Object.assign(this, { panel, send, waiting: [], now: null, count: 0 });
    all.add(this);
  }

  // `sent`: {do, of, values}. `control`: what was pressed. `form`: whose values they are. `typed`: while somebody types or ticks.
  add(act) {
    const last = this.waiting.at(-1);
    if (act.typed && sameField(last, act)) {
      last.sent = act.sent; // typed further: the earlier text has not left
      return;
    }
    if (!act.typed && [this.now, ...this.waiting].some((each) => each && like(each, act))) return; // pressed twice: once
    act.checked = act.control?.checked; // of a box
    this.waiting.push(act);
    if (act.control) works(act.control);
    if (!this.now) this.begin();
  }

  begin() {
    this.now = this.waiting.shift() ?? null;
    if (!this.now) return;
    this.now.serial = ++this.count;
    this.panel.setAttribute("aria-busy", "true");
    this.post();
  }

  post() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.post(), SEND_AGAIN);
    this.send({ ...this.now.sent, serial: this.now.serial });
  }

  // A box that was ticked while another answer was on its way stays as it was ticked: its turn comes.
  tickAgain() {
    for (const { control, checked } of this.waiting) if (checked !== undefined) control.checked = checked;
  }

  // What an answer writes into a field is in what waits of that form: somebody pressed before they could see it.
  filled(field) {
    for (const act of this.waiting) if (act.form && act.form === field.form) act.sent.values[field.name] = field.value;
  }

  answered() {
    clearTimeout(this.timer);
    this.panel.removeAttribute("aria-busy");
    const control = this.now?.control;
    this.now = null;
    if (control && !this.waiting.some((act) => act.control === control)) rests(control);
  }

  leave() {
    this.waiting.length = 0;
  }
}

// What nobody pressed (`unasked`) holds no key back: what is pressed meanwhile waits its turn behind it.
export const isWorking = () => [...all].some((acts) => acts.now && !acts.now.unasked);

// The line is gone: what has no answer is said to be tried again, and is, once it is back.
export function lineLost() {
  for (const { now, waiting } of all) for (const act of [now, ...waiting]) if (act?.control) says(act.control, "again");
}
export function lineBack() {
  for (const acts of all) if (acts.now) acts.post();
}

// A page left before the answer came says so on the next one: what it sent may be recorded, or not.
addEventListener("pagehide", () => {
  const left = [...all].flatMap((acts) => [acts.now, ...acts.waiting]).find((act) => act?.form);
  if (left) sessionStorage.setItem("unanswered", (left.control ?? left.form).textContent.trim() || left.form.ariaLabel || "");
});
export function leftUnanswered() {
  const label = sessionStorage.getItem("unanswered");
  sessionStorage.removeItem("unanswered");
  return label;
}
