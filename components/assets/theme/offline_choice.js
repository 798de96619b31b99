// « Lire sans connexion »: the key is made and the worker set up before the server hears « oui »; all is erased with « non ».
import { rests } from "./line.js";
import { canLock, makeLock } from "./offline_lock.js";

const form = document.querySelector("form[data-offline]");
const part = (name) => form.querySelector(`[data-${name}]`);
const { erase, makeKeys, read } = globalThis.offlineStore;

async function prepare() {
  if (!isSecureContext || !navigator.serviceWorker || !crypto.subtle || !globalThis.indexedDB) return;
  const lockable = await canLock();
  part("not-here").hidden = true;
  part("lock").hidden = !lockable;
  const box = form.elements.verrou;
  box.checked = lockable;
  const show = () => (part("no-lock").hidden = box.checked);
  box.addEventListener("change", show);
  show();
  form.querySelector("button").hidden = false;
}

async function choose() {
  part("failed").hidden = true;
  try {
    const lock = form.elements.verrou.checked ? await makeLock(form.dataset.portal, form.dataset.keyName) : null;
    await makeKeys(lock);
    await navigator.serviceWorker.register("/hors-ligne.js");
    await navigator.serviceWorker.ready;
  } catch {
    await erase();
    part("failed").hidden = false;
    delete form.dataset.sent;
    rests(form.querySelector("button"));
    return;
  }
  form.submit();
}

async function withdraw() {
  await erase();
  for (const name of await caches.keys()) await caches.delete(name);
  for (const each of await navigator.serviceWorker.getRegistrations())
    if (!(await each.pushManager?.getSubscription())) await each.unregister();
  form.submit();
}

const does = form?.dataset.offline === "choose" ? choose : withdraw;
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  does();
});
if (form?.dataset.offline === "choose") prepare();
else {
  const tell = () => (part("ready").hidden = false);
  navigator.serviceWorker?.addEventListener("message", tell);
  if (await read("copy")) tell();
}
