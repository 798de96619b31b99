// The service worker of a device whose owner chose to keep pages, or to be told. `known` stands before this: the server writes it.
// Everything comes from the network; without any, a page is answered with the one that shows the copy. No document and no other
// screen is kept.
importScripts(known.store);
const CACHE = `offline ${known.store}`;
const AGAIN = 5 * 60000; // milliseconds until a copy is asked for anew

addEventListener("install", (event) => event.waitUntil(storePage().then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(begin()));
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(answerPage(event));
  else if (request.mode === "navigate" && pathname === "/deconnexion") event.waitUntil(offlineStore.erase());
  else if (request.method === "GET" && known.files.includes(pathname))
    event.respondWith(caches.match(request).then((found) => found ?? fetch(request)));
});

const storePage = async () => (await caches.open(CACHE)).addAll([known.page, ...known.files]);

async function begin() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await registration.navigationPreload?.enable();
}

async function answerPage(event) {
  let answer;
  try {
    answer = (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await caches.match(known.page)) ?? Response.error();
  }
  event.waitUntil(renew().catch(() => null)); // the line went meanwhile: the copy stays as it was
  return answer;
}

addEventListener("push", (event) => event.waitUntil(registration.showNotification(known.notice, { tag: "letters", lang: known.language })));
addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(clients.openWindow("/mot-de-passe/courriers"));
});

async function renew() {
  const keys = await offlineStore.read("keys");
  const copy = await offlineStore.read("copy");
  if (copy && offlineStore.isOld(copy, known.days)) await offlineStore.drop("copy");
  if (!keys) return forget();
  const { status } = await fetch(`${known.page}/etat`);
  if (status === 410) return forget();
  if (status !== 200 || (copy && Date.now() - copy.asked < AGAIN)) return;
  const answer = await fetch(`${known.page}/copie`, { redirect: "manual" });
  if (answer.status === 410) return forget();
  if (!answer.ok) return;
  await offlineStore.store(keys, await answer.text());
  await (await caches.open(CACHE)).add(known.page); // in the language and the looks of now
  for (const each of await clients.matchAll()) each.postMessage("stored");
}

async function forget() {
  await offlineStore.erase();
  for (const name of await caches.keys()) await caches.delete(name);
  if (!(await registration.pushManager?.getSubscription())) await registration.unregister();
}
