// Single keys, as buttons name them (aria-keyshortcuts). Off while somebody types, and wholly when switched off.
import { isWorking } from "./acts.js";

let lastKey = "";
const ahead = []; // pressed while an answer was on its way: they are meant for what it brings
const keyed = (key) => [...document.querySelectorAll("[aria-keyshortcuts]")].find((each) => each.getAttribute("aria-keyshortcuts") === key);
let tellBusy;
export const prepareKeys = (tell) => (tellBusy = tell);
export const forgetKeysAhead = () => (ahead.length = 0);
export function pressKeysAhead() {
  if (!isWorking()) keyed(ahead.shift())?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "Enter") return event.target.form?.requestSubmit();
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog:modal")) return;
  const first = event.target.matches("textarea[data-ready]") && !event.target.value && /^[1-9]$/.test(event.key); // a ready sentence
  if ((!first && event.target.closest("input, textarea, select, [contenteditable]")) || localStorage.getItem("keys") === "off") return;
  const plain = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const wanted = event.shiftKey && keyed(`Shift+${plain}`) ? `Shift+${plain}` : plain;
  if (!keyed(wanted)) return;
  event.preventDefault();
  if (!isWorking()) keyed(wanted).click();
  else if (lastKey.startsWith("Arrow")) ahead.push(wanted);
  else return wanted === lastKey || tellBusy(); // a second V must not decide the request that opens by itself, unread
  lastKey = wanted;
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-keys]")) localStorage.setItem("keys", event.target.checked ? "on" : "off");
});
for (const box of document.querySelectorAll("[data-keys]")) box.checked = localStorage.getItem("keys") !== "off";
