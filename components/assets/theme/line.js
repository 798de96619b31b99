// What was pressed says at once that it works, after three seconds that the line is slow, then that it is tried again.
const status = document.getElementById("line");
const pressed = new Map(); // control -> its timers
const SLOW = 3000;
const AGAIN = 12000;

// Behind an open dialog nothing is heard and little is seen: what is told stands in the dialog then.
export function inSight(region) {
  const place = [...document.querySelectorAll("dialog:modal")].pop() ?? document.body;
  if (region.parentNode !== place) place.append(region);
  return region;
}

function show() {
  const states = [...pressed.keys()].map((control) => control.dataset.line);
  const state = ["again", "slow"].find((each) => states.includes(each));
  const text = state ? status.dataset[state] : "";
  if (status.textContent === text) return;
  inSight(status).textContent = text;
}

export function works(control) {
  for (const timer of pressed.get(control) ?? []) clearTimeout(timer);
  pressed.set(control, [setTimeout(says, SLOW, control, "slow"), setTimeout(says, AGAIN, control, "again")]);
  control.dataset.line = "works";
}

export function says(control, state) {
  if (!pressed.has(control)) return;
  control.dataset.line = state;
  show();
}

export function rests(control) {
  for (const timer of pressed.get(control) ?? []) clearTimeout(timer);
  pressed.delete(control);
  delete control.dataset.line;
  show();
}
