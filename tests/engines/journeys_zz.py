from tests.browser.every_screen import SIDEWAYS
from tests.browser.conftest import WEAR_WHOLE
from tests.engines.driver import Wishes
from pathlib import Path
from tests.engines.journeys_screens import FAMILY, OFFICE, PALE


def test_zz(engine, enter, wishing):
    if engine.name == "webkit":
        return
    page = enter("lemoine.helene", "/gestion/reinscriptions/1?onglet=avancement")
    for w in (768, 780, 800, 834):
        page.resize(w, 900)
        print(w, page.evaluate(SIDEWAYS))
    page.resize(768, 1400)
    page.picture(Path("/tmp/lab/par8/avancement_fx.png"))
    big = wishing(Wishes(letters=32))
    page = big("aubry.claire", "/mot-de-passe")
    for path in FAMILY:
        page.goto(path)
        page.resize(390, 900)
        print(path, page.evaluate(SIDEWAYS))
    page = big("lemoine.helene", "/mot-de-passe")
    for path in OFFICE:
        page.goto(path)
        for w in (390, 1280):
            page.resize(w, 900)
            print(path, w, page.evaluate(SIDEWAYS))
    forced = wishing(Wishes(forced_colours=True))
    page = forced("aubry.claire", "/eleves/2042/historique")
    print(
        page.evaluate(
            """() => { const e = document.querySelector('.chart text'); const out = []; for (let x = e; x; x = x.parentElement) out.push([x.localName, x.className.baseVal ?? x.className, getComputedStyle(x).backgroundColor]); const p = document.createElement('div'); p.style.background='Canvas'; p.style.color='CanvasText'; document.body.append(p); out.push(['probe', getComputedStyle(p).backgroundColor, getComputedStyle(p).color]); out.push(['text', getComputedStyle(e).fill, getComputedStyle(document.querySelector('.chart .curve')).stroke, getComputedStyle(document.querySelector('.chart .spot')).fill]); return out; }"""
        )
    )
    print(page.evaluate(PALE))
    page.resize(1280, 1400)
    page.picture(Path("/tmp/lab/par8/forced_fx.png"))
