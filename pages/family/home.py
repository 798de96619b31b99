"""« Accueil »: what needs doing, the pupils, what is due, what was asked."""

from datetime import timedelta

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui.icons import icon
from components.ui.markup import Content, tag
from data.accounts import models as accounts
from data.billing import models as billing
from data.billing import online_payments
from data.billing.models import Ledger
from data.change_requests import models as change_models
from data.change_requests import submission as change_requests
from data.core import formats
from data.core.unit_of_work import Visit
from data.families import models as families
from data.families.models import Pupil, PupilLink
from data.office import news
from data.schooling import absences, results
from data.schooling import models as schooling
from data.schooling.absences import AbsenceNotice
from data.schooling.models import Attended, Lesson
from data.schooling.results import Marked
from pages.family import reenrolment_notice

Accounts = dict[Ledger, billing.Account]
BILLING = {"tuition": "/facturation/cotisations", "rental": "/facturation/locations"}

STATES = {
    "pending": ("pending", "clock", "En attente"),
    "accepted": ("good", "check", "Acceptée"),
    "declined": ("bad", "cross", "Refusée"),
}


@screen("/", Audience.FAMILY, title="Accueil")
def home(v: Visit) -> None:
    topics = [("family", v.family_id or 0), ("news", v.site_id or 0), ("campaigns", v.site_id or 0)]
    Panel(v, _draw, follows=topics, classes="flow")


def _draw(v: Visit) -> Markup:
    (adults, me), mine = accounts.adults(v), change_requests.of_the_family(v)
    ledgers, pupils = billing.accounts(v), absences.of_the_pupils(v)
    first = me.first_name if me else v.name
    when = formats.long_day(v.today, v.tongue)
    under = v.say("{day} · année scolaire {year}", day=when[:1].upper() + when[1:], year=formats.school_year(v.today))
    return (
        head(v.say("Bonjour {name}", name=first), under)
        + reenrolment_notice.draw(v, [(pupil, link) for pupil, link, _ in pupils])
        + _to_do(v, adults, mine)
        + _late(v, ledgers)
        + _news(v)
        + tag("div", _pupils(v, pupils), _balance(v, ledgers), _requests(v, mine), class_="cards")
    )


def _to_do(v: Visit, adults: list[families.Guardian], mine: list[change_models.Asked]) -> Markup:
    notices = []
    if any(change.state == "pending" and change.confirm_hash and not change.confirmed_at for _, change, _ in mine):
        notices.append(v.say("Confirmez votre nouvelle adresse e-mail par le lien que vous y avez reçu."))
    if not any(adult.email for adult in adults):
        notices.append(
            v.say("Aucune adresse e-mail n’est enregistrée : ajoutez-la dans votre fiche pour recevoir nos réponses.")
        )
    return Markup("").join(
        tag(
            "div",
            icon("info"),
            tag("p", words),
            tag("a", v.say("Ouvrir la fiche"), href="/famille"),
            class_="notice leads pending",
        )
        for words in notices
    )


def _news(v: Visit) -> Markup:
    """What the conservatoire tells everybody."""
    found = news.current(v)
    if not found:
        return Markup("")
    lines = [tag("li", tag("h3", each.title), tag("p", each.body)) for each in found]
    title = tag("h2", v.say("Actualités"))
    return tag(
        "section", title, tag("ul", lines, class_="list news"), class_="card flow-card", aria_label=v.say("Actualités")
    )


def _late(v: Visit, accounts: Accounts) -> Markup:
    """What should have been paid."""
    late = [entry for account in accounts.values() for entry in account.entries if entry.state == "late"]
    if not late:
        return Markup("")
    words = v.say(
        "{count} facture est en retard : {sum} à régler.#{count} factures sont en retard : {sum} à régler.",
        count=len(late),
        sum=formats.euros(sum(entry.due for entry in late)),
    )
    where = BILLING[late[0].row.ledger]
    link = tag("a", v.say("Voir la facturation"), href=where)
    return tag("div", icon("alert"), tag("p", words), link, class_="notice leads bad")


def _pupils(v: Visit, found: list[tuple[Pupil, PupilLink, int]]) -> list[Markup]:
    """A card for each: courses, next lesson, last mark, absences not excused; one question each for all of them."""
    if not found:
        words = v.say(
            "Aucun élève n’est rattaché à votre famille. Si c’est une erreur, adressez-vous au conservatoire."
        )
        return [tag("section", tag("h2", v.say("Élèves")), tag("p", words), class_="card")]
    ids = [pupil.id for pupil, *_ in found]
    coming, marks = schooling.coming(v, ids), results.last_marks(v, ids, v.today - timedelta(days=400))
    return [_pupil(v, pupil, coming[pupil.id], marks.get(pupil.id), missed) for pupil, _, missed in found]


def _pupil(v: Visit, pupil: Pupil, coming: list[Attended], marked: Marked | None, missed: int) -> Markup:
    courses = [each for each in coming if each.course.school_year == formats.school_year(v.today)]
    following = schooling.next_lesson(coming)
    about = " · ".join(filter(None, (", ".join(each.course.name for each in courses) or pupil.discipline, pupil.cycle)))
    facts: list[tuple[str, Content]] = []
    if following:
        facts.append((v.say("Prochain cours"), _when(v, following)))
    if marked:
        mark, assessment = marked
        out_of = formats.decimal(assessment.scale, v.tongue, places=0)
        course = next((each.course.name for each in courses if each.course.id == assessment.course_id), "")
        day = formats.short_day(assessment.day, v.tongue) if assessment.day else ""
        given = ", ".join(("", *filter(None, (course, day))))
        got = tag("strong", f"{formats.decimal(mark.value, v.tongue)} / {out_of}")
        facts.append((v.say("Dernière évaluation"), got + given))
    told = v.say("{count} absence non justifiée#{count} absences non justifiées", count=missed)
    path = f"/eleves/{pupil.number}"
    return tag(
        "section",
        tag("h2", pupil.full_name),
        tag("p", about, class_="soft") if about else "",
        facts and tag("dl", (tag("div", tag("dt", label), tag("dd", value)) for label, value in facts), class_="brief"),
        tag("p", icon("alert"), tag("a", told, href=f"{path}/cours"), class_="fault plain") if missed else None,
        tag(
            "p",
            tag(
                "a",
                v.say("Ouvrir le dossier"),
                tag("span", f" : {pupil.full_name}", class_="unseen"),
                href=f"{path}/cours",
            ),
        ),
        class_="card",
    )


def _when(v: Visit, found: tuple[Lesson, Attended]) -> Markup:
    """« jeudi 26 novembre à 17 h 15, Piano 206, salle 12 »."""
    lesson, attended = found
    day = formats.near_day(lesson.day, v.today, v.tongue)
    at = formats.clock(attended.enrolment.slot or lesson.starts, v.tongue)
    when = v.say("{day} à {hour}", day=day, hour=at) if at else day
    return tag("strong", when) + ", ".join(("", *filter(None, (attended.course.name, attended.course.room))))


def _balance(v: Visit, accounts: Accounts) -> Markup:
    """What is due in both accounts, and when."""
    due = sum(account.balance for account in accounts.values())
    unpaid = sorted(
        (entry for account in accounts.values() for entry in account.unpaid), key=lambda e: e.next_due or e.row.day
    )
    words = v.say("Solde en votre faveur") if due < 0 else v.say("Solde à régler") if due else v.say("Rien à régler")
    lines = [
        tag(
            "li",
            v.say("{label} : {sum}", label=entry.row.label, sum=formats.euros(entry.due)),
            entry.next_due
            and tag(
                "span",
                v.say("{sum} le {day}", sum=formats.euros(entry.next_part), day=formats.day(entry.next_due)),
                class_="small soft",
            ),
        )
        for entry in unpaid[:3]
    ]
    where = BILLING[unpaid[0].row.ledger] if unpaid else BILLING["tuition"]
    pay = (
        tag("p", tag("a", v.say("Payer en ligne"), href=f"{where}/payer", class_="btn"))
        if unpaid and due > 0 and online_payments.offered(v)
        else None
    )
    return tag(
        "section",
        tag("h2", v.say("Facturation")),
        tag("p", words, class_="soft"),
        tag("p", formats.euros(abs(due)), class_="big") if due else None,
        lines and tag("ul", lines, class_="list"),
        pay,
        tag("p", tag("a", v.say("Voir la facturation"), href=where)),
        class_="card",
    )


def _notice(v: Visit, notice: AbsenceNotice, pupil: Pupil) -> Markup:
    """An absence that was announced or justified."""
    look, drawing, words = STATES[notice.state]
    kind = v.say("Justification") if notice.absence_id else v.say("Absence annoncée")
    told = f"{kind} ({pupil.full_name}) {absences.days_of(notice, v.tongue)}"
    return tag(
        "li",
        tag("span", icon(drawing), v.say(words), class_=f"chip {look}"),
        tag("a", told, href=f"/eleves/{pupil.number}/absences"),
        notice.answer and tag("span", notice.answer, class_="small soft"),
    )


def _requests(v: Visit, mine: list[change_models.Asked]) -> Markup:
    lines = []
    for request, change, one in mine:
        look, drawing, words = STATES[change.state]
        day = formats.short_day((change.decided_at or request.submitted_at).astimezone(v.zone).date(), v.tongue)
        told = v.say("{field} ({whose}), le {day}", field=v.say(one.mark.label), whose=request.title, day=day)
        lines.append(
            tag(
                "li",
                tag("span", icon(drawing), v.say(words), class_=f"chip {look}"),
                tag("span", told),
                change.reason and tag("span", change.reason, class_="small soft"),
            )
        )
    lines += [_notice(v, notice, pupil) for notice, pupil in absences.recent_notices(v)]
    empty = tag("p", v.say("Aucune demande en cours. Une adresse ou un téléphone se corrige dans votre fiche.")) + tag(
        "p", tag("a", v.say("Ouvrir la fiche"), href="/famille")
    )
    return tag(
        "section", tag("h2", v.say("Vos demandes")), tag("ul", lines, class_="list") if lines else empty, class_="card"
    )
