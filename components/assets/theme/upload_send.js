// A file on its way: a plain request of its own, so it survives a lost websocket, and waits its turn where the portal is busy.
export function spoken(within) {
  const holder = within.closest("[data-texts]");
  holder.texts ??= JSON.parse(holder.dataset.texts);
  return holder.texts;
}
export const filled = (sentence, given) => sentence.replace(/\{(\w+)\}/g, (_, name) => given[name]);
export const isPhoto = (file) =>
  file.type.startsWith("image/") || /\.(jpe?g?|jfif|png|heic|heif|webp|avif|gif|bmp|tiff?)$/i.test(file.name);
export const isPdf = (file) => file.type === "application/pdf" || /\.pdf$/i.test(file.name);
export const weight = (size) =>
  size < 1048576 ? `${Math.max(1, Math.round(size / 1024))} Ko` : `${(size / 1048576).toFixed(1).replace(".", ",")} Mo`;
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

// What is under way stays holder where the page is loaded anew meanwhile: the portal was stopped, the session is over.
// Its account alone is told.
const sending = () => `sending:${JSON.parse(document.getElementById("boot").textContent).account}`;
export function underWay(texts, files) {
  const names = files.map((file) => file.name).join(", ");
  if (names) sessionStorage.setItem(sending(), filled(texts.interrupted, { names }));
  else sessionStorage.removeItem(sending());
}
export function interrupted() {
  const text = sessionStorage.getItem(sending());
  sessionStorage.removeItem(sending());
  return text;
}

// One request to `where`; while there is no place in the queue the same file is sent again, by itself.
export async function post(where, body, { texts, bar, tell, stopped }) {
  for (;;) {
    const answer = await request(where, body, { texts, bar, tell });
    if (answer.status !== 503 || stopped()) return answer;
    tell(texts.busy);
    await pause(answer.after * (0.5 + Math.random()));
    if (stopped()) return { status: 0 };
  }
}

function request(where, body, { texts, bar, tell }) {
  return new Promise((done) => {
    const sent = new XMLHttpRequest();
    let waits;
    sent.upload.addEventListener("progress", (event) => (bar.value = (100 * event.loaded) / event.total));
    sent.upload.addEventListener("load", () => {
      tell(texts.checking);
      waits = setTimeout(() => tell(texts.busy), 8000);
    });
    sent.addEventListener("loadend", () => {
      clearTimeout(waits);
      let parsed = null;
      try {
        parsed = JSON.parse(sent.responseText);
      } catch {} // a page: the form's own answer, Connexion where the session is over, or nothing at all
      done({ status: sent.status, answer: parsed, url: sent.responseURL, after: Number(sent.getResponseHeader("retry-after") ?? 5) });
    });
    sent.open("POST", where);
    sent.setRequestHeader("accept", "application/json");
    sent.timeout = 600000;
    sent.send(body);
    tell(texts.sending);
  });
}
