"""How many questions a screen asks the database: few, and no more when the portal is large."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.addresses import BY_CHOICE, CAMPAIGN, OWN
from tests.days import THOROUGH
from tests.server import ROOT, Server
from tests.web.canary_family import Theirs, plant_canary
from tests.web.http_client import Person, Tab
from tests.web.test_change_requests import decide

METER = ROOT / "tests" / "counting_server.py"
MAX, MAX_FOR_FAMILIES = 12, 8
# Of families, the session's included.
BOUNDS = {"/": 6, "/famille": 4, "/facturation/cotisations": 5, "/eleves/2042/identite": 6, "/eleves/2042/reinscription": 11,
          "/eleves/2042/attestations/inscription/lire": 9}  # fmt: skip
PAGED = 1  # a list longer than a page is counted
MAX_FOR_A_PAPER = 20  # written for the first time: its file, its code, the journal
SCREENS = (
    (
        "",
        [
            *("/connexion", "/aide", "/mot-de-passe-perdu", "/identifiant-oublie", "/verifier"),
            *("/verifier/ZZZZ-ZZZZ-ZZ", "/verifier/YYYY-YYYY-YY"),
        ],
    ),
    (
        "aubry.claire",
        [
            *OWN,
            *BY_CHOICE,
            "/demandes",
            "/papiers",
            "/demandes/messages/{message}",
            "/demandes/ecrire/cours/{course}",
            "/eleves/2042/cours",
            "/eleves/2042/cours/{course}",
            "/eleves/2042/cours/{course}/cours/{lesson}",
            "/eleves/2042/cours/{course}/evaluations",
            "/eleves/2042/cours/{course}/absences",
            "/eleves/2042/cours/{course}/absences/{absence}",
            "/eleves/2042/absences",
            "/eleves/2042/historique",
            "/eleves/2042/historique/{past}",
            "/eleves/2042/historique?r=piano&tri=4d",
            "/eleves/2042/repertoire",
            "/eleves/2042/reinscription",
            "/eleves/2042/repertoire/{piece}",
            "/facturation/cotisations",
            "/facturation/cotisations?annee=2025-2026&tri=7d",
            "/facturation/locations",
            "/facturation/cotisations/payer",
            "/facturation/factures/{invoice}/lire",
            "/facturation/recus/{receipt}/lire",
            "/eleves/2042/attestations/inscription/lire",
            "/mot-de-passe/courriers",
            "/mot-de-passe/courriers?courrier={letter}",
            "/mot-de-passe/agenda",
            "/agenda",
            "/agenda?vue=mois&jour=2026-11-24",
        ],
    ),
    (
        "renard.paul",
        [
            "/gestion/demandes",
            "/gestion/demandes?onglet=traitees",
            "/gestion/demandes?demande=3",
            "/gestion/demandes?onglet=absences",
            "/gestion/demandes?onglet=messages",
            "/gestion/demandes?onglet=paiements",
            "/gestion/familles",
            "/gestion/familles?r=belkacem",
            "/gestion/familles?r=belcasem&tri=2d",
            "/gestion/familles/nouvelle",
            "/gestion/familles/acces",
            "/gestion/familles/1042/reunir",
            *(
                f"/gestion/familles/1042{tab}"
                for tab in ("", "/adultes", "/eleves", "/comptes", "/facturation", "/demandes", "/courriers")
            ),
            "/gestion/familles/1042/comptes/{account}/lettre",
            "/gestion/demandes?onglet=reinscriptions",
            "/gestion/demandes?onglet=reinscriptions&traitees=1",
            "/gestion/demandes?onglet=pieces",
            "/gestion/reinscriptions",
            *CAMPAIGN,
            "/mot-de-passe",
            "/gestion/courriels",
            "/gestion/courriels?courriel={letter}",
            "/gestion/courriels?r=1042&etat=sent",
            *(f"/gestion/courriels/{room}" for room in ("groupes", "groupes/nouveau", "cours?jour=2026-11-24")),
            "/gestion/courriels/textes",
            "/gestion/courriels/textes?genre=payment_received",
        ],
    ),
    (
        "lemoine.helene",
        [
            "/gestion/journal",
            "/gestion/journal?entree=2",
            "/gestion/journal?famille=1042&r=a&tri=actor-c",
            "/gestion/familles/1042/journal",
        ],
    ),
)
MANAGERS = [
    "/gestion",
    "/gestion/imports",
    "/gestion/reglages",
    *(
        f"/gestion/reglages/{part}"
        for part in ("identite", "apparence", "champs", "actualites", "courriel", "comptes", "etat")
    ),
]
SCREENS = (*SCREENS, ("lemoine.helene", MANAGERS))
PAPERS = [
    "/facturation/factures/{invoice}.pdf",
    "/facturation/recus/{receipt}.pdf",
    "/eleves/2042/parcours.pdf",
    "/eleves/2042/attestations/inscription.pdf",
]


def numbers(portal: Server) -> dict[str, object]:
    """What stands in the braces: the same rows in the small portal and in the large one."""
    irina = portal.value("SELECT id FROM pupil WHERE number = 2042 AND site_id = 1")
    family = portal.account("aubry.claire")["family_id"]
    absence, attended = portal.rows(
        "SELECT id, course_id FROM absence WHERE pupil_id = ? AND NOT excused ORDER BY id", irina
    )[0]
    course = "SELECT min(id) FROM enrolment WHERE pupil_id = ? AND course_id = ?"
    return {
        "absence": absence,
        "account": portal.account("aubry.claire")["id"],
        "course": portal.value(course, irina, attended),
        "lesson": portal.value("SELECT min(id) FROM lesson WHERE course_id = ?", attended),
        "past": portal.value("SELECT min(id) FROM enrolment WHERE pupil_id = ? AND average IS NOT NULL", irina),
        "piece": portal.value("SELECT min(id) FROM piece WHERE pupil_id = ?", irina),
        "invoice": portal.value("SELECT number FROM invoice WHERE family_id = ? ORDER BY id", family),
        "receipt": portal.value(
            "SELECT number FROM payment WHERE family_id = ? AND state = 'cashed' ORDER BY id", family
        ),
        "year": portal.value("SELECT max(school_year) FROM course JOIN lesson ON course_id = course.id"),
        "message": portal.value("SELECT min(id) FROM inquiry WHERE family_id = ?", family),
        "letter": portal.value("SELECT min(id) FROM letter WHERE family_id = ?", family),
    }


def statements(portal: Server) -> dict[str, int]:
    """Screen -> statements of its GET."""
    found, known = {}, numbers(portal)
    for login, paths in SCREENS:
        person = Person(portal, login)
        for path in paths:
            answer = person.get(path.format(**known))
            assert answer.status_code == (404 if "YYYY" in path else 200), path
            found[f"{login} {path}"] = int(answer.headers["x-statements"])
        person.close()
    return found


def of_papers(portal: Server) -> dict[str, tuple[int, int]]:
    """Paper -> statements when it is written, and when it is asked for again. None was written before."""
    person, known, found = Person(portal, "aubry.claire"), numbers(portal), {}
    for table in ("paper", "certificate"):
        portal.rows(f"DELETE FROM {table}")
    for path in PAPERS:
        answers = [person.get(path.format(**known)) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200], path
        first, again = (int(answer.headers["x-statements"]) for answer in answers)
        found[path] = (first, again)
    person.close()
    return found


def of_events(portal: Server) -> dict[str, int]:
    """What a person does -> statements, the redrawing of every page that is open included: none closes before the end."""
    found: dict[str, int] = {}
    known, lesson = numbers(portal), "SELECT min(lesson.id) FROM lesson JOIN enrolment USING (course_id) "
    lesson += "WHERE pupil_id = (SELECT id FROM pupil WHERE number = 2042 AND site_id = 1) AND day > today() AND state = 'planned'"
    ticked = {f"lesson-{portal.value(lesson)}": "on"}
    claire, paul = Person(portal, "aubry.claire"), Person(portal, "renard.paul")
    with contextlib.ExitStack() as pages:

        def opened(person: Person, path: str) -> Tab:
            tab = pages.enter_context(Tab(person, path))
            tab.act("nothing of ours")
            return tab

        def count(name: str, act: Callable[..., object], *given: object, **values: object) -> None:
            before = int(httpx.get(f"{portal.url}/statements").text)
            act(*given, **values)
            found[name] = int(httpx.get(f"{portal.url}/statements").text) - before

        courses = opened(claire, "/eleves/2042/cours")
        for do, of in (("open", known["course"]), ("tab", "absences"), ("line", known["absence"]), ("line", 0)):
            count(f"{do} {of}", courses.act, do, of)
        history = opened(claire, "/eleves/2042/historique")
        count("find", history.act, "find-past", **{"find-past": "piano"})
        count("sort", history.act, "sort-past", 4)
        count("walk", history.act, "walk", "last")
        count("turn", history.act, "turn-past", 50)
        count("open", history.act, "open", known["past"])
        count("year", opened(claire, "/facturation/cotisations").act, "year", annee=str(known["year"]))
        count("announce", opened(claire, "/eleves/2042/absences").act, "announce", reason="Maladie", **ticked)
        notice = portal.value("SELECT max(id) FROM absence_notice")
        absences = opened(paul, f"/gestion/demandes?onglet=absences&demande={notice}")
        count("answer", absences.act, "decide", notice, verdict="accepted")
        count("save", opened(claire, "/famille").save, phone_mobile="06 12 34 56 78")
        office_tab = opened(paul, "/gestion/demandes?demande=3")
        count("search", office_tab.act, "search", search="Belkacem")
        count("next", office_tab.act, "next")
        office_tab.act("search", search="")
        office_tab.act("open", 3)
        count("decide", decide, office_tab, "accepted")
    claire.close()
    paul.close()
    return found


def one_of_each(portal: Server) -> None:
    """What the demonstration's people does not have: words about absences, of another family and of Claire's; money paid twice."""
    plant_canary(portal)
    absence = numbers(portal)["absence"]
    claires = Theirs(portal, "aubry.claire", 2042)
    claires.put(
        "absence_notice",
        state="pending",
        absence_id=absence,
        first_day="2026-11-10",
        last_day="2026-11-10",
        document="",
    )


AS_MADE = "as_made.db"


@pytest.fixture
def small(running_small: Server) -> Server:
    running_small.reset(AS_MADE)
    return running_small


@pytest.fixture
def large(running_large: Server) -> Server:
    running_large.reset(AS_MADE)
    return running_large


@pytest.fixture(scope="module")
def running_small(template: Path | str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("small"), template, entry=METER)
    one_of_each(server)
    server.keep(AS_MADE)
    yield server.start()
    server.leave()
    server.check_log()


@pytest.fixture(scope="module")
def running_large(template: Path | str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """300 families more with a bill and an absence each, 60 requests more in every queue; 12 pupils more with Claire, and
    60 past courses, marks, lessons, absences, pieces and bills more for Irina and her."""
    server = Server(tmp_path_factory.mktemp("large"), template, entry=METER)
    one_of_each(server)
    with server.connection() as opened:
        more = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
        columns = {table: [name for name in names if name != "id"] for table, names in server.tables.items()}

        def copies(table: str, count: int, where: str, **instead: str) -> None:
            values = ", ".join(instead.get(name, f'"{name}"') for name in columns[table])
            names = ", ".join(f'"{name}"' for name in columns[table])
            opened.execute(
                f"{more.format(count)} INSERT INTO {table} ({names}) SELECT {values} FROM {table}, n WHERE {where}"
            )

        other = "(SELECT id FROM family WHERE number = 90000 + i)"
        copies("family", 300, "number = 1077 AND site_id = 1", number="90000 + i")
        copies("letter", 300, f"id = {numbers(server)['letter']}", key="'L' || i", message_id="'<L' || i || '>'")
        copies("audit_entry", 60, "site_id = 1", reference="'a' || i", at="datetime(at, -i || ' days')")
        copies(
            "guardian",
            300,
            "rank = 1 AND family_id = (SELECT id FROM family WHERE number = 1077 AND site_id = 1)",
            family_id=other,
            last_name="'B' || i",
        )
        mine = "family_id = (SELECT family_id FROM account WHERE login = 'belkacem.samir') AND state = 'pending'"
        sheet = "(SELECT id FROM guardian WHERE last_name = 'B' || i)"
        copies("change_request", 60, mine, family_id=other, title="'Copie ' || i", sheet_id=sheet)
        request = "(SELECT id FROM change_request WHERE title = 'Copie ' || i)"
        copies("field_change", 60, mine, family_id=other, request_id=request)
        copies("pupil", 12, "number = 2043 AND site_id = 1", number="80000 + i")
        copies(
            "pupil_link",
            12,
            "pupil_id = (SELECT id FROM pupil WHERE number = 2043 AND site_id = 1)",
            pupil_id="(SELECT id FROM pupil WHERE number = 80000 + i)",
        )
        copies("invoice", 300, "number = '07000004'", family_id=other, number="'O' || i")
        copies(
            "absence_notice",
            60,
            "author_id <> 0 AND state = 'pending'",
            family_id=other,
            submitted_at="datetime(submitted_at, i || ' minutes')",
        )
        copies("inquiry", 60, "state = 'waiting'", family_id=other)
        copies("inquiry", 60, f"id = {numbers(server)['message']}")
        asked = f"(SELECT max(id) FROM inquiry WHERE family_id = {other})"
        copies("inquiry_turn", 60, "id = (SELECT min(id) FROM inquiry_turn)", family_id=other, inquiry_id=asked)
        copies("online_payment", 60, "state = 'differs'", family_id=other, reference="'r' || i", transaction="'t' || i")
        known = numbers(server)
        past = f"(SELECT course_id FROM enrolment WHERE id = {known['past']})"
        copies("course", 60, f"id = {past}", number="'P' || i")
        copies("course", 300, f"id = {past}", number="'N' || i", school_year=f"'{known['year']}'")
        course = "(SELECT id FROM course WHERE number = 'P' || i)"
        copies("enrolment", 60, f"id = {known['past']}", course_id=course)
        course, them = course.replace("'P'", "'N'"), "(SELECT id FROM pupil WHERE number = 2077)"
        copies("enrolment", 300, f"id = {known['past']}", course_id=course, pupil_id=them)
        assessed = f"SELECT min(id) FROM assessment WHERE course_id = {past}"
        copies("assessment", 60, f"id = ({assessed})", kind="'Devoir ' || i")
        irinas = (
            f"assessment_id = ({assessed}) AND pupil_id = (SELECT id FROM pupil WHERE number = 2042 AND site_id = 1)"
        )
        copies("mark", 60, irinas, assessment_id="(SELECT id FROM assessment WHERE kind = 'Devoir ' || i)")
        copies("lesson", 60, f"id = {known['lesson']}", day="date(day, -i || ' days')")
        copies("absence", 60, f"id = {known['absence']}", day="date(day, -i || ' days')")
        copies("piece", 60, f"id = {known['piece']}", work="'Pièce ' || i")
        claires = f"family_id = (SELECT family_id FROM invoice WHERE number = '{known['invoice']}')"
        latest = f"(SELECT max(id) FROM invoice WHERE {claires})"
        copies("absence_notice", 60, claires, absence_id="NULL", submitted_at="datetime(submitted_at, i || ' minutes')")
        copies("invoice", 60, f"id = {latest}", number="'M' || i")
        billed = "(SELECT id FROM invoice WHERE number = 'M' || i)"
        for table in ("invoice_line", "instalment"):
            before = f"invoice_id = (SELECT max(id) FROM invoice WHERE {claires} AND number NOT LIKE 'M%')"
            copies(table, 60, before, invoice_id=billed)
        copies("payment", 60, f"number = '{known['receipt']}'", number="'Q' || i")
        copies(
            "allocation",
            60,
            f"payment_id = (SELECT id FROM payment WHERE number = '{known['receipt']}')",
            payment_id="(SELECT id FROM payment WHERE number = 'Q' || i)",
            invoice_id=billed,
        )
    server.keep(AS_MADE)
    server.start()
    yield server
    server.leave()
    server.check_log()


@pytest.mark.skipif(not THOROUGH, reason="every act of eight screens, in two portals")
def test_what_a_person_does_asks_no_more_in_a_large_portal(small: Server, large: Server) -> None:
    few, many = of_events(small), of_events(large)
    assert {name: count for name, count in many.items() if count > few[name] + PAGED} == {}
    assert max(few.values()) < 120  # while eight pages are open


def test_every_screen_asks_few_questions(small: Server) -> None:
    counted = statements(small)
    bounds = {screen: MAX_FOR_FAMILIES if screen.startswith("aubry.claire ") else MAX for screen in counted}
    bounds |= {f"aubry.claire {path}": most for path, most in BOUNDS.items()}
    assert {screen: count for screen, count in counted.items() if count > bounds[screen]} == {}
    assert all(
        count > 0
        for screen, count in counted.items()
        if screen[1:] not in {"/mot-de-passe-perdu", "/identifiant-oublie", "/verifier"}
    )


@pytest.mark.skipif(not THOROUGH, reason="a second portal, with hundreds of everything")
def test_a_large_portal_asks_no_more_than_a_small_one(small: Server, large: Server) -> None:
    for table in ("change_request", "absence_notice"):
        assert large.value(f"SELECT count(*) FROM {table} WHERE state = 'pending'") > 60
    few, many = statements(small), statements(large)
    assert {path: (few[path], count) for path, count in many.items() if not 0 <= count - few[path] <= PAGED} == {}


def test_a_paper_asks_few_questions_and_fewer_the_second_time(small: Server, large: Server) -> None:
    few, many = of_papers(small), of_papers(large)
    assert many == few
    assert {path: counts for path, counts in few.items() if counts[0] > MAX_FOR_A_PAPER or counts[1] > MAX} == {}
    assert all(again < first for path, (first, again) in few.items() if "parcours" not in path)  # that one is not kept
