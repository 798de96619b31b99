// The photographed pages of one document: seen, put in order, turned, taken out, added.
import { looks } from "./upload_looks.js";

export const make = (name, given = {}, ...inside) => {
  const made = Object.assign(document.createElement(name), given);
  made.append(...inside);
  return made;
};

// A small picture of the file, or its kind where the browser cannot draw it.
export function thumbnail(file, kind, turn = 0) {
  const frame = make("span", { className: "thumb" }, kind);
  frame.setAttribute("aria-hidden", "true"); // its name stands beside it
  if (!file.type.startsWith("image/")) return frame;
  const image = make("img", { alt: "", src: URL.createObjectURL(file) });
  image.style.transform = `rotate(${turn}deg)`;
  const release = () => URL.revokeObjectURL(image.src);
  image.addEventListener("load", release);
  image.addEventListener("error", () => {
    release();
    frame.replaceChildren(kind);
  });
  frame.replaceChildren(image);
  return frame;
}

// What is done to the page at that place: where the page went, or null where it left.
const ACTS = {
  up: (pages, at) => moved(pages, at, at - 1),
  down: (pages, at) => moved(pages, at, at + 1),
  turn: (pages, at) => {
    pages[at].turn = (pages[at].turn + 90) % 360;
    return at;
  },
  takeOut: (pages, at) => {
    pages.splice(at, 1);
    return Math.max(0, at - 1);
  },
};

function moved(pages, from, to) {
  pages.splice(to, 0, ...pages.splice(from, 1));
  return to;
}

export function drawPages(one, { texts, filled, isPhoto, report, again, drop }) {
  const spoken = {
    up: (at) => filled(texts.moved, { count: at + 1, total: one.pages.length }),
    down: (at) => filled(texts.moved, { count: at + 1, total: one.pages.length }),
    turn: (at) => filled(texts.turned, { count: at + 1 }),
    takeOut: () => filled(texts.pages, { count: one.pages.length }),
  };
  const redraw = (at, name) => {
    again();
    const line = one.line.querySelectorAll(".pages > li")[at];
    const press = line?.querySelector(`[data-act=${name}]:not(:disabled)`) ?? line?.querySelector("button:not(:disabled)");
    (press ?? one.line.querySelector("button")).focus();
    report(spoken[name](at));
  };
  const act = (name, at) => {
    const place = ACTS[name](one.pages, at);
    if (one.pages.length) redraw(place, name);
    else drop();
  };
  const lines = one.pages.map((page, at) => {
    const called = filled(texts.page, { count: at + 1 });
    const press = (name, closed = false) => {
      const ariaLabel = `${texts[name]} : ${called}, ${page.file.name}`;
      const button = make("button", { type: "button", className: "link", textContent: texts[name], disabled: closed, ariaLabel });
      button.dataset.act = name;
      button.addEventListener("click", () => act(name, at));
      return button;
    };
    const presses = [press("up", at === 0), press("down", at === one.pages.length - 1), press("turn"), press("takeOut")];
    const name = make("span", { className: "hint", textContent: page.file.name });
    const label = make("span", { className: "called" }, make("strong", { textContent: called }), name);
    page.looks ??= looks(page.file);
    page.looks.then((found) => found && label.append(make("span", { className: "was", textContent: texts[found] })));
    return make("li", {}, thumbnail(page.file, texts.photo, page.turn), label, make("span", { className: "links-row" }, ...presses));
  });
  const field = make("input", { type: "file", accept: "image/*", multiple: true, className: "unseen" });
  field.addEventListener("change", () => {
    one.pages.push(...[...field.files].filter(isPhoto).map((file) => ({ file, turn: 0 })));
    redraw(one.pages.length - 1, "takeOut");
  });
  return make(
    "div",
    { className: "leaves" },
    make("ol", { className: "pages" }, ...lines),
    make("label", { className: "btn quiet" }, texts.add, field),
  );
}
