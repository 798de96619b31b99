"""A slow line: what is pressed meanwhile waits its turn, says that it works, and is done once. Messages are held, no time passes."""

from playwright.sync_api import Page, expect

from tests.browser import slow_acts
from tests.browser.conftest import LIVE, Enter
from tests.browser.slow_acts import Line, arrived
from tests.browser.test_family import DONE, field
from tests.server import Server


def slow(enter: Enter, path: str, login: str = "aubry.claire", *, clock: bool = False) -> tuple[Page, Line]:
    page = enter(login).context.new_page()
    if clock:
        page.clock.install()
    line = Line(page)
    page.goto(path)
    page.wait_for_selector(LIVE, state="attached")
    return page, line


def test_a_press_while_an_answer_is_on_its_way_waits_its_turn(enter: Enter, portal: Server) -> None:
    """A post code typed, then Enter: its towns are asked for first; the town that comes is in what is sent."""
    page, line = slow(enter, "/famille")
    line.hold()
    field(page, "Code postal").fill("57000")
    page.keyboard.press("Enter")
    save = page.get_by_role("button", name="Modifier").first
    expect(save).to_have_attribute("data-line", "works")
    arrived(page, line)
    line.let_go()
    expect(page.get_by_role("dialog")).to_contain_text(DONE)
    expect(save).not_to_have_attribute("data-line", "works")
    assert portal.rows("SELECT new FROM field_change WHERE new IN ('57000', 'Metz') ORDER BY new") == [
        ("57000",),
        ("Metz",),
    ]


def test_a_lost_press_says_so_and_is_sent_again_and_done_once(enter: Enter, portal: Server) -> None:
    page, line = slow(enter, "/famille", clock=True)
    said = page.locator("#line")
    line.hold()
    field(page, "Téléphone mobile").fill("06 12 34 56 78")
    save = page.get_by_role("button", name="Modifier").first
    save.click()
    expect(save).to_have_attribute("data-line", "works")
    expect(said).to_be_empty()
    arrived(page, line)
    page.clock.run_for(3_100)
    expect(said).to_have_text("La connexion est lente : votre envoi est en cours…")
    page.clock.run_for(9_500)
    expect(said).to_contain_text("l’envoi sera retenté tout seul")
    page.clock.run_for(3_500)
    arrived(page, line, 2)
    line.let_go()  # both arrive: the same act twice
    expect(page.get_by_role("dialog")).to_contain_text(DONE)
    expect(said).to_be_empty()
    expect(save).not_to_have_attribute("data-line", "works")
    page.keyboard.press("Escape")
    field(page, "Téléphone fixe").fill("03 87 11 22 33")
    line.hold()
    save.click()
    arrived(page, line)
    line.lose()
    page.clock.run_for(15_100)
    expect(page.get_by_role("dialog")).to_contain_text(DONE)
    assert portal.value("SELECT count(*) FROM field_change WHERE new = '+33612345678'") == 1
    assert portal.value("SELECT count(*) FROM field_change WHERE new = '+33387112233'") == 1


def test_every_tick_reaches_the_server_however_quick(enter: Enter) -> None:
    page, line = slow(enter, "/eleves/2042/reinscription")
    line.hold()
    boxes = page.locator("input[data-change=choose]:not([id*=administrative]):not([id*=leaving])")
    for at in range(boxes.count()):
        if not boxes.nth(at).is_checked():
            boxes.nth(at).dispatch_event("click")
    line.let_go()
    expect(page.locator("[aria-busy]")).to_have_count(0)
    page.reload()
    page.wait_for_selector(LIVE, state="attached")
    assert all(boxes.nth(at).is_checked() for at in range(boxes.count()))


FROZEN = ("/famille", "/eleves/2042/absences", "/eleves/2042/reinscription", "/mot-de-passe", "/mot-de-passe/agenda")


def test_what_acts_is_sent_once_and_says_so_while_the_line_is_frozen(enter: Enter) -> None:
    """Every screen, and the office's too: tests/browser/every_form.py."""
    page, line = slow(enter, FROZEN[0], clock=True)
    walked = [act.name for path in FROZEN for act in slow_acts.frozen(page, line, path)]
    assert {"save", "announce", "choose", "write", "submit"} <= set(walked)
    assert [name for name in walked if name.startswith("/mot-de-passe")]
