// « Être prévenu sur cet appareil »: the browser gives an address of its push service; the server hears it with « oui ».
import { rests } from "./line.js";

const form = document.querySelector("form[data-push]");
const button = form.querySelector("button");
const chooses = form.dataset.push === "choose";

async function choose() {
  await navigator.serviceWorker.register("/hors-ligne.js");
  const { pushManager } = await navigator.serviceWorker.ready;
  const asked = { userVisibleOnly: true, applicationServerKey: form.dataset.key };
  form.elements.adresse.value = (await pushManager.subscribe(asked)).endpoint;
}
async function withdraw() {
  const registration = await navigator.serviceWorker?.getRegistration();
  await (await registration?.pushManager?.getSubscription())?.unsubscribe();
}

if (chooses && isSecureContext && navigator.serviceWorker && globalThis.PushManager) {
  form.querySelector("[data-not-here]").hidden = true;
  button.hidden = false;
}
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await (chooses ? choose() : withdraw());
    form.submit();
  } catch {
    form.querySelector("[data-refused]").hidden = false;
    delete form.dataset.sent;
    rests(button);
  }
});
