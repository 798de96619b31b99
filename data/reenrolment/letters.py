"""The letters of re-enrolment: a request received or decided, a decision taken back, a document refused, a reminder."""

from collections.abc import Sequence
from dataclasses import replace

from data.accounts import models as accounts
from data.accounts.models import Account
from data.core import formats
from data.core.i18n import Language, _, as_language, pair, translate
from data.core.own_texts import Named, text_of
from data.core.settings import settings
from data.core.unit_of_work import UnitOfWork
from data.families.models import Pupil
from data.mail import outbox
from data.mail.outbox import Fact, Mail, Paper
from data.mail.templates import LetterKind
from data.reenrolment.campaigns import Campaign, RequiredDocument
from data.reenrolment.models import Reenrolment, ReenrolmentState, Situation, SuppliedDocument, Way, Wish

DECIDED: dict[str, LetterKind] = {
    ReenrolmentState.VALIDATED: LetterKind.REENROLMENT_VALIDATED,
    ReenrolmentState.TO_CORRECT: LetterKind.REENROLMENT_TO_CORRECT,
    ReenrolmentState.REFUSED: LetterKind.REENROLMENT_REFUSED,
}


def received(uow: UnitOfWork, now: Situation, wish: Wish) -> None:
    """At once: it is the family's proof. A second pupil's request has a letter and a summary of its own."""
    who = uow.get(Account, uow.account_id)
    mail = _mail(uow, LetterKind.REENROLMENT_RECEIVED, who, now.pupil, year=now.campaign.school_year)
    facts, paper = _summary(now, wish, who.language), paper_of(uow, now, wish, who.name, as_language(who.language))
    outbox.write(
        uow,
        replace(
            mail, facts=facts, message=text_of(now.campaign, "confirmation", as_language(who.language)), paper=paper
        ),
    )


def decided(uow: UnitOfWork, sent: Reenrolment, pupil: Pupil, campaign: Campaign, answer: str) -> None:
    """The decision that `sent` bears, and what the office says of it."""
    author = uow.get(Account, sent.author_id)
    mail = _mail(uow, decision_kind(sent), author, pupil, year=campaign.school_year)
    outbox.write(uow, replace(mail, message=answer))


def decision_kind(sent: Reenrolment) -> LetterKind:
    leaves = (sent.way, sent.state) == (Way.LEAVING, ReenrolmentState.VALIDATED)
    return LetterKind.LEAVING_VALIDATED if leaves else DECIDED[sent.state]


def reopened(uow: UnitOfWork, sent: Reenrolment) -> None:
    """The decision is taken back after its letter left."""
    author, pupil = uow.get(Account, sent.author_id), uow.get(Pupil, sent.pupil_id)
    year = uow.get(Campaign, sent.campaign_id).school_year
    outbox.write(uow, _mail(uow, LetterKind.REENROLMENT_REOPENED, author, pupil, year=year))


def document_refused(uow: UnitOfWork, supplied: SuppliedDocument, pupil: Pupil, document: RequiredDocument) -> None:
    """One letter one round of decisions tells of all refused documents."""
    author = uow.get(Account, supplied.author_id)
    mail, line = _mail(uow, LetterKind.DOCUMENT_REFUSED, author, pupil), _refusal(supplied, pupil, document, author)
    outbox.write(uow, replace(mail, message=line, delay=settings().decision_letter_delay, joins=True))


def _refusal(supplied: SuppliedDocument, pupil: Pupil, document: RequiredDocument, reader: Account) -> str:
    return pair(_about(pupil, document, reader), supplied.reason, as_language(reader.language))


def _about(pupil: Pupil, document: RequiredDocument, reader: Account) -> str:
    return f"{Named([document]).written(as_language(reader.language))}, {pupil.full_name}"


def refusal_undone(uow: UnitOfWork, supplied: SuppliedDocument, pupil: Pupil, document: RequiredDocument) -> None:
    """What the letter says of it does not leave; otherwise another says that the document is looked at again."""
    author = uow.get(Account, supplied.author_id)
    line = _refusal(supplied, pupil, document, author)
    if outbox.take_back_line(uow, supplied.author_id, LetterKind.DOCUMENT_REFUSED, line):
        return
    mail = _mail(uow, LetterKind.DOCUMENT_REOPENED, author, pupil)
    outbox.write(uow, replace(mail, message=_about(pupil, document, author)))


def reminder(
    uow: UnitOfWork,
    account: Account,
    pupils: Sequence[Pupil],
    campaign: Campaign,
    kind: LetterKind = LetterKind.REENROLMENT_REMINDER,
) -> None:
    words = reminder_words(pupils, campaign, account.language)
    outbox.write(uow, _mail(uow, kind, account, pupils[0], **words))


def reminder_words(pupils: Sequence[Pupil], campaign: Campaign, language: str) -> dict[str, str]:
    names = formats.listed([pupil.full_name for pupil in pupils], as_language(language))
    return {"year": campaign.school_year, "names": names, "last_day": formats.day(campaign.closes_on)}


def _mail(uow: UnitOfWork, kind: LetterKind, account: Account, pupil: Pupil, **words: object) -> Mail:
    """To that account, about that pupil's request."""
    to, about = accounts.recipient(uow, account), {"subject": pupil.full_name, **words}
    return Mail(kind, to, about, path=f"/eleves/{pupil.number}/reinscription")


def _summary(now: Situation, wish: Wish, language: str = "fr") -> list[Fact]:
    """What is asked, line by line."""
    in_language = as_language(language)
    lines: list[Fact] = []
    if wish.way == Way.ADMINISTRATIVE:
        lines.append((translate("Choix", in_language), translate("Réinscription administrative", in_language)))
    elif wish.way == Way.COURSES:
        picked = [line.course.name for line in now.disciplines if line.enrolment.id in wish.chosen]
        lines.append((translate("Cours demandés", in_language), ", ".join(picked)))
    else:
        reason = translate(wish.reason, in_language)
        reason = pair(reason, wish.precision, in_language) if wish.precision else reason
        lines += [
            (translate("Choix", in_language), translate("Ne se réinscrit pas", in_language)),
            (translate("Motif", in_language), reason),
        ]
    given = [item for item in now.document_items if item.supplied]
    if given and wish.way != Way.LEAVING:
        lines.append(
            (
                translate("Pièces fournies", in_language),
                ", ".join(text_of(item.document, "label", in_language) for item in given),
            )
        )
    if wish.message:
        lines.append((translate("Demandes complémentaires", in_language), wish.message))
    return lines


def paper_of(uow: UnitOfWork, now: Situation, wish: Wish, by: str, in_language: Language) -> Paper:
    """The summary that goes with the letter: the same lines, whose, when, by whom, the documents by their files, how it stands."""
    named = {"name": now.pupil.full_name, "year": now.campaign.school_year}
    title = translate(
        _("Départ de {name}, {year}") if wish.way == Way.LEAVING else _("Réinscription de {name}, {year}"),
        in_language,
        **named,
    )
    documents = [
        pair(text_of(item.document, "label", in_language), item.supplied.file_name, in_language)
        for item in now.document_items
        if item.supplied and wish.way != Way.LEAVING
    ]
    lines, sent = dict(_summary(now, wish, in_language)), now.sent.submitted_at if now.sent else uow.now
    if documents:
        lines[translate("Pièces fournies", in_language)] = "\n".join(documents)
    facts = [
        (translate("Élève", in_language), now.pupil.full_name),
        (translate("Numéro de dossier", in_language), str(now.pupil.number)),
        (translate("Année scolaire", in_language), now.campaign.school_year),
        (
            translate("Demande envoyée", in_language),
            ", ".join(filter(None, (formats.moment(sent, uow.zone, in_language), by))),
        ),
        *lines.items(),
    ]
    return (
        f"{title}.pdf".replace("/", "-"),
        title,
        translate("Voici ce que vous avez demandé sur le portail de votre conservatoire.", in_language),
        _closing(uow, now, leaving=wish.way == Way.LEAVING, language=in_language),
        facts,
    )


def _closing(uow: UnitOfWork, now: Situation, *, leaving: bool, language: Language) -> str:
    sent = now.sent
    if sent and sent.state == ReenrolmentState.VALIDATED and sent.decided_at:
        day = formats.day(sent.decided_at.astimezone(uow.zone).date())
        text = _("Le conservatoire a pris note de ce départ le {day}.") if leaving else _("Demande validée le {day}.")
        return translate(text, language, day=day)
    if leaving:
        return translate("Le conservatoire en prend note et vous le confirmera par e-mail.", language)
    return translate("Le conservatoire va étudier cette demande : elle n’est acquise qu’une fois validée.", language)
