"""Who acts while the server is killed: families, the office, the bank, people at the door. Each notes what was acknowledged."""

import io
import itertools
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from bs4 import BeautifulSoup
from PIL import Image
from sqlmodel import select
from websockets.exceptions import ConnectionClosedOK, WebSocketException

from data.accounts.models import Account
from data.accounts.sessions import digest
from data.billing.gateways.protocol import Order, State
from data.billing.gateways.simulator import Simulator
from data.core.roles import Role
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.families.models import Pupil, PupilLink, Rights
from tests.demo_users import today
from tests.web.http_client import Person, Tab, form_values

if TYPE_CHECKING:
    from tests.bench.kills import Journey

DIED = (httpx.HTTPError, WebSocketException, OSError, EOFError)
ODD = (
    AssertionError,
    TypeError,
    KeyError,
    IndexError,
    StopIteration,
    pytest.fail.Exception,
)  # half an answer, or a fault
_numbers = itertools.count(1)


def fresh() -> int:
    """A number that nobody had yet."""
    return next(_numbers)


class Book:
    """What people know of their acts: what they tried, and what the server said is done."""

    def __init__(self) -> None:
        self.acknowledged: dict[str, list[Any]] = defaultdict(list)
        self.tried: dict[str, list[Any]] = defaultdict(list)
        self.cut_off = 0  # sockets that the living server closed


class Actor:
    """Does one thing after the other until the server dies."""

    def __init__(self, journey: "Journey", act: Callable[[], object]) -> None:
        self.journey, self.act = journey, act

    def work(self) -> None:
        try:
            while not self.journey.dying.is_set():
                try:
                    self.act()
                except (
                    ConnectionClosedOK
                ):  # by a server that lives: on a starved machine its ping was not answered in time
                    self.journey.book.cut_off += 1
        except (*DIED, *ODD) as fault:
            self._unless_dead(fault)

    def _unless_dead(self, fault: BaseException) -> None:
        if not self.journey.dying.wait(1):
            self.journey.wrong.tell([f"{self.act.__name__} met {type(fault).__name__}: {fault!s:.600}"])


class Families:
    """Families in turn, each with a browser of its own that stays signed in."""

    def __init__(self, journey: "Journey", logins: list[tuple[str, list[int]]]) -> None:
        self.journey, self.logins = journey, logins
        self.turn, self.people = itertools.cycle(logins), dict[str, Person]()
        self.book, self.dice = journey.book, random.Random(journey.dice.random())

    def next(self) -> tuple[Person, str, list[int]]:
        login, pupils = next(self.turn)
        return self.person(login), login, pupils

    def person(self, login: str) -> Person:
        if login not in self.people:
            self.people[login] = self._come(login)
        return self.people[login]

    def _come(self, login: str) -> Person:
        person = Person(self.journey.server, login)
        self.book.acknowledged["sign-in"].append(digest(person.token()))
        return person

    def sign_in(self) -> None:
        """Somebody at the door; browsers of before are still signed in after the kill."""
        if not self.people or self.dice.randrange(4) == 0:
            login, _ = next(self.turn)
            self.people[login] = self._come(login)
        earlier = self.dice.choice(list(self.people.values()))
        assert earlier.get("/famille").status_code == 200

    def ask(self) -> None:
        """« Modifier » on the record."""
        person, login, _ = self.next()
        number = f"03 82 {fresh():06d}"
        with Tab(person, "/famille") as tab:
            kept = f"+33{number.replace(' ', '')[1:]}"
            self.book.tried[f"change of {login}"].append(kept)
            answer = tab.save(phone_work=" ".join((number[:5], number[6:8], number[8:10], number[10:12])))
            assert "mise à jour" in str(answer.get("dialog")), answer
            self.book.acknowledged["change"].append((login, kept))

    def stay_away(self) -> None:
        """An absence, and the paper that justifies it."""
        person, _, pupils = self.next()
        for number in pupils[:1]:
            where, text = f"/eleves/{number}/absences", f"Rendez-vous {fresh()}."
            day = f"{today() + timedelta(days=self.dice.randint(1, 60)):%d/%m/%Y}"
            with Tab(person, where) as tab:
                for _ in range(3):  # a day without a lesson is asked about once, one that was announced before too
                    answer = tab.act(
                        "announce", number, first_day=day, last_day="", course="", reason="Maladie", comment=text
                    )
                    if "dialog" in answer:
                        break
                if answer.get("focus") == "absence-first_day":  # the office accepted an absence of that day
                    continue
                assert "annoncée" in str(answer.get("dialog")), answer
            self.book.acknowledged["absence"].append(text)
            mine = next(each for each in person.soup(where).select(".notices > li") if text in each.get_text())
            chooser = mine.select_one("input[data-sends]")
            if chooser is None:  # the office answered meanwhile
                continue
            name = f"certificat-{fresh()}"
            answer = person.post(
                str(chooser["data-sends"]), files={"fichier": (f"{name}.jpg", picture(), "image/jpeg")}
            )
            if answer.status_code != 422:  # answered meanwhile
                self.book.acknowledged["absence document"].append((text, answer.json()["received"]))

    def pay(self) -> None:
        """A part of what is due; the bank says so once or twice."""
        person, _, _ = self.next()
        for kind in ("cotisations", "locations"):
            path = f"/facturation/{kind}/payer"
            boxes = [str(each["value"]) for each in person.soup(path).select("input[name=facture]")]
            if not boxes:
                continue
            cents = self.dice.randint(100, 199)
            answer = person.post(
                path, data={"facture": boxes[:1], "part": "autre", "montant": f"{cents / 100:.2f}".replace(".", ",")}
            )
            if answer.status_code == 409:  # less is due
                continue
            assert answer.status_code == 303, f"{answer.status_code} {answer.text:.300}"
            reference = answer.headers["location"].partition("?")[0].rpartition("/")[2]
            self.book.acknowledged["payment begun"].append(reference)
            fields = Simulator().answer(Order(reference, cents, "EUR", "", "", 0, "", ""), State.PAID)
            self.book.tried["payment"].append(reference)
            for _ in range(self.dice.randint(1, 2)):
                notice = httpx.post(
                    f"{self.journey.server.url}/paiement/avis/simulator", data=dict(fields), timeout=60, trust_env=False
                )
                assert notice.text == "OK", notice.text
            self.book.acknowledged["payment"].append((reference, cents))


class Office:
    """Paul Renard decides what waits, file after file."""

    def __init__(self, journey: "Journey") -> None:
        self.journey, self.book, self.person = journey, journey.book, None
        self.dice = random.Random(journey.dice.random())

    def decide(self) -> None:
        self.person = self.person or Person(self.journey.server, "renard.paul")
        file = self.dice.choice(("", "reinscriptions", "pieces", "absences"))
        with Tab(self.person, "/gestion/demandes" + (f"?onglet={file}" if file else "")) as tab:
            form = BeautifulSoup(tab.markup(), "lxml").select_one("form[data-do=decide]")
            if form is None:
                return
            number, values, declines = str(form["data-of"]), form_values(form), self.dice.random() < 0.4
            self.book.tried[f"decision {file}"].append(int(number))
            if file == "":
                for radio in form.select("input[type=radio]"):
                    values[str(radio["name"])] = "accepted"
                answer = tab.act("decide", number, **values)
            elif file == "reinscriptions":
                more = (
                    {"outcome": "to_correct", "reason": "Le mercredi est complet."}
                    if declines
                    else {"outcome": "validated"}
                )
                answer = tab.act("decide", number, **{**values, **more})
                if "ouvert" in str(answer.get("announce")):  # files that nobody opened: said once
                    answer = tab.act("decide", number, **{**values, **more})
            elif file == "pieces":
                more = (
                    {"verdict": "declined", "reason": f"Illisible ({number})."} if declines else {"verdict": "accepted"}
                )
                answer = tab.act("decide", number, **{**values, **more})
            else:
                answer = tab.act("decide", number, **{**values, "verdict": "accepted"})
            if answer.get("announce") and "toast" not in answer:
                self.book.acknowledged[f"decision {file or 'fiches'}"].append(int(number))


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), (fresh() % 256, 90, 90)).save(out, "JPEG")
    return out.getvalue()


def families() -> list[tuple[str, list[int]]]:
    """Each family of the first site that decides for a pupil, with its pupils' numbers."""
    with system_unit_of_work() as uow:
        rows = uow.rows(
            select(Account.login, Pupil.number)
            .join(PupilLink, PupilLink.family_id == Account.family_id)
            .join(Pupil, Pupil.id == PupilLink.pupil_id)
            .join(Site, Site.id == Account.site_id)
            .where(Site.code == "valmont", Account.role == Role.FAMILY, Account.disabled.is_(False))
            .where(PupilLink.rights == Rights.ALL, Account.login.startswith("famille."))
            .order_by(Account.login)
        )
    pupils: dict[str, list[int]] = defaultdict(list)
    for login, number in rows:
        pupils[login].append(number)
    return list(pupils.items())
