"""Every screen of the portal: what the server registers, with the demonstration's own numbers in the addresses."""

import re
from dataclasses import dataclass

from tests import import_states
from tests.server import Server
from tests.web import page_actions

NO_SCREENS = re.compile(  # files, machines' answers, addresses that lead on at once or need a key that was mailed
    r"\.(pdf|ics|csv|xlsx|zip|png|svg|webp|txt|json|webmanifest|css|html|{form})$|^/(healthz|readyz|metrics|deconnexion|documents|gestion)$"
    r"|^/documents/|/photo$|^/confirmer/|/solidite$|/retour/|^/facturation/reprendre|/retour$|/modeles?/|^/premier-demarrage"
    r"|^/paiement/|^/connexion/(second-facteur|attente)$|/apercu$|/fichier$|^/courriers/documents/|^/hors-ligne(/etat|/copie|\.js)$|^/\.well-known/|^/theme/"
)
WHO = {"ANYONE": "", "ACCOUNT": "aubry.claire", "FAMILY": "aubry.claire"} | dict.fromkeys(
    ("STAFF", "MANAGER", "IMPORTS"), "lemoine.helene"
)
FILLED = {
    "n",
    "family",
    "course",
    "kind",
    "line",
    "number",
    "code",
    "absence",
    "year",
    "tab",
    "account",
    "message",
    "about",
    "key",
}  # what _filled knows
SAID = {"{tab}", "{kind}"}  # words, that tell one screen from another
ALONE = {"/mot-de-passe/choisir": "nguyen.linh", "/mot-de-passe/second-facteur": "lemoine.helene"}
NUMBERED = {
    "groupes": "group_letter",
    "reinscriptions": "campaign",
    "imports": "import_run",
    "courriels": "letter",
    "journal": "audit_entry",
}
GROUP = "/gestion/courriels/groupes/{n}"
MERGING = "/gestion/familles/1042/reunir?avec=1043"
MORE = (
    ("", "/nowhere"),
    ("aubry.marc", "/eleves/2042/identite"),
    ("aubry.claire", "/eleves/2042/historique?r=zzzz"),
    ("belkacem.samir", "/facturation/locations"),
    ("belkacem.samir", "/"),
    ("nguyen.linh", "/mot-de-passe/choisir"),
    ("renard.paul", "/gestion/demandes"),
    ("renard.paul", "/gestion/demandes?onglet=absences"),
    ("renard.paul", "/gestion/demandes?onglet=messages"),
    ("renard.paul", "/gestion/demandes?onglet=traitees"),
    ("renard.paul", "/gestion/demandes?onglet=reinscriptions&traitees=1"),
    ("renard.paul", "/accessibilite"),
    ("aubry.claire", "/accessibilite"),
    ("aubry.claire", "/aide"),
)


@dataclass(frozen=True)
class Screen:
    """`pattern` as it is registered; `path` with numbers in it; who opens it ("" is a stranger)."""

    login: str
    path: str
    pattern: str

    @property
    def name(self) -> str:
        """As a file may be called: « famille », « eleves-n-cours-course », « eleves-n-cours-course-absences »."""
        called = self.pattern
        for part, value in zip(self.pattern.split("/"), self.path.split("/"), strict=False):
            if part in SAID:
                called = called.replace(part, value)
        return "-".join(re.findall(r"\w+", called.replace("é", "e"))) or "accueil"


def registered() -> list[tuple[str, str]]:
    """(pattern, audience) of every address that is read and shows a page."""
    reads = ((path, audience) for path, audience, _, methods in page_actions.registered() if "GET" in methods)
    return [(path, audience) for path, audience in reads if audience and not NO_SCREENS.search(path)]


def can_be_filled(pattern: str) -> bool:
    """What needs more than the demonstration has is opened by its own chapter's test."""
    return set(re.findall(r"{(\w+)}", pattern)) <= FILLED


def every_screen(portal: Server) -> list[Screen]:
    found = []
    for pattern, audience in registered():
        login = ALONE.get(pattern, WHO[audience])
        paths = [pattern] if "{" not in pattern else _filled(portal, pattern)
        found += [Screen(login, path, pattern) for path in paths]
    known = {(screen.login, screen.path) for screen in found}
    return found + [Screen(login, path, path) for login, path in MORE if (login, path) not in known]


def in_states(portal: Server) -> list[Screen]:
    """What stands nowhere before somebody acts: imports in each of their states, letters to groups, two families about to be one."""
    imports = [Screen("lemoine.helene", path, "/gestion/imports/{n}") for path in import_states.make(portal).values()]
    letters = [Screen("renard.paul", f"/gestion/courriels/groupes/{each}", GROUP) for each in _group_letters(portal)]
    return [*imports, *letters, Screen("renard.paul", MERGING, MERGING)]


def _group_letters(portal: Server) -> list[int]:
    """One that is written, and one that was sent and is to be accepted."""
    names = "site_id, subject, text, english, choice, asks, state, written_by, created_at, sent_at, version"
    for state, left in (("draft", None), ("sent", "2026-11-20 10:00:00.000000")):
        values = (
            *(1, "Le règlement intérieur", "Bonjour {nom},", "{}", '{"everyone": true}', 1, state, "Paul Renard"),
            *("2026-11-20 09:00:00.000000", left, 1),
        )
        portal.change(f"INSERT INTO group_letter ({names}) VALUES ({', '.join('?' * len(values))})", *values)
    sent, draft = (each for (each,) in portal.rows("SELECT id FROM group_letter ORDER BY id DESC LIMIT 2"))
    portal.change(
        "INSERT INTO group_recipient (site_id, family_id, letter_id, reach, asked, pupils, read_by, accepted_by) "
        "SELECT 1, id, ?, 'mail', 1, '[]', '', '' FROM family WHERE site_id = 1 LIMIT 60", sent,
    )  # fmt: skip
    return [draft, sent]


def _number(portal: Server, pattern: str) -> int:
    """What {n} counts there."""
    if pattern.startswith("/eleves"):
        return 2042
    table = next((name for word, name in NUMBERED.items() if word in pattern), "")
    return int(portal.value(f"SELECT coalesce(max(id), 0) FROM {table} WHERE site_id = 1")) if table else 1


def _filled(portal: Server, pattern: str) -> list[str]:
    """The pattern with what Claire Aubry's family and its conservatoire have. A new name in braces is told here."""
    irina = portal.value("SELECT id FROM pupil WHERE number = 2042 AND site_id = 1")
    family = portal.account("aubry.claire")["family_id"]
    attended = portal.rows(
        "SELECT e.id, a.id, e.course_id FROM absence a JOIN enrolment e ON e.course_id = a.course_id AND e.pupil_id = a.pupil_id "
        "WHERE a.pupil_id = ? ORDER BY a.excused, a.id", irina)[0]  # fmt: skip
    course, absence, of_course = attended
    marked = portal.rows(
        "SELECT e.id, m.id FROM mark m JOIN assessment s ON s.id = m.assessment_id "
        "JOIN enrolment e ON e.course_id = s.course_id AND e.pupil_id = m.pupil_id WHERE m.pupil_id = ? ORDER BY m.id", irina)[0]  # fmt: skip
    tabs = {
        "cours": (course, portal.value("SELECT min(id) FROM lesson WHERE course_id = ?", of_course)),
        "absences": (course, absence),
        "evaluations": marked,
    }
    lines = "{line}" in pattern
    ways = [
        {"tab": tab, "course": in_, "line": line} if lines else {"tab": tab, "course": in_}
        for tab, (in_, line) in tabs.items()
    ]
    paths = []
    for way in ways if "{tab}" in pattern else [{}]:
        values: dict[str, object] = {
            "n": _number(portal, pattern),
            "family": 1042,
            "account": portal.account("aubry.claire")["id"],
            "course": course,
            "kind": "cotisations",
            "line": portal.value("SELECT min(id) FROM enrolment WHERE pupil_id = ? AND average IS NOT NULL", irina)
            if "historique" in pattern
            else portal.value("SELECT min(id) FROM piece WHERE pupil_id = ?", irina),
            "number": portal.value("SELECT number FROM invoice WHERE family_id = ? ORDER BY id", family)
            if "factures" in pattern
            else portal.value(
                "SELECT number FROM payment WHERE family_id = ? AND state = 'cashed' ORDER BY id", family
            ),
            "code": "ZZZZZZZZZZ",
            "absence": absence,
            "message": portal.value("SELECT max(id) FROM inquiry WHERE family_id = ?", family),
            "about": "facture",
            "key": portal.value("SELECT max(id) FROM invoice WHERE family_id = ?", family),
            "year": portal.value(
                "SELECT max(i.school_year) FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id WHERE l.pupil = 'Irina Aubry'"
            ),
            **way,
        }
        if can_be_filled(pattern) and values["n"]:
            paths.append(pattern.format(**values))
    return paths
