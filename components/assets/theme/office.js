// What the office's screens do more: lists found again as they were left, the search for a family from anywhere, words put
// where one writes.
// A list of the office is found again as it was left: what narrows and sorts it, in this tab, for this account.
const left = (path) => `left:${document.querySelector(".menu").dataset.whose}:${path}`;
export function noteList(url) {
  const { pathname, searchParams } = new URL(url, location.href);
  if (!pathname.startsWith("/gestion/")) return;
  for (const opened of ["demande", "courriel", "entree", "vue"]) searchParams.delete(opened);
  sessionStorage.setItem(left(pathname), searchParams);
}
document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.(".menu a, .tabbar a, a[data-as-left], tbody a[data-open]:not([data-do])");
    if (!link || (link.search && !link.dataset.left)) return;
    const asLeft = (link.pathname !== location.pathname && sessionStorage.getItem(left(link.pathname))) || ""; // on the list itself: a fresh one
    if (!asLeft && !link.dataset.left) return;
    link.search = asLeft;
    link.dataset.left = "yes";
  },
  true,
);

// The row that was just opened is in sight in its list; a redrawing that opens no other moves nothing.
export function showOpened(panel) {
  const row = panel.$el.querySelector(".list-card tr.current");
  const which = row?.querySelector("a").id;
  if (which === panel.current) return;
  panel.current = which;
  if (!row) return;
  const list = row.closest(".list-card");
  const [at, box] = [row.getBoundingClientRect(), list.getBoundingClientRect()];
  const head = list.querySelector("caption")?.offsetHeight ?? 0;
  if (at.top < box.top + head) list.scrollTop += at.top - box.top - head;
  else if (at.bottom > box.bottom) list.scrollTop += at.bottom - box.bottom;
}

// « / »: the search for a family, from any screen of the office.
const FAMILIES = "/gestion/familles";
const search = () => document.getElementById("find-families");
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog:modal")) return;
  if (event.target.closest("input, textarea, select, [contenteditable]") || localStorage.getItem("keys") === "off") return;
  if (!document.querySelector(`.menu a[href="${FAMILIES}"]`)) return;
  event.preventDefault();
  if (search()) search().select();
  else location.assign(`${FAMILIES}#find-families`);
});
if (location.hash === "#find-families") search()?.focus();

// What stays before somebody's eyes is told to be seen: its hidden button is pressed.
const LOOK = 700; // milliseconds
const looks = new Map(); // what is in sight -> the time that will say so
const watch = new IntersectionObserver(
  (seen) => {
    for (const { target, intersectionRatio } of seen) {
      clearTimeout(looks.get(target));
      if (intersectionRatio > 0.5)
        looks.set(
          target,
          setTimeout(() => target.querySelector("[data-sight]")?.click(), LOOK),
        );
    }
  },
  { threshold: [0.5, 0.6] },
);
export function watchSight(panel) {
  for (const button of panel.$el.querySelectorAll("[data-sight]")) watch.observe(button.parentElement);
}

// A button of a {variable} writes it where the caret stands.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-inserts]");
  const field = button && document.getElementById(button.dataset.inserts);
  if (!field) return;
  field.setRangeText(button.dataset.text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
