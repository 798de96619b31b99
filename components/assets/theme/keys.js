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

// In a calendar arrows go from day to day and from week to week; beyond what is drawn, the server draws what holds that day.
const DAYS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
document.addEventListener("keydown", (event) => {
  const from = event.target.closest?.("[data-day]");
  if (!from || !(event.key in DAYS) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  event.preventDefault();
  const day = new Date(`${from.dataset.day}T00:00Z`);
  day.setUTCDate(day.getUTCDate() + DAYS[event.key]);
  const wanted = day.toISOString().slice(0, 10);
  const there = document.getElementById(`day-${wanted}`);
  if (there) return there.focus();
  const asked = document.getElementById("day-asked");
  asked.dataset.of = wanted;
  asked.click();
});
