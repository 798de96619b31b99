"""What a letter to a group says to each household: its {variables} in French words, filled from the family's own data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import col, select

from data.accounts.models import Account
from data.core import formats, own_texts
from data.core.fields import fold
from data.core.i18n import Language, _, as_language, translate
from data.core.sites import Site
from data.core.unit_of_work import UnitOfWork
from data.families.models import Family
from data.group_letters import audience
from data.group_letters.audience import Household
from data.group_letters.models import GroupDocument, GroupLetter, documents_of
from data.mail import custom_templates
from data.mail.custom_templates import VARIABLE, TemplateText
from data.mail.outbox import Letter, Mail, Recipient, compose
from data.mail.templates import Lane, LetterKind
from data.reenrolment.campaigns import Campaign
from data.reenrolment.queue_terms import balance
from data.schooling.models import Course, Enrolment, EnrolmentStatus, Teacher

# What can be put into the text, and what each stands for.
VARIABLES = {
    "nom": _("Nom du destinataire"),
    "élèves": _("Élèves concernés"),
    "cours": _("Cours de l’année"),
    "professeurs": _("Professeurs"),
    "famille": _("Numéro de famille"),
    "solde": _("Solde à régler"),
    "clôture": _("Dernier jour de la campagne"),
    "conservatoire": _("Nom du conservatoire"),
}


def canonical(text: str) -> str:
    """{Élèves} and {eleves} are {élèves}; what is unknown stays as it was typed."""
    known = {fold(name): name for name in VARIABLES}
    return VARIABLE.sub(lambda found: "{" + known.get(fold(found[1]), found[1]) + "}", text)


def lines_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


@dataclass(frozen=True)
class Known:
    """What the variables of a letter's text need, read once for all households; only what its text names."""

    site: Site
    courses: Mapping[int, Sequence[tuple[str, str]]] = field(default_factory=dict)  # pupil -> (course, teacher)
    owed: Mapping[int, int] = field(default_factory=dict)  # family -> cents
    last_day: str = ""
    documents: Sequence[GroupDocument] = ()


def named_in(letter: GroupLetter) -> set[str]:
    """The variables of its texts."""
    return set(VARIABLE.findall(letter.text + letter.english.get("text", "")))


def known(uow: UnitOfWork, letter: GroupLetter, found: Sequence[Household]) -> Known:
    named = named_in(letter)
    courses: dict[int, list[tuple[str, str]]] = {}
    if named & {"cours", "professeurs"}:
        for pupil_id, name, teacher in uow.rows(
            select(Enrolment.pupil_id, Course.name, Teacher)
            .join(Course, col(Course.id) == Enrolment.course_id)
            .join(Teacher, col(Teacher.id) == Course.teacher_id, isouter=True)
            .where(
                Course.site_id == letter.site_id,
                Course.school_year == formats.school_year(uow.today),
                Enrolment.status == EnrolmentStatus.ENROLLED,
                col(Enrolment.pupil_id).in_({pupil.id for each in found for pupil in each.pupils}),
            )
            .order_by(col(Course.name))
        ):
            courses.setdefault(pupil_id, []).append((name, teacher.full_name if teacher else ""))
    owed: dict[int, int] = {}
    if "solde" in named:
        families = [each.family_id for each in found]
        owed = dict(uow.rows(select(Family.id, balance(col(Family.id))).where(col(Family.id).in_(families))))
    campaign = letter.choice.get("campaign")
    last_day = formats.day(uow.get(Campaign, campaign).closes_on) if campaign else ""
    return Known(uow.get(Site, letter.site_id), courses, owed, last_day, documents_of(uow, letter.id))


def letters_of(uow: UnitOfWork, letter: GroupLetter, each: Household, what: Known) -> list[Letter]:
    """A copy for each account of the household, not yet in the outbox."""
    return [_composed(uow, letter, each, one, what) for one in each.accounts]


def _composed(uow: UnitOfWork, letter: GroupLetter, each: Household, to: tuple[Account, str], what: Known) -> Letter:
    """The text stands before what the outbox adds: the documents, the button, the conservatoire's name."""
    account, address = to
    language = as_language(account.language)
    words = words_of(each, account.name, what, language)
    button = _("Lire et accepter dans le portail") if letter.asks and each.asked else _("Lire dans le portail")
    mail = Mail(
        LetterKind.GROUP,
        Recipient(address, account.name, language, letter.site_id, each.family_id, account.id),
        facts=[(translate("Document", language), document.name) for document in what.documents],
        path=f"/mot-de-passe/courriers?groupe={letter.id}",
        once=f"group-{letter.id}-{account.id}",
        lane=Lane.MAILING,
    )
    own = TemplateText(own_texts.text_of(letter, "subject", language), ("facts", "link"), translate(button, language))
    made = compose(mail, what.site, uow.now, own)
    written = lines_of(own_texts.text_of(letter, "text", language))
    made.blocks = [*(["p", custom_templates.fill(line, words)] for line in written), *made.blocks]
    made.group_id = letter.id or None
    return made


def words_of(each: Household, name: str, what: Known, language: Language) -> dict[str, object]:
    """What each variable stands for, for that household."""

    def listed(names: Iterable[str]) -> str:
        return formats.listed(list(dict.fromkeys(filter(None, names))), language)

    taught = [line for pupil in each.pupils for line in what.courses.get(pupil.id, ())]
    return {
        "nom": name,
        "élèves": listed(pupil.full_name for pupil in each.pupils),
        "cours": listed(course for course, _teacher in taught),
        "professeurs": listed(teacher for _course, teacher in taught),
        "famille": each.number,
        "solde": formats.euros(max(0, what.owed.get(each.family_id, 0)), language),
        "clôture": what.last_day,
        "conservatoire": what.site.name,
    }


@dataclass(frozen=True)
class Preview:
    """Before a letter leaves: whom it reaches, whom it does not, and what three of them would read."""

    households: Sequence[Household]
    letters: Sequence[tuple[Household, Letter]]
    empty: Sequence[str] = ()  # variables that say nothing to some household

    @property
    def mailed(self) -> int:
        return sum(len(each.accounts) for each in self.households)


def preview(uow: UnitOfWork, letter: GroupLetter, most: int = 3) -> Preview:
    """The first, the one in the middle and the last that can be written to."""
    uow.staff_only()
    found = audience.households(uow, audience.choice_of(letter))
    reached = [each for each in found if each.accounts]
    at = sorted({0, len(reached) // 2, len(reached) - 1})[:most] if reached else []
    what = known(uow, letter, reached)
    named = named_in(letter)
    empty = [
        name
        for name in VARIABLES
        if name in named and not all(words_of(each, "–", what, "fr")[name] for each in reached)
    ]
    shown = [(reached[number], letters_of(uow, letter, reached[number], what)[0]) for number in at]
    return Preview(found, shown, empty)
