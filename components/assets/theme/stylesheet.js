// A page is painted with what it holds itself of its stylesheet; the rest comes once it is painted. A page without modes has a light
// one: the whole one takes its place before a mode is chosen.
const own = document.querySelector("style[data-light]");
let applied = own;
let wanted = "";
async function apply(href) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  wanted = href;
  await new Promise((done, failed) => {
    Object.assign(link, { onload: done, onerror: failed });
    applied.after(link);
  });
  if (wanted !== href) return link.remove(); // the whole one was asked for meanwhile
  applied.remove();
  applied = link;
}

let whole;
export const applyWhole = () => (whole ??= own ? apply(own.dataset.whole) : Promise.resolve());
const painted = document.hidden ? Promise.resolve() : new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
export const light = painted.then(() => whole ?? (own && apply(own.dataset.light))).catch(() => {}); // without it the page stays as painted
