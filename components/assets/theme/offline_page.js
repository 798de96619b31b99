// « Hors connexion »: shows the copy that this device keeps, once its lock is opened where it has one. The server wrote it, escaped.
import { openLock } from "./offline_lock.js";

const page = document.getElementById("offline");
const { drop, isOld, open, read, unlocked } = globalThis.offlineStore;

function showState(name) {
  for (const each of page.querySelectorAll("[data-state]")) each.hidden = each.dataset.state !== name;
}

async function show(keys, copy, secret) {
  const { html, language } = JSON.parse(await open(copy, await unlocked(keys, secret)));
  const place = document.getElementById("copy");
  place.lang = language;
  place.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.children);
  place.hidden = false;
  showState("");
}

async function begin() {
  const [keys, copy] = [await read("keys"), await read("copy")];
  if (!keys || !copy) return showState("none");
  if (isOld(copy, Number(page.dataset.days))) {
    await drop("copy");
    return showState("old");
  }
  if (!keys.locked) return show(keys, copy);
  showState("locked");
  page.querySelector("[data-unlock]").addEventListener("click", async () => {
    try {
      await show(keys, copy, await openLock(keys.locked));
    } catch {
      showState("locked");
      page.querySelector("[data-state=refused]").hidden = false;
    }
  });
}

const again = page.querySelector("[data-again]");
if (location.pathname !== "/hors-ligne") again.href = location.href;
await begin();
