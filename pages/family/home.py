"""« Accueil »: what needs doing, the pupils, what is due, what was asked."""

from datetime import timedelta

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import Content
from components.ui.own_words import filled, own, own_text
from data.accounts import models as accounts
from data.billing import models as billing
from data.billing import online_payments
from data.billing.models import EntryState, Ledger
from data.change_requests import models as change_models
from data.change_requests import submission as change_requests
from data.change_requests.models import ChangeState
from data.core import formats
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families.models import Pupil, PupilLink, Rights
from data.office import news
from data.reenrolment import due as reenrolment_due
from data.schooling import absences, results
from data.schooling import models as schooling
from data.schooling.absences import Missed
from data.schooling.models import Attended, Lesson
from data.schooling.results import Marked
from pages.family import reenrolment_notice, requests
from pages.family.billing import balance_words
from pages.family.requests import BILLING

Accounts = dict[Ledger, billing.Account]


@screen("/", Audience.FAMILY, title=_("Accueil"))
def home(uow: UnitOfWork) -> None:
    topics = [("family", uow.family_id or 0), ("news", uow.site_id or 0), ("campaigns", uow.site_id or 0)]
    Panel(uow, _draw, follows=topics, classes="flow")


def _draw(uow: UnitOfWork) -> Markup:
    (adults, me), mine = accounts.adults(uow), change_requests.of_the_family(uow, requests.LATEST)
    ledgers, pupils = billing.accounts(uow), absences.of_the_pupils(uow)
    standing = reenrolment_due.standing(uow, [(pupil, link) for pupil, link, _ in pupils])
    people: list[families.Record] = [*adults, *(pupil for pupil, *_ in pupils)]
    sources = requests.Sources(mine, (standing.sent, standing.given), ledgers, people)
    first = me.called if me else uow.name
    when = formats.long_day(uow.today, uow.language)
    under = uow.translate(
        "{day} · année scolaire {year}", day=when[:1].upper() + when[1:], year=formats.school_year(uow.today)
    )
    return (
        head(uow.translate("Bonjour {name}", name=first).strip(), under)
        + reenrolment_notice.draw(uow, standing.due)
        + _to_do(uow, adults, mine)
        + _late(uow, ledgers)
        + _news(uow)
        + html.div(
            _pupils(uow, pupils),
            _balance(uow, ledgers),
            requests.card(uow, sources),
            class_="cards",
        )
    )


def _to_do(uow: UnitOfWork, adults: list[families.Guardian], mine: list[change_models.Asked]) -> Markup:
    notices = []
    if any(
        change.state == ChangeState.PENDING and change.confirm_hash and not change.confirmed_at for _, change, _ in mine
    ):
        notices.append(uow.translate("Confirmez votre nouvelle adresse e-mail par le lien que vous y avez reçu."))
    if not any(adult.email for adult in adults):
        notices.append(
            uow.translate(
                "Aucune adresse e-mail n’est enregistrée : ajoutez-la dans votre fiche pour recevoir nos réponses."
            )
        )
    return Markup("").join(
        html.div(
            icon("info"),
            html.p(text),
            html.a(uow.translate("Ouvrir la fiche"), href="/famille"),
            class_="notice leads pending",
        )
        for text in notices
    )


def _news(uow: UnitOfWork) -> Markup:
    """What the conservatoire tells everybody."""
    found = news.current(uow)
    if not found:
        return Markup("")
    lines = [html.li(html.h3(own_text(uow, each, "title")), html.p(own_text(uow, each, "body"))) for each in found]
    title = html.h2(uow.translate("Actualités"))
    return html.section(
        title,
        html.ul(lines, class_="list news"),
        class_="card flow-card",
        aria_label=uow.translate("Actualités"),
    )


def _late(uow: UnitOfWork, accounts: Accounts) -> Markup:
    """What should have been paid."""
    late = [entry for account in accounts.values() for entry in account.entries if entry.state == EntryState.LATE]
    if not late:
        return Markup("")
    text = uow.ngettext(
        "{count} facture est en retard : {sum} à régler.",
        "{count} factures sont en retard : {sum} à régler.",
        count=len(late),
        sum=formats.euros(sum(entry.due for entry in late), uow.language),
    )
    where = BILLING[late[0].row.ledger]
    link = html.a(uow.translate("Voir la facturation"), href=where)
    return html.div(icon("alert"), html.p(text), link, class_="notice leads bad")


def _pupils(uow: UnitOfWork, found: list[tuple[Pupil, PupilLink, Missed]]) -> list[Markup]:
    """A card for each: courses, next lesson, last mark, absences not excused; one question each for all of them."""
    if not found:
        text = uow.translate(
            "Aucun élève n’est rattaché à votre famille. Si c’est une erreur, adressez-vous au conservatoire."
        )
        return [html.section(html.h2(uow.translate("Élèves")), html.p(text), class_="card")]
    ids = [pupil.id for pupil, *_ in found]
    coming, marks = schooling.coming(uow, ids), results.last_marks(uow, ids, uow.today - timedelta(days=400))
    return [
        _pupil(uow, pupil, coming[pupil.id], marks.get(pupil.id), _missed(uow, pupil, link, missed, coming[pupil.id]))
        for pupil, link, missed in found
    ]


def _missed(uow: UnitOfWork, pupil: Pupil, link: PupilLink, missed: Missed, attended: list[Attended]) -> Markup:
    """Red where the family has something to do: it leads to the absence. What it said of one waits for the office."""
    parts = []
    if missed.count:
        text = uow.ngettext("{count} absence non justifiée", "{count} absences non justifiées", count=missed.count)
        course = next((each.course.name for each in attended if each.enrolment.id == missed.enrolment_id), "")
        day = formats.short_day(missed.day, uow.language) if missed.day else ""
        about = ", ".join(filter(None, (course, day)))
        if about:
            text = (
                f"{text} : {about}"
                if missed.count == 1
                else uow.translate("{text}, la dernière : {about}", text=text, about=about)
            )
        href = f"/eleves/{pupil.number}/cours"
        if missed.enrolment_id:
            href += f"/{missed.enrolment_id}/absences" + (f"/{missed.absence_id}" if missed.count == 1 else "")
        if link.rights == Rights.ALL:
            parts.append(html.p(icon("alert"), html.a(text, href=href), class_="fault plain"))
        else:
            parts.append(html.p(html.a(text, href=href), class_="small"))
    if missed.waiting:
        text = uow.ngettext(
            "{count} justification d’absence en attente",
            "{count} justifications d’absence en attente",
            count=missed.waiting,
        )
        parts.append(html.p(icon("clock"), html.a(text, href=f"/eleves/{pupil.number}/absences"), class_="was"))
    return Markup("").join(parts)


def _pupil(uow: UnitOfWork, pupil: Pupil, coming: list[Attended], canary: Marked | None, missed: Markup) -> Markup:
    courses = [each for each in coming if each.course.school_year == formats.school_year(uow.today)]
    following = schooling.next_lesson(coming)
    about = " · ".join(filter(None, (", ".join(each.course.name for each in courses) or pupil.discipline, pupil.cycle)))
    facts: list[tuple[str, Content]] = []
    if following:
        facts.append((uow.translate("Prochain cours"), _when(uow, following)))
    if canary:
        mark, assessment = canary
        out_of = formats.decimal(assessment.scale, uow.language, places=0)
        course = next((each.course.name for each in courses if each.course.id == assessment.course_id), "")
        day = formats.short_day(assessment.day, uow.language) if assessment.day else ""
        given = ", ".join(("", *filter(None, (course, day))))
        got = html.strong(f"{formats.decimal(mark.value, uow.language)} / {out_of}")
        facts.append((uow.translate("Dernière évaluation"), (got, given)))
    path = f"/eleves/{pupil.number}"
    return html.section(
        html.h2(pupil.full_name),
        html.p(about, class_="soft") if about else "",
        facts and html.dl((html.div(html.dt(label), html.dd(value)) for label, value in facts), class_="brief"),
        missed,
        html.p(
            html.a(
                uow.translate("Ouvrir le dossier"),
                html.span(f" : {pupil.full_name}", class_="unseen"),
                href=f"{path}/cours",
            ),
        ),
        class_="card",
    )


def _when(uow: UnitOfWork, found: tuple[Lesson, Attended]) -> Markup:
    """« jeudi 26 novembre à 17 h 15, Piano 206, salle 12 »."""
    lesson, attended = found
    day = formats.near_day(lesson.day, uow.today, uow.language)
    at = formats.clock(attended.enrolment.slot or lesson.starts, uow.language)
    when = uow.translate("{day} à {hour}", day=day, hour=at) if at else day
    return html.strong(when) + ", ".join(("", *filter(None, (attended.course.name, attended.course.room))))


def _balance(uow: UnitOfWork, accounts: Accounts) -> Markup:
    """What is due in both accounts, and when."""
    due = sum(account.balance for account in accounts.values())
    unpaid = sorted(
        (entry for account in accounts.values() for entry in account.unpaid), key=lambda e: e.next_due or e.row.day
    )
    text = balance_words(uow, due, none=uow.translate("Rien à régler"))
    lines = [
        html.li(
            filled(
                uow.translate("{label} : {sum}"),
                label=own(uow, entry.row.label),
                sum=formats.euros(entry.due, uow.language),
            ),
            entry.next_due
            and html.span(
                uow.translate(
                    "{sum} le {day}", sum=formats.euros(entry.next_part, uow.language), day=formats.day(entry.next_due)
                ),
                class_="small soft",
            ),
        )
        for entry in unpaid[:3]
    ]
    where = BILLING[unpaid[0].row.ledger] if unpaid else BILLING[Ledger.TUITION]
    pay = (
        html.p(html.a(uow.translate("Payer en ligne"), href=f"{where}/payer", class_="btn"))
        if unpaid and due > 0 and online_payments.offered(uow)
        else None
    )
    return html.section(
        html.h2(uow.translate("Facturation")),
        html.p(text, class_="soft"),
        html.p(formats.euros(abs(due), uow.language), class_="big") if due else None,
        lines and html.ul(lines, class_="list"),
        pay,
        html.p(html.a(uow.translate("Voir la facturation"), href=where)),
        class_="card",
    )
