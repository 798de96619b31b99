"""Combinations of the modes that move something, in one page: the phone's bar, what sticks out, what lies on another."""

from itertools import product

from data.accounts.display_preferences import CHOICES

COLOURS = {"theme", "contrast", "links", "motion"}  # they move nothing
MODES = {each.name: list(dict.fromkeys(["", *each.values])) for each in CHOICES if each.name not in COLOURS}
COMBINATIONS = [dict(zip(MODES, values, strict=True)) for values in product(*MODES.values())]
# Each mode with each other, and all of them.
PAIRS = [
    each
    for each in COMBINATIONS
    if sum(map(bool, each.values())) <= 2 or all(value == MODES[name][-1] for name, value in each.items())
]
BOXES = r"""combinations => {
  const data = document.documentElement.dataset, found = new Set();
  const box = e => e.getBoundingClientRect(), seen = e => e.checkVisibility({visibilityProperty: true});
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  const check = at => {
    const note = (what, e) => found.add(`${what}: ${e.outerHTML.slice(0, 90)} (${at})`);
    const bar = document.querySelector('.tabbar'), places = [...bar.querySelectorAll(':scope > ul > li > *')].filter(seen);
    const room = document.documentElement.clientWidth;
    const whole = box(bar);
    if (Math.abs(whole.bottom - innerHeight) > 1 || whole.height > innerHeight / 5 || places.length < 2) note('bar', bar);
    places.forEach((e, n) => { const b = box(e);
      if (b.left < -1 || b.right > room + 1 || b.bottom > innerHeight + 1 || e.scrollWidth > e.clientWidth + 1) note('place', e);
      if (n && meet(b, box(places[n - 1]))) note('places', e); });
    if (document.documentElement.scrollWidth > room) note('sideways', document.body);
    if (box(document.querySelector('.skip')).bottom > 0) note('skip', document.querySelector('.skip'));
    for (const e of document.querySelectorAll('.chip')) { const b = box(e);
      if (seen(e) && b.height > 40 && parseFloat(getComputedStyle(e).borderRadius) * 2 > Math.min(b.width, b.height) + 2) note('circle', e); }
    const words = [...document.querySelectorAll('.bar *, h1, .card h2, .tabs a, .chip, .btn, label, .walk *')]
      .filter(e => seen(e) && !e.closest('.more, .unseen, svg') && !e.children.length && e.textContent.trim());
    words.forEach((e, n) => { const b = box(e);
      if (n && meet(b, box(words[n - 1])) && !bar.contains(e) && getComputedStyle(e).position !== 'absolute') note('over', e); });
  };
  for (const worn of combinations) {
    for (const [name, value] of Object.entries(worn)) if (value) data[name] = value; else delete data[name];
    check(JSON.stringify(worn));
  }
  return [...found];
}"""
