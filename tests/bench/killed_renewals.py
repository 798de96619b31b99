"""Re-enrolments while the server is killed, as a family makes them: the courses, the papers on their rows, « Valider »."""

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from bs4 import BeautifulSoup, Tag
from sqlmodel import col, delete, select

from data.core.system_unit_of_work import system_unit_of_work
from data.families.models import Pupil
from data.families.stored_files import StoredFile
from data.reenrolment.models import Reenrolment, SuppliedDocument, Way, Wish
from tests.bench.killed_acts import Families, fresh, picture
from tests.conftest import stored_path
from tests.web.http_client import Person, Tab

if TYPE_CHECKING:
    from tests.bench.kills import Journey

ONE_WAY = (Way.ADMINISTRATIVE, Way.LEAVING)


class Choice(NamedTuple):
    """What is ticked in part 1."""

    way: str
    lines: tuple[int, ...]


class Sent(NamedTuple):
    """A request that was acknowledged: which of the pupil's tries, and the papers that stood on its page."""

    number: int
    at: int
    papers: frozenset[int]


def read_choice(page: Tag) -> Choice:
    ticked = [str(box["data-of"]) for box in page.select("input[data-change=choose][checked]")]
    for way in ONE_WAY:
        if way in ticked:
            return Choice(way, ())
    lines = sorted(int(each.removeprefix("line-")) for each in ticked if each.startswith("line-"))
    return Choice(Way.COURSES, tuple(lines)) if lines else Choice("", ())


def as_this_year(page: Tag) -> Choice:
    """What « Continuer comme cette année » will tick: the rows that are « Actif »."""
    active = [row for row in page.select("tr") if row.select_one("td[data-l=Actif]:-soup-contains(Oui)")]
    lines = sorted(int(str(row.select_one("input")["data-of"]).removeprefix("line-")) for row in active)  # type: ignore[index]
    return Choice(Way.COURSES, tuple(lines)) if lines else Choice(Way.ADMINISTRATIVE, ())


class Renewals(Families):
    """One pupil after the other; what a kill cut short goes on where the page says it stands."""

    def __init__(self, journey: "Journey", logins: list[tuple[str, list[int]]]) -> None:
        super().__init__(journey, logins)
        self.pupils = deque((login, number) for login, numbers in logins for number in numbers)

    def renew(self) -> None:
        """The re-enrolment of one pupil, and later its correction when the office sent it back."""
        login, number = self.pupils[0]
        person, where = self.person(login), f"/eleves/{number}/reinscription"
        if person.get(where).status_code == 404 or not person.soup(where).select_one("#remarks [type=submit]"):
            self.pupils.rotate(-1)
            return
        with Tab(person, where) as tab:
            self._choose(tab, number)
        if all(self._give(person, number, field) for field in self._wanted(person.soup(where))):
            with Tab(person, where) as tab:  # another: nobody answers the first one's pings while files are sent
                self._send(tab, number)
        self.pupils.insert(6, self.pupils.popleft())

    def _choose(self, tab: Tab, number: int) -> None:
        page = BeautifulSoup(tab.markup(), "lxml")
        now = read_choice(page)
        if now.way and self.dice.randrange(3):
            return
        ways = [
            each for each in ("button[data-do=same]", "#box-administrative", "[id^=box-line-]") if page.select(each)
        ]
        pressed = page.select_one(self.dice.choice(ways))
        assert pressed is not None
        if pressed.name == "button":
            wanted, do, of = as_this_year(page), "same", ""
        else:
            do, of = "choose", str(pressed["data-of"])
            lines = {*now.lines, *([int(of[5:])] if of.startswith("line-") else ())}
            wanted = Choice(Way.COURSES, tuple(sorted(lines))) if of.startswith("line-") else Choice(of, ())
        tries = self.book.tried[f"choice of {number}"]
        tries.append(wanted)
        tab.act(do, of, **({"box": "true"} if do == "choose" else {}))
        self.book.acknowledged["choice"].append((number, len(tries) - 1))

    def _wanted(self, page: BeautifulSoup) -> list[Tag]:
        """The « Ajouter » of each paper that lacks; of those that are there, some are replaced."""
        rows = page.select(".documents tr:has(input[data-document])")
        fields = [(row, row.select_one("input[id^=add-]")) for row in rows]
        return [field for row, field in fields
                if field and ("given" not in row.get("class", "") or self.dice.randrange(8) == 0)]  # fmt: skip

    def _give(self, person: Person, number: int, field: Tag) -> bool:
        """A file, or two photographs of one paper's pages; whether it arrived."""
        document, photographs = str(field["data-document"]), self.dice.randint(1, 2)
        name = f"document-{fresh()}"
        sent = {"document": document} | ({"remplacer": document} if field.has_attr("data-replaces") else {})
        self.book.tried["document"].append((number, int(document), name))
        answer = person.post(
            str(field["data-sends"]),
            data={**sent, **({"tours": ["0", "90"]} if photographs > 1 else {})},
            files=[("fichier", (f"{name}.jpg", picture(), "image/jpeg")) for _ in range(photographs)],
            headers={"accept": "application/json"},
        )
        if answer.status_code == 422 and ("heure" in answer.text or "validée" in answer.text):
            return False  # thirty files an hour; the office accepted the paper that was going to be replaced
        assert answer.status_code == 200, f"{answer.status_code} {answer.text:.300}"
        self.book.acknowledged["document"].append((number, int(document), name))
        return True

    def _send(self, tab: Tab, number: int) -> None:
        page = BeautifulSoup(tab.markup(), "lxml")
        summary = page.select_one(".sums-up")
        assert summary is not None, f"{tab.path}: no « Ce que vous envoyez »"
        if summary.select_one(".fault"):  # the office refused a paper meanwhile
            return
        papers = {int(str(field["data-document"])) for field in page.select(".documents tr.given input[data-document]")}
        tries, text = self.book.tried[f"re-enrolment of {number}"], f"Message {fresh()}"
        tries.append((text, read_choice(page)))
        answer = tab.act("submit", number, message=text)
        said = str(answer.get("dialog"))
        if said.startswith("Il manque"):
            return
        assert said.startswith("Votre demande de réinscription"), answer
        self.book.acknowledged["re-enrolment"].append(Sent(number, len(tries) - 1, frozenset(papers)))


def forget_requests(logins: list[tuple[str, list[int]]]) -> None:
    """As if nobody had begun: of a small demonstration nearly every pupil's request is sent already."""
    with system_unit_of_work(writes=True) as uow:
        numbers = [number for _, theirs in logins for number in theirs]
        pupils = [each.id for each in uow.all(select(Pupil).where(col(Pupil.number).in_(numbers)))]
        for file in uow.all(select(StoredFile).where(col(StoredFile.pupil_id).in_(pupils))):
            stored_path(file.site_id, file.name).unlink()
        for table in (SuppliedDocument, StoredFile, Reenrolment, Wish):
            uow.change(delete(table).where(col(table.pupil_id).in_(pupils)))
