"""A letter to a group while it is written: what is typed is read, checked and kept."""

from collections.abc import Mapping, Sequence

from sqlmodel import col, select

from data.core import audit, own_texts
from data.core.audit import Action
from data.core.errors import UserError, ValidationErrors
from data.core.fields import tidy
from data.core.i18n import _
from data.core.plain_text import tidy_lines
from data.core.unit_of_work import UnitOfWork
from data.families import stored_files
from data.group_letters import audience
from data.group_letters.audience import Choice
from data.group_letters.composing import VARIABLES, canonical, lines_of
from data.group_letters.models import GroupDocument, GroupLetter, GroupLetterState, documents_of
from data.mail import custom_templates
from data.reenrolment.campaigns import Campaign
from data.schooling.models import Course, Teacher
from data.uploads import validation
from data.uploads.limits import MAX_LETTER_DOCUMENTS

TEXTS = {"subject": 120, "text": 4000}
MAX_LINES = 60
SENT_ALREADY = _("Ce courrier est déjà parti : il ne se modifie plus. Écrivez-en un autre.")


def every(uow: UnitOfWork) -> Sequence[GroupLetter]:
    """The latest first."""
    uow.staff_only()
    return uow.all(select(GroupLetter).order_by(col(GroupLetter.id).desc()))


def save(uow: UnitOfWork, letter_id: int | None, values: Mapping[str, str]) -> GroupLetter:
    """A new draft (None) or what changes in one; ValidationErrors names what cannot be, field by field."""
    uow.staff_only()
    letter = draft(uow, letter_id) if letter_id else None
    read = _read(uow, values)
    if letter is None:
        letter = GroupLetter(site_id=uow.site_id or 0, created_at=uow.now, version=0)
    for name, value in read.items():
        setattr(letter, name, value)
    letter.written_by, letter.version = uow.name, letter.version + 1
    uow.publish(("group letters", letter.site_id))
    return uow.add(letter)


def differs(uow: UnitOfWork, letter: GroupLetter, values: Mapping[str, str]) -> bool:
    """Whether what is typed is other than what was kept, and so read over."""
    return any(getattr(letter, name) != value for name, value in _read(uow, values).items())


def _read(uow: UnitOfWork, values: Mapping[str, str]) -> dict[str, object]:
    """Column -> what was typed for it."""
    texts, faults = _read_texts(values)
    english, too_long = own_texts.read(values, TEXTS)
    choice, wrong = _read_choice(uow, values)
    faults |= too_long | wrong
    if not faults.keys() & {"text", "text_en"}:
        faults |= _faults_of_variables({"text": texts["text"], "text_en": english.get("text", "")}, choice)
    for name in ("subject", "subject_en"):
        if "{" in (written := {**texts, "subject_en": english.get("subject", "")}[name]) or "}" in written:
            faults[name] = UserError("L’objet ne prend pas de variable : il est le même pour tous.")
    if faults:
        raise ValidationErrors(faults)
    return {
        "subject": texts["subject"],
        "text": canonical(texts["text"]),
        "english": {name: canonical(text) if name == "text" else text for name, text in english.items()},
        "choice": choice.kept(),
        "asks": bool(values.get("asks")),
    }


def draft(uow: UnitOfWork, letter_id: int) -> GroupLetter:
    """Locked; UserError once it was sent."""
    letter = uow.get(GroupLetter, letter_id, lock=True)
    if letter.state != GroupLetterState.DRAFT:
        raise UserError(SENT_ALREADY)
    return letter


def remove(uow: UnitOfWork, letter_id: int) -> None:
    """A draft, with its documents: files without a row go by themselves (data/privacy/orphan_files.py)."""
    uow.staff_only()
    letter = draft(uow, letter_id)
    for document in documents_of(uow, letter.id):
        uow.delete(document)
    uow.flush()
    uow.delete(letter)
    uow.publish(("group letters", letter.site_id))


def add_document(uow: UnitOfWork, letter_id: int, content: bytes, media_type: str, name: str) -> GroupDocument:
    """A file that was checked already (data/uploads/validation.py)."""
    uow.staff_only()
    letter = draft(uow, letter_id)
    if len(documents_of(uow, letter.id)) >= MAX_LETTER_DOCUMENTS:
        raise validation.refusal("joints")
    file = stored_files.write(letter.site_id, content)
    uow.publish(("group letters", letter.site_id))
    return uow.add(
        GroupDocument(site_id=letter.site_id, letter_id=letter.id, file=file, name=name[:100], media_type=media_type)
    )


def remove_document(uow: UnitOfWork, letter_id: int, document_id: int) -> None:
    uow.staff_only()
    letter, document = draft(uow, letter_id), uow.get(GroupDocument, document_id)
    if document.letter_id == letter.id:
        uow.delete(document)
        uow.publish(("group letters", letter.site_id))


def _read_texts(values: Mapping[str, str]) -> tuple[dict[str, str], dict[str, UserError]]:
    texts = {"subject": tidy(values.get("subject", "")), "text": tidy_lines(values.get("text", ""))}
    faults: dict[str, UserError] = {}
    if not texts["subject"] or len(texts["subject"]) > TEXTS["subject"]:
        faults["subject"] = UserError("Écrivez un objet de {most} caractères au plus.", most=TEXTS["subject"])
    if not texts["text"]:
        faults["text"] = UserError("Écrivez au moins une phrase.")
    elif len(texts["text"]) > TEXTS["text"]:
        faults["text"] = UserError(
            "{count} caractères, c’est trop : {most} au plus.", count=len(texts["text"]), most=TEXTS["text"]
        )
    elif len(lines_of(texts["text"])) > MAX_LINES:
        count = len(lines_of(texts["text"]))
        faults["text"] = UserError("{count} paragraphes, c’est trop : {most} au plus.", count=count, most=MAX_LINES)
    return texts, faults


def _faults_of_variables(texts: Mapping[str, str], choice: Choice) -> dict[str, UserError]:
    faults: dict[str, UserError] = {}
    for name, text in texts.items():
        try:
            custom_templates.check_variables(canonical(text), list(VARIABLES))
            if "{clôture}" in canonical(text) and not choice.campaign:
                raise UserError("La variable {name} veut une campagne : choisissez-la plus haut.", name="{clôture}")
        except UserError as error:
            faults[name] = error
    return faults


def _read_choice(uow: UnitOfWork, values: Mapping[str, str]) -> tuple[Choice, dict[str, UserError]]:
    faults: dict[str, UserError] = {}
    numbers, wrong = audience.read_numbers(values.get("numbers", ""))
    wrong += [str(number) for number in audience.unknown(uow, numbers)]
    if wrong:
        faults["numbers"] = UserError("Aucune famille n’a le numéro {number}.", number=", ".join(wrong[:5]))
    elif len(numbers) > audience.MAX_NUMBERS:
        faults["numbers"] = UserError("{most} numéros au plus.", most=audience.MAX_NUMBERS)

    def key(name: str, table: type[Campaign | Course | Teacher]) -> int:
        chosen = values.get(name, "")
        return uow.get(table, int(chosen)).id if chosen.isdecimal() and len(chosen) < 10 and int(chosen) else 0

    choice = Choice(
        everyone=bool(values.get("everyone")),
        campaign=key("campaign", Campaign),
        state=values.get("state", "")[:20],
        course=key("course", Course),
        teacher=key("teacher", Teacher),
        department=values.get("department", "")[:80],
        cycle=values.get("cycle", "")[:40],
        unpaid=bool(values.get("unpaid")),
        principal=bool(values.get("principal")),
        numbers=tuple(numbers),
    )
    if choice.state and not choice.campaign:
        faults["campaign"] = UserError("« Où en est la demande » veut une campagne : choisissez-la aussi.")
    elif not choice and not faults:
        faults["everyone"] = UserError("Choisissez à qui écrire.")
    return choice, faults


def note_sent(uow: UnitOfWork, letter: GroupLetter, families: int) -> None:
    changes = {"title": ["", letter.subject], "families": ["", families], "asks": ["", "yes" if letter.asks else "no"]}
    audit.note_record(uow, Action.GROUP_LETTER_SENT, letter, changes=changes)
