// A page is painted with what it holds itself of its stylesheet; the rest comes once it is painted. A page without modes has a light
// one: the whole one takes its place before a mode is chosen.
const own = document.querySelector("style[data-light]");
let applied = own;
async function apply(href) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  await new Promise((done, failed) => {
    Object.assign(link, { onload: done, onerror: failed });
    applied.after(link);
  });
  applied.remove();
  applied = link;
}

const painted = document.hidden ? Promise.resolve() : new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
export const light = painted.then(() => own && apply(own.dataset.light)).catch(() => {}); // without it the page stays as it is painted

let whole;
export const applyWhole = () => (whole ??= light.then(() => own && apply(own.dataset.whole)));
