"""A family whose every word says whose it is: what must not be read elsewhere, and the addresses that would show it."""

import io
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx
from pypdf import PdfReader

from tests.server import Server

CANARY = "Zzmarq"
PHONES = {"phone_mobile": "+33611111199", "phone_home": "+33622222299"}
TEXTS = {
    "guardian": "first_name last_name address complement town emergency_contact profession",
    "change_request": "title",
    "pupil": "birth_place school school_class insurance address discipline",
}
GIVEN: dict[str, Any] = {"DATE": "2026-11-10", "DATETIME": "2026-11-10 10:00:00.000000", "JSON": "{}"}
TABS = {"cours": "lesson", "evaluations": "mark", "absences": "absence"}
_names = itertools.count(1)


@dataclass
class Theirs:
    """The family's numbers: `rows` by table, as they were put there."""

    portal: Server
    login: str
    number: int  # of the pupil's dossier
    site: int = 1
    year: str = ""
    rows: dict[str, list[int]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    @property
    def family(self) -> int:
        return int(self.portal.account(self.login)["family_id"])

    @property
    def pupil(self) -> int:
        return int(self.portal.value("SELECT id FROM pupil WHERE number = ? AND site_id = ?", self.number, self.site))

    def put(self, table: str, **given: Any) -> int:
        """A row of theirs; every text that is not given is the mark and the column's name."""
        own: dict[str, Any] = {"site_id": self.site, "family_id": self.family, "pupil_id": self.pupil}
        values = {}
        for name, kind, must in self.portal.beneath.columns[table]:
            if name != "id" and (must or name in given or name in own):
                values[name] = given.get(name, own.get(name, self._marked(name, kind)))
        names, marks = ", ".join(f'"{name}"' for name in values), ", ".join("?" * len(values))
        self.portal.change(f"INSERT INTO {table} ({names}) VALUES ({marks})", *values.values())
        self.rows.setdefault(table, []).append(self.portal.value(f"SELECT max(id) FROM {table}"))
        return self.rows[table][-1]

    @staticmethod
    def _marked(name: str, kind: str) -> Any:
        """The mark and the column's name, as much of it as the column holds."""
        word, _, length = kind.rstrip(")").partition("(")
        return f"{CANARY}{name}"[: int(length) if length else None] if word == "VARCHAR" else GIVEN.get(kind, 0)

    def file(self, content: bytes = CANARY.encode()) -> str:
        """A file in the portal, under a name as the portal gives them."""
        name = f"{next(_names):08x}" * 4
        stored = self.portal.folder / "files" / str(self.site)
        stored.mkdir(parents=True, exist_ok=True)
        (stored / name).write_bytes(content)
        self.files.append(name)
        return name

    def one(self, table: str) -> int:
        return self.rows[table][0]

    def of(self, table: str, column: str) -> Any:
        return self.portal.value(f"SELECT {column} FROM {table} WHERE id = ?", self.one(table))


def plant_canary(portal: Server, login: str = "belkacem.samir", number: int = 2077, *, shared: bool = False) -> Theirs:
    """All that a family can have, in every table. `shared`: the pupil is another household's too, and keeps its words."""
    theirs = Theirs(
        portal,
        login,
        number,
        year=portal.value("SELECT max(school_year) FROM course JOIN lesson ON course_id = course.id"),
    )
    for table, columns in TEXTS.items():
        if not (shared and table == "pupil"):
            whose, key = ("id", theirs.pupil) if table == "pupil" else ("family_id", theirs.family)
            changes = ", ".join(f"{column} = '{CANARY}{column}'" for column in columns.split())
            portal.rows(f"UPDATE {table} SET {changes} WHERE {whose} = ?", key)
    portal.rows("UPDATE field_change SET new = ?, old = ? WHERE family_id = ?", *PHONES.values(), theirs.family)
    for kind in ("photo", "absence"):
        theirs.put("stored_file", giver_id=theirs.family, name=theirs.file(), kind=kind, media_type="image/jpeg")
    if not shared:
        _school(theirs)
    _money(theirs)
    _written_about(theirs)
    _re_enrols(theirs)
    _asked(theirs)
    _written(theirs)
    _to_its_group(theirs)
    _access(theirs)
    return theirs


def _school(theirs: Theirs) -> None:
    """A course that nobody else attends, this year and in a year gone by; an evening of music."""
    for year in (theirs.year, "2019-2020"):
        course = theirs.put("course", school_year=year, number=f"ZZ {year}", teacher_id=None, weekday=2)
        theirs.put("enrolment", course_id=course, status="enrolled", average=1400)
        theirs.put("lesson", course_id=course, state="planned")
        theirs.put("mark", assessment_id=theirs.put("assessment", course_id=course, scale=2000), value=1234)
        theirs.put("absence", course_id=course)
    theirs.put("piece", performance_id=theirs.put("performance"))


def _money(theirs: Theirs) -> None:
    for ledger in ("tuition", "rental"):
        own = {"ledger": ledger, "school_year": theirs.year}
        bill = theirs.put("invoice", **own, number=f"{CANARY}-F-{ledger}", nature="invoice", total=77_700)
        theirs.put("invoice_line", invoice_id=bill, rank=1, quantity=100, unit=77_700, cents=77_700, pupil="")
        theirs.put("instalment", invoice_id=bill, cents=77_700, due_day="2026-12-01")
        paid = theirs.put("payment", **own, number=f"{CANARY}-R-{ledger}", cents=11_100, state="cashed")
        theirs.put("allocation", invoice_id=bill, payment_id=paid, credit_id=None, cents=11_100)
    name = theirs.portal.value("SELECT first_name || ' ' || last_name FROM pupil WHERE id = ?", theirs.pupil)
    theirs.portal.change("UPDATE invoice_line SET pupil = ? WHERE id = ?", name, theirs.one("invoice_line"))
    for reference, state, transaction in (("facefeed" * 3, "refused", None), ("facefade" * 3, "differs", CANARY)):
        theirs.put(
            "online_payment",
            reference=reference,
            gateway="simulator",
            account_id=theirs.portal.account(theirs.login)["id"],
            ledger="rental",
            chosen=f"[[{theirs.rows['invoice'][1]}, 66600]]",
            cents=66_600,
            state=state,
            transaction=transaction,
        )
    theirs.put(
        "certificate",
        kind="enrolment",
        school_year=theirs.year,
        code="ZZZZZZZZZZ",
        initials="Z. B.",
        facts=f'{{"pupil": "{CANARY}"}}',
    )
    theirs.put("paper", name=theirs.file(b"%PDF-1.7 " + CANARY.encode()), subject=f"invoice:{CANARY}-F-rental:fr:0")


def _written_about(theirs: Theirs) -> None:
    """What the family wrote of absences: it waits, it was answered, it justifies one."""
    absence = theirs.rows.get("absence", [None])[0]
    days = {"first_day": "2026-11-10", "last_day": "2026-11-12"}
    author = theirs.portal.account(theirs.login)["id"]
    for state in ("pending", "declined"):
        theirs.put(
            "absence_notice", **days, state=state, author_id=author, document=theirs.files[1], absence_id=absence
        )


def _asked(theirs: Theirs) -> None:
    """What the family wrote to the office of a bill, and what it was answered."""
    author = theirs.portal.account(theirs.login)["id"]
    for state in ("waiting", "answered"):
        asked = theirs.put(
            "inquiry", about="invoice", about_id=theirs.one("invoice"), state=state, closed_by="", author_id=author
        )
        theirs.put("inquiry_turn", inquiry_id=asked, side="family", author_id=author)


def _re_enrols(theirs: Theirs) -> None:
    """What the family ticked, wrote, gave and sent; a model that everybody of the campaign may read is nobody's."""
    portal = theirs.portal
    campaign = portal.value("SELECT id FROM campaign WHERE site_id = ? ORDER BY state = 'active' DESC", theirs.site)
    own = {
        "campaign_id": campaign,
        "author_id": portal.account(theirs.login)["id"],
        "way": "administrative",
        "chosen": "[]",
    }
    theirs.file(b"a model")
    asked = theirs.put("required_document", campaign_id=campaign, departments="[]", cycles="[]", sensitive="", required=0,
                       label="Autorisation", hint="", model=theirs.files.pop(), model_name="modele.pdf", model_type="application/pdf")  # fmt: skip
    for table in ("supplied_document", "reenrolment_wish"):
        portal.rows(f"DELETE FROM {table} WHERE pupil_id = ? AND family_id = ?", theirs.pupil, theirs.family)
    theirs.put("reenrolment_wish", **own)
    theirs.put("reenrolment", **own, household_id=theirs.family, state="submitted", made="[]", version=1)
    theirs.put("supplied_document", campaign_id=campaign, document_id=asked, file_id=theirs.rows["stored_file"][0],
               state="received", times=1, version=1, author_id=own["author_id"])  # fmt: skip


def _written(theirs: Theirs) -> None:
    """A letter of theirs in each state, the address of their agenda, what the journal says of them."""
    author = theirs.portal.account(theirs.login)["id"]
    text = f'[["p", "{CANARY} dit"], ["foot", "", "", ""]]'
    for state in ("sent", "waiting", "failed"):
        theirs.put("letter", state=state, account_id=author, kind="password_changed", blocks=text, language="fr",
                   key=f"{CANARY}{state}", secret="", error="", attempts=1, needle=CANARY.lower())  # fmt: skip
    theirs.put("agenda_key", account_id=author, token_hash="0" * 64)
    theirs.put("audit_entry", action="change asked", subject="pupil", subject_id=theirs.pupil, at="2026-11-10 10:00:00.000000",
               changes=f'{{"school": ["", "{CANARY}"]}}', actor_id=author)  # fmt: skip


def _access(theirs: Theirs) -> None:
    """A letter on paper that a « responsable » had printed."""
    batch = theirs.put("access_batch", how="letter", state="done", file=theirs.file(f"%PDF-1.7 {CANARY}".encode()),
                       created_at="2026-11-10 10:00:00.000000", author_id=1)  # fmt: skip
    theirs.put("access_item", batch_id=batch, account_id=theirs.portal.account(theirs.login)["id"], state="done")
    theirs.put("audit_entry", action="access batch", subject="access_batch", subject_id=batch, role="responsable",
               at="2026-11-10 10:00:00.000000", changes="{}")  # fmt: skip


def _to_its_group(theirs: Theirs) -> None:
    """A letter to a group that this family alone got, with a document of the office's."""
    sent = "2026-11-10 10:00:00.000000"
    letter = theirs.put("group_letter", state="sent", choice="{}", english="{}", sent_at=sent)
    file = theirs.file(b"%PDF-1.7 " + CANARY.upper().encode())
    theirs.put("group_document", letter_id=letter, file=file, media_type="application/pdf")
    theirs.put("group_recipient", letter_id=letter, reach="mail", asked=1, pupils="[]", written_at=sent)


def addresses(theirs: Theirs, patterns: Iterable[str]) -> dict[str, str]:
    """Address -> its pattern: each pattern of the routes with the family's own numbers in it, each way it can be said."""
    found = {}
    for pattern in patterns:
        if "{" not in pattern:
            found[pattern] = pattern
            continue
        for values in _ways(theirs, pattern):
            address = pattern
            for name in re.findall(r"{(\w+)}", pattern):
                address = address.replace("{" + name + "}", str(values[name]))
            found[address] = pattern
    return found


def _ways(theirs: Theirs, pattern: str) -> list[dict[str, object]]:
    """What stands in the braces. A name that is not known here is a new kind of address: say its values."""
    plain: dict[str, object] = {
        "n": theirs.number,
        "course": theirs.rows.get("enrolment", [1])[0],
        "year": theirs.year,
        "campaign": theirs.of("reenrolment", "campaign_id"),
        "reference": theirs.of("online_payment", "reference"),
        "payment": theirs.of("online_payment", "reference"),
        "kind": "locations",
        "gateway": "simulator",
        "token": "x" * 43,
        "code": theirs.of("certificate", "code"),
        "colour": "7a1f3d",
        "site": theirs.site,
        "notice": theirs.one("absence_notice"),
        "message": theirs.one("inquiry"),
        "about": "facture",
        "key": theirs.one("invoice"),
        "document": theirs.one("required_document"),
        "document_id": theirs.one("group_document"),
        "language": "fr",
        "mark": "192",
        "form": "csv",
        "piece": 1,
        "family": theirs.portal.value("SELECT number FROM family WHERE id = ?", theirs.family),
        "account": theirs.portal.account(theirs.login)["id"],
        "batch": theirs.one("access_batch"),
    }
    if pattern.startswith("/gestion/courriels/groupes/"):
        return [{**plain, "n": theirs.one("group_letter")}]
    if pattern.startswith("/gestion/reinscriptions/"):
        campaign = theirs.of("supplied_document", "campaign_id")
        papers = ("dossiers", "manques", "classes", "etiquettes") if "{paper}" in pattern else ("",)
        return [{**plain, "n": campaign, "paper": paper} for paper in papers]
    if "{tab}" in pattern:
        return [{**plain, "tab": tab, "line": theirs.rows.get(table, [1])[0]} for tab, table in TABS.items()]
    if "{line}" in pattern:
        key = theirs.rows.get("enrolment", [1])[-1] if "historique" in pattern else theirs.rows.get("piece", [1])[0]
        return [{**plain, "line": key}]
    if "{number}" in pattern:
        table = "invoice" if "factures" in pattern else "payment"
        return [{**plain, "number": number} for (number,) in theirs.portal.rows(
            f"SELECT number FROM {table} WHERE family_id = ? AND number LIKE 'Zzmarq%'", theirs.family)]  # fmt: skip
    if "{name}" in pattern:
        return [{**plain, "name": name} for name in theirs.files]
    return [plain]


def text_of_answer(answer: httpx.Response) -> str:
    """All that an answer says; of a PDF, its text too."""
    if answer.headers.get("content-type") != "application/pdf" or not answer.content.endswith(b"%%EOF\n"):
        return answer.text
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)


def assert_nothing_of_theirs(text: str, address: str = "") -> None:
    assert CANARY.lower() not in text.lower(), address
    assert not re.search("06 ?11 ?11 ?11 ?99|33611111199|33622222299", text), address


def snapshot(
    portal: Server, *, besides: int | None = None, site: int | None = None
) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the portal (of one `site`), but for those of one family (`besides`) and its pupils.

    Sessions' last activity, the journal and the counted attempts are no rows of anybody's.
    """
    linked = f"SELECT pupil_id FROM pupil_link WHERE family_id = {besides}"
    asked = {}
    for table, columns in portal.tables.items():
        if table in {"throttle", "alembic_version", "audit_entry"}:
            continue
        stored = ", ".join(f'"{column}"' for column in columns if column != "seen_at")
        conditions = [f"site_id = {site}"] if site and "site_id" in columns else []
        if site and table == "site":
            conditions = [f"id = {site}"]
        if besides and "family_id" in columns:
            conditions.append(f"(family_id IS NULL OR family_id <> {besides})")
        elif besides and ("pupil_id" in columns or table == "pupil"):
            conditions.append(f"{'id' if table == 'pupil' else 'pupil_id'} NOT IN ({linked})")
        where = " AND ".join(conditions) or "1 = 1"
        asked[table] = f"SELECT {stored} FROM {table} WHERE {where}"
    with portal.connection() as opened:
        return {table: sorted(opened.execute(question).fetchall(), key=repr) for table, question in asked.items()}
