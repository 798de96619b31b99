"""The sheet of a personal data breach (GDPR, article 33): what the portal knows of it, and what the « responsable » writes.

The portal keeps none of what is typed: a breach may be the portal's own. The PDF is what is sent and filed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import func
from sqlmodel import SQLModel, col, select

from data.accounts.models import Account
from data.core import audit, formats, sites
from data.core.audit import Action, AuditEntry
from data.core.errors import UserError
from data.core.fields import read_date
from data.core.i18n import _
from data.core.plain_text import tidy, tidy_lines
from data.core.roles import Role
from data.core.unit_of_work import UnitOfWork
from data.families.models import Family, Guardian, Pupil
from data.pdf.statement import Chapter, Statement
from data.privacy import register

HOURS = timedelta(hours=72)  # until the authority is told
ADULT_YEARS = 18
MAX_TEXT = 4000  # characters
NATURES = {
    "confidentiality": _("Confidentialité : des données ont été lues ou copiées"),
    "integrity": _("Intégrité : des données ont été changées"),
    "availability": _("Disponibilité : des données sont perdues ou inaccessibles"),
}
WHAT = (  # field, label
    ("what", _("Ce qui s’est passé, et comment on l’a su")),
    ("data", _("Données concernées")),
    ("people", _("Personnes concernées : combien, lesquelles")),
)
AFTER = (
    ("consequences", _("Conséquences probables pour ces personnes")),
    ("taken", _("Mesures prises")),
    ("planned", _("Mesures à prendre, par qui et quand")),
    ("told", _("Personnes concernées : informées quand et comment, ou pourquoi non (article 34)")),
    ("delay", _("Si la CNIL est informée après 72 heures : pourquoi")),
)


@dataclass(frozen=True)
class Known:
    """Persons by category, and since when the journal tells."""

    counts: list[tuple[str, int]]
    journal_since: datetime | None


def known(uow: UnitOfWork) -> Known:
    uow.manager_only()

    def count(table: type[SQLModel], *where: object) -> int:
        return uow.count(select(func.count(table.id)).where(*where))  # type: ignore[attr-defined, arg-type]

    born = uow.today.replace(year=uow.today.year - ADULT_YEARS, day=min(uow.today.day, 28))
    counts = [
        (_("Familles"), count(Family)),
        (_("Adultes des familles"), count(Guardian)),
        (_("Élèves"), count(Pupil)),
        (_("dont mineurs, ou sans date de naissance"), count(Pupil, ~(col(Pupil.birth_date) <= born).is_(True))),
        (_("Comptes des familles"), count(Account, col(Account.role) == Role.FAMILY)),
        (_("Comptes du personnel"), count(Account, col(Account.role) != Role.FAMILY)),
    ]
    return Known(
        [(uow.translate(label), many) for label, many in counts],
        uow.one(select(AuditEntry.at).order_by(col(AuditEntry.at))),
    )


def moment_of(uow: UnitOfWork, typed: str) -> datetime | None:
    """« 24/11/2026 10:15 », « 24/11/2026 10 h », by the site's clock; nothing when it cannot be read."""
    found = re.fullmatch(r"(.{6,10}?)(?:[ ,à]+(\d\d?)(?: ?[:h] ?(\d\d)?)?)?", typed.strip()[:40])
    try:
        day = read_date(found[1].strip()) if found else None
        clock = time(int(found[2] or 0), int(found[3] or 0)) if found else time()
    except (UserError, ValueError):
        return None
    return datetime.combine(day, clock, sites.here(uow).zone) if day else None


def sheet(uow: UnitOfWork, typed: Mapping[str, str]) -> Statement:
    """What was left empty is written by hand. The journal keeps that a sheet was made, and nothing of it."""
    found, site = known(uow), sites.here(uow)
    begun, noticed = (moment_of(uow, typed.get(name, "")) for name in ("begun", "noticed"))
    audit.note_record(uow, Action.BREACH_SHEET, site)

    def said(moment: datetime | None, name: str = "") -> str:
        return formats.moment(moment, site.zone, uow.language) if moment else tidy(typed.get(name, "")[:40])

    def written(fields: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
        return [(uow.translate(label), tidy_lines(typed.get(name, "")[:MAX_TEXT])) for name, label in fields]

    nature = [uow.translate(text) for name, text in NATURES.items() if name in typed]
    fact, language = register.fact, uow.language
    when = (
        (uow.translate("Début"), said(begun, "begun")),
        (uow.translate("Constatée le"), said(noticed, "noticed")),
        (uow.translate("À notifier à la CNIL avant le"), said(noticed + HOURS if noticed else None)),
        (uow.translate("Notifiée le, sous le numéro"), ""),
        (uow.translate("Nature"), "\n".join(nature)),
    )
    who = (
        (uow.translate("Organisme"), fact(site, "publisher", language)),
        (uow.translate("Service"), site.name),
        (uow.translate("Coordonnées"), register.reach(site, language)),
        (uow.translate("Délégué à la protection des données"), fact(site, "dpo", language)),
        (uow.translate("Hébergement"), fact(site, "host", language)),
    )
    chapters = (
        Chapter(uow.translate("Responsable du traitement"), facts=who),
        Chapter(uow.translate("Quand et quoi"), facts=(*when, *written(WHAT))),
        Chapter(
            uow.translate("Ce que le portail contient"),
            heads=(uow.translate("Personnes"), uow.translate("Nombre")),
            rows=[(label, str(many)) for label, many in found.counts],
        ),
        Chapter(uow.translate("Journal"), [extract(uow, found, begun)]),
        Chapter(uow.translate("Suites"), facts=written(AFTER)),
        Chapter(uow.translate("Signature"), facts=((uow.translate("Nom, date et signature"), ""),)),
    )
    return Statement(uow.translate("Violation de données personnelles"), chapters, language, uow.today)


def extract(uow: UnitOfWork, found: Known, begun: datetime | None) -> str:
    """Which part of the journal belongs to the sheet, as far as it reaches."""
    zone, language = sites.here(uow).zone, uow.language
    first = max(filter(None, (begun, found.journal_since)), default=uow.now)
    sentence = uow.translate(
        "Extrait à joindre : du {first} au {last} (« Journal », « Exporter »).",
        first=formats.moment(first, zone, language),
        last=formats.moment(uow.now, zone, language),
    )
    if begun and found.journal_since and begun < found.journal_since:
        sentence += " " + uow.translate("Le journal ne remonte pas jusqu’au début des faits.")
    return sentence
