"""« Vos papiers »: what a family keeps of each school year, by pupil: certificates, what it sent and was accepted, bills, letters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from components.layout.layout import head, way_back
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import Content, ending
from components.ui.own_words import own, own_text
from components.ui.status_chip import status_chip
from data.billing import models as billing
from data.billing import pdf_archive
from data.billing.models import Entry, EntryState, Invoice, Nature
from data.core import formats
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families.models import Pupil
from data.group_letters import reading
from data.reenrolment import papers as reenrolment_papers
from data.reenrolment.models import ReenrolmentState, Way
from data.schooling import models as schooling

PATH = "/papiers"
PDF, READ = _("PDF"), _("Lire en ligne")
Link = tuple[str, str]  # what it is called, where it leads


@dataclass(frozen=True)
class Paper:
    """One line: what it is, what is to be known of it, how it is opened."""

    title: Content
    about: Content
    links: Sequence[Link]


@dataclass
class Year:
    """The papers of a school year: by pupil, then of the whole family."""

    pupils: dict[int, list[Paper]] = field(default_factory=dict)
    bills: list[Paper] = field(default_factory=list)
    letters: list[Paper] = field(default_factory=list)


@screen(PATH, Audience.FAMILY, title=_("Vos papiers"))
def papers(uow: UnitOfWork) -> None:
    topics = [("family", uow.family_id or 0), ("account letters", uow.account_id or 0)]
    Panel(uow, _draw, follows=topics, classes="flow")


def _draw(uow: UnitOfWork) -> Markup:
    pupils = [pupil for pupil, _link in families.pupils(uow)]
    years = _gathered(uow, pupils)
    under = uow.translate("Attestations, factures, reçus et pièces acceptées, par année scolaire.")
    top = html.p(way_back(uow.translate("Accueil"), "/")) + head(uow.translate("Vos papiers"), under)
    if not years:
        text = uow.translate("Aucun papier pour l’instant. Attestations, factures et reçus paraîtront ici.")
        return top + html.p(text, class_="card")
    shown = sorted(years, reverse=True)
    now = formats.school_year(uow.today)
    return top + Markup("").join(
        _year(uow, year, years[year], pupils, opened=year >= now or year == shown[0]) for year in shown
    )


def _year(uow: UnitOfWork, year: str, held: Year, pupils: Sequence[Pupil], *, opened: bool) -> Markup:
    """Earlier years are folded."""
    groups = [
        *((pupil.full_name, held.pupils.get(pupil.id, [])) for pupil in pupils),
        (uow.translate("Facturation"), held.bills),
        (uow.translate("Courriers acceptés"), held.letters),
    ]
    lists = [
        html.section(
            html.h3(title),
            html.ul((_line(uow, each, f"{title}, {year}") for each in lines), class_="tasks papers"),
            class_="of-home",
        )
        for title, lines in groups
        if lines
    ]
    title = html.h2(uow.translate("Année {year}", year=year))
    return html.details(
        html.summary(title), html.div(lists, class_="flow"), open=opened, class_="folded year-of-papers"
    )


def _line(uow: UnitOfWork, paper: Paper, whose: str) -> Markup:
    about = ending(uow.language, paper.title, ", ", whose)
    links = [
        html.a(icon("paper") if label == PDF else None, uow.translate(label), about, href=href)
        for label, href in paper.links
    ]
    under = html.span(paper.about, class_="small soft") if paper.about else None
    return html.li(html.span(html.strong(paper.title), under), html.div(links, class_="links-row"))


def _gathered(uow: UnitOfWork, pupils: Sequence[Pupil]) -> dict[str, Year]:
    years: dict[str, Year] = {}
    entries = [entry for account in billing.accounts(uow).values() for entry in account.entries]

    def of(year: str) -> Year:
        return years.setdefault(year, Year())

    for year, pupil_id, paper in (*_certificates(uow, pupils, entries), *_of_reenrolment(uow, pupils)):
        of(year).pupils.setdefault(pupil_id, []).append(paper)
    for entry in sorted(entries, key=lambda each: each.row.day, reverse=True):
        if entry.state != EntryState.REJECTED:
            of(entry.row.school_year).bills.append(_bill(uow, entry))
    for letter, accepted_at, copy in reading.accepted(uow):
        day = accepted_at.astimezone(uow.zone).date()
        about = uow.translate("accepté le {day}", day=formats.day(day))
        paper = Paper(
            own_text(uow, letter, "subject"), about, [(_("Lire"), f"/mot-de-passe/courriers?courrier={copy}")]
        )
        of(formats.school_year(day)).letters.append(paper)
    return years


def _certificates(
    uow: UnitOfWork, pupils: Sequence[Pupil], entries: Sequence[Entry]
) -> Iterator[tuple[str, int, Paper]]:
    """Of enrolment for this year; of payment for each year in which the pupil was billed for something."""
    now, coming = formats.school_year(uow.today), schooling.coming(uow, [pupil.id for pupil in pupils])
    invoices = {
        entry.row.id: entry.row.school_year
        for entry in entries
        if isinstance(entry.row, Invoice) and entry.row.nature == Nature.INVOICE
    }
    billed = {(invoices[at], name) for at, name in billing.pupils_billed(uow, [*invoices])}
    for pupil in pupils:
        path = f"/eleves/{pupil.number}/attestations"
        if pdf_archive.certified(each for each in coming[pupil.id] if each.course.school_year == now):
            yield now, pupil.id, _certificate(uow, _("Attestation d’inscription"), f"{path}/inscription")
        for year in sorted(year for year, name in billed if name == pupil.full_name):
            yield year, pupil.id, _certificate(uow, _("Attestation de paiement"), f"{path}/paiement-{year}")


def _certificate(uow: UnitOfWork, title: str, path: str) -> Paper:
    return Paper(uow.translate(title), "", [(PDF, f"{path}.pdf"), (READ, f"{path}/lire")])


def _of_reenrolment(uow: UnitOfWork, pupils: Sequence[Pupil]) -> Iterator[tuple[str, int, Paper]]:
    numbers = {pupil.id: pupil.number for pupil in pupils}
    about: Content
    for sent, year in reenrolment_papers.requests(uow):
        if sent.pupil_id in numbers:
            text = _("Demande de départ") if sent.way == Way.LEAVING else _("Demande de réinscription")
            about = status_chip(uow, ReenrolmentState(sent.state))
            href = f"/eleves/{numbers[sent.pupil_id]}/reinscription/{sent.campaign_id}.pdf"
            yield year, sent.pupil_id, Paper(uow.translate(text), about, [(PDF, href)])
    for each in reenrolment_papers.accepted(uow):
        if each.supplied.pupil_id in numbers:
            day = each.supplied.decided_at
            about = uow.translate("acceptée le {day}", day=formats.day(day.astimezone(uow.zone).date())) if day else ""
            links = [(_("Consulter"), f"/documents/{each.file}")]
            yield each.school_year, each.supplied.pupil_id, Paper(own_text(uow, each.wanted, "label"), about, links)


def _bill(uow: UnitOfWork, entry: Entry) -> Paper:
    """« Facture n° 26000014 », its day, what for, how much, how it stands."""
    row = entry.row
    if isinstance(row, Invoice):
        text = _("Avoir n° {number}") if row.nature == Nature.CREDIT else _("Facture n° {number}")
        path = f"/facturation/factures/{row.number}"
    else:
        text, path = _("Reçu n° {number}"), f"/facturation/recus/{row.number}"
    about = (
        f"{formats.day(row.day)} · ",
        own(uow, row.label),
        f" · {formats.euros(entry.amount, uow.language)} ",
        status_chip(uow, entry.state),
    )
    return Paper(uow.translate(text, number=row.number), about, [(PDF, f"{path}.pdf"), (READ, f"{path}/lire")])
