"""What a family does with its request: tick, write, send. Each change is kept at once; sending asks for all that is due."""

from collections.abc import Iterable, Mapping

from data.accounts import models as accounts
from data.accounts.models import Account
from data.core import audit, formats
from data.core.errors import Faulty, Refused
from data.core.fields import tidy_lines
from data.core.i18n import language, pair, say
from data.core.unit_of_work import Visit
from data.families.models import Pupil
from data.mail import outbox
from data.reenrolment import models as reenrolment
from data.reenrolment.models import Reenrolment, Situation, Wish

MOST_WORDS = 2000
LEAVING = (
    "Déménagement",
    "Emploi du temps",
    "Arrêt de la pratique",
    "Autre établissement",
    "Raison financière",
    "Autre",
)


def choose(v: Visit, pupil: Pupil, campaign_id: int, way: str, chosen: Iterable[int] = ()) -> Wish:
    """One of the three ways, each of which undoes the others; « courses » with the enrolments ticked, none of them being
    no way at all. Refused when this household may not; enrolments of others are not taken."""
    now = _writable(v, pupil, campaign_id)
    if way not in {"", *reenrolment.WAYS} or (way == "administrative" and not now.campaign.administrative):
        raise Refused("Choisissez dans la liste.")
    known = {each.enrolment.id for each in now.disciplines}
    ticked = sorted(known.intersection(chosen)) if way == "courses" else []
    wish = _wish(v, now)
    wish.way, wish.chosen = ("" if way == "courses" and not ticked else way), ticked
    return _kept(v, now, wish)


def write(v: Visit, pupil: Pupil, campaign_id: int, typed: Mapping[str, object]) -> Wish:
    """`message`, `reason`, `precision` as far as they are given. Faulty when a text is too long."""
    now = _writable(v, pupil, campaign_id)
    wish = _wish(v, now)
    for name, value in _words(typed).items():
        setattr(wish, name, value)
    return _kept(v, now, wish)


def _words(typed: Mapping[str, object]) -> dict[str, str]:
    words: dict[str, str] = {}
    faults: dict[str, Refused] = {}
    for name, most in (("message", MOST_WORDS), ("precision", 500)):
        if isinstance(text := typed.get(name), str):
            words[name] = tidy_lines(text)
            if len(words[name]) > most:
                faults[name] = Refused("Ce texte est trop long : {most} caractères au plus.", most=most)
    if isinstance(reason := typed.get("reason"), str):
        if reason and reason not in LEAVING:
            faults["reason"] = Refused("Choisissez un motif.")
        words["reason"] = reason
    if faults:
        raise Faulty(faults)
    return words


def _writable(v: Visit, pupil: Pupil, campaign_id: int) -> Situation:
    """The situation, locked; Refused with the reason when this household may not write."""
    now = reenrolment.locked(v, pupil, campaign_id)
    if now.closed_because:
        raise now.closed_because
    return now


def _wish(v: Visit, now: Situation) -> Wish:
    return now.wish or Wish(
        site_id=now.pupil.site_id,
        family_id=v.family_id,
        campaign_id=now.campaign.id,
        pupil_id=now.pupil.id,
        author_id=v.account_id or 0,
        changed_at=v.now,
    )


def _kept(v: Visit, now: Situation, wish: Wish) -> Wish:
    wish.changed_at, wish.author_id = v.now, v.account_id or 0
    v.add(wish)
    reenrolment.announce(v, now.pupil.site_id, v.family_id, now.pupil.id)
    return wish


def submit(v: Visit, pupil: Pupil, campaign_id: int, typed: Mapping[str, object]) -> Reenrolment:
    """« Valider »: what was typed, then the request, its letter and the journal's line, together. Sent twice, it is one.

    Faulty names what is missing, in the page's order: `way`, `reason`, `precision`, `documents`, `message`.
    """
    now = reenrolment.locked(v, pupil, campaign_id)
    if now.sent and now.mine and now.sent.state == "submitted":
        return now.sent  # a second click, a reload, the other tab
    if now.closed_because:
        raise now.closed_because
    wish = _wish(v, now)
    for name, value in _words(typed).items():
        setattr(wish, name, value)
    if faults := missing(now, wish):
        raise Faulty(faults)
    wish.answer = ""
    _kept(v, now, wish)
    again = now.sent
    sent = again or Reenrolment(
        site_id=pupil.site_id,
        campaign_id=now.campaign.id,
        pupil_id=pupil.id,
        household_id=v.family_id or 0,
        author_id=v.account_id or 0,
        way=wish.way,
        submitted_at=v.now,
    )
    sent.state, sent.way, sent.chosen = "submitted", wish.way, sorted(now.chosen)
    sent.submitted_at, sent.author_id = v.now, v.account_id or 0
    sent.decided_at, sent.decided_by = None, ""
    sent.version += 1 if again else 0
    v.add(sent)
    _acknowledge(v, now, wish)
    audit.note(
        v,
        "re-enrolment corrected" if again else "re-enrolment sent",
        subject="reenrolment",
        subject_id=sent.id,
        changes={"way": ["", sent.way], "chosen": ["", sent.chosen]},
    )
    return sent


def missing(now: Situation, wish: Wish | None) -> dict[str, Refused]:
    """What « Valider » asks for, in words; nothing when the request can be sent."""
    faults: dict[str, Refused] = {}
    way = wish.way if wish else ""
    if not way:
        faults["way"] = Refused(
            "Cochez « Réinscription administrative », ou les cursus et disciplines de l’an prochain, ou « Ne se réinscrit pas »."
            if now.campaign.administrative
            else "Cochez les cursus et disciplines de l’an prochain, ou « Ne se réinscrit pas »."
        )
    if way == "leaving" and wish:
        if wish.reason not in LEAVING:
            faults["reason"] = Refused("Choisissez un motif.")
        elif wish.reason == "Autre" and not wish.precision:
            faults["precision"] = Refused("Précisez le motif en quelques mots.")
    if way in {"administrative", "courses"} and (lacking := now.lacking):
        faults["documents"] = Refused(
            "Il manque une pièce obligatoire : {names}.#Il manque {count} pièces obligatoires : {names}.",
            count=len(lacking),
            names=", ".join(f"« {piece.document.label} »" for piece in lacking),
        )
    return faults


def _acknowledge(v: Visit, now: Situation, wish: Wish) -> None:
    """At once: it is the family's proof. A second pupil's request has a letter and a summary of its own."""
    who = v.get(Account, v.account_id)
    accounts.write_to(
        v,
        who,
        "reenrolment_received",
        path=f"/eleves/{now.pupil.number}/reinscription",
        facts=summary(now, wish, who.language),
        message=now.campaign.confirmation,
        paper=paper(v, now, wish, who),
        subject=now.pupil.full_name,
        year=now.campaign.school_year,
    )


def summary(now: Situation, wish: Wish, tongue: str = "fr") -> list[outbox.Fact]:
    """What is asked, line by line."""
    spoken = language(tongue)
    lines: list[outbox.Fact] = []
    if wish.way == "administrative":
        lines.append((say("Choix", spoken), say("Réinscription administrative", spoken)))
    elif wish.way == "courses":
        picked = [line.course.name for line in now.disciplines if line.enrolment.id in wish.chosen]
        lines.append((say("Cours demandés", spoken), ", ".join(picked)))
    else:
        reason = say(wish.reason, spoken)
        reason = pair(reason, wish.precision, spoken) if wish.precision else reason
        lines += [(say("Choix", spoken), say("Ne se réinscrit pas", spoken)), (say("Motif", spoken), reason)]
    given = [piece for piece in now.pieces if piece.supplied]
    if given and wish.way != "leaving":
        lines.append((say("Pièces données", spoken), ", ".join(piece.document.label for piece in given)))
    if wish.message:
        lines.append((say("Demandes complémentaires", spoken), wish.message))
    return lines


def paper(v: Visit, now: Situation, wish: Wish, who: Account) -> outbox.Paper:
    """The summary that goes with the letter: the same lines, whose, when, by whom, and the documents by their files."""
    spoken = language(who.language)
    named = {"name": now.pupil.full_name, "year": now.campaign.school_year}
    title = say(
        "Départ de {name}, {year}" if wish.way == "leaving" else "Réinscription de {name}, {year}", spoken, **named
    )
    documents = [
        pair(piece.document.label, piece.supplied.file_name, spoken)
        for piece in now.pieces
        if piece.supplied and wish.way != "leaving"
    ]
    lines, sent = dict(summary(now, wish, spoken)), now.sent.submitted_at if now.sent else v.now
    if documents:
        lines[say("Pièces données", spoken)] = "\n".join(documents)
    facts = [
        (say("Élève", spoken), now.pupil.full_name),
        (say("Numéro de dossier", spoken), str(now.pupil.number)),
        (say("Année scolaire", spoken), now.campaign.school_year),
        (say("Demande envoyée", spoken), f"{formats.moment(sent, v.zone, spoken)}, {who.name}"),
        *lines.items(),
    ]
    return (
        f"{title}.pdf".replace("/", "-"),
        title,
        say("Voici ce que vous avez demandé sur le portail de votre conservatoire.", spoken),
        say("Le conservatoire va étudier cette demande : elle n’est acquise qu’une fois validée.", spoken)
        if wish.way != "leaving"
        else say("Le conservatoire en prend note et vous le confirmera par e-mail.", spoken),
        facts,
    )
