// A word that tells its meaning: shown by pointing, focus or a press; it stays while one points at the word or at the meaning,
// and goes with Escape, on leaving, or a press elsewhere. Without this script the button's own popover does the pressing.
const tipOf = (term) => document.getElementById(term.getAttribute("popovertarget"));
const isOpen = (tip) => tip.matches(":popover-open");
let leaving = 0;
function place(term, tip) {
  const word = term.getBoundingClientRect(),
    box = tip.getBoundingClientRect();
  const under = word.bottom + 6 + box.height <= innerHeight || word.top < box.height + 6;
  tip.style.left = `${Math.max(8, Math.min(word.left, innerWidth - box.width - 8))}px`;
  tip.style.top = `${under ? word.bottom + 6 : word.top - 6 - box.height}px`;
}
function show(term) {
  clearTimeout(leaving);
  const tip = tipOf(term);
  if (!tip || isOpen(tip)) return;
  tip.classList.add("placed");
  tip.showPopover();
  place(term, tip);
}
function hide(tip) {
  if (tip?.isConnected && isOpen(tip)) tip.hidePopover();
}
const openTip = () => document.querySelector(".tip:popover-open");
const at = (event) => event.target.closest?.(".term");
document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch") return;
  if (at(event)) show(at(event));
  else if (event.target.closest?.(".tip")) clearTimeout(leaving);
  else if (openTip() && !document.activeElement?.matches(".term")) {
    clearTimeout(leaving);
    leaving = setTimeout(() => hide(openTip()), 300);
  }
});
document.addEventListener("focusin", (event) => {
  if (at(event)?.matches(":focus-visible")) show(at(event));
});
document.addEventListener("focusout", (event) => at(event) && hide(tipOf(at(event))));
document.addEventListener(
  "click",
  (event) => {
    if (!at(event)) return;
    event.preventDefault(); // the button's own press would close what pointing has opened
    event.stopPropagation();
    show(at(event));
  },
  true,
);
document.addEventListener(
  "scroll",
  () => {
    // the keyboard's focus scrolls too: the meaning follows its word
    const tip = openTip(),
      term = tip && document.querySelector(`[popovertarget="${CSS.escape(tip.id)}"]`);
    if (term) place(term, tip);
  },
  { capture: true, passive: true },
);
