"""What a site says in its letters instead of the texts that come with the portal, by kind of letter and language."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import SkipValidation
from sqlalchemy import JSON, Column, UniqueConstraint, bindparam
from sqlmodel import Field, col, select

from data.core import audit
from data.core.audit import Action
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.fields import tidy
from data.core.i18n import Language, _, elided, translate
from data.core.scope import OfSite
from data.core.unit_of_work import UnitOfWork, prepared
from data.mail.templates import TEMPLATES, LetterKind

# What stands in a text for the letter's own: in the text a person edits, each is a line of its own.
PARTS = {
    "secret": _("[mot de passe]"),
    "link": _("[lien]"),
    "changes": _("[changements]"),
    "message": _("[message]"),
    "facts": _("[liste]"),
}
EVERYWHERE = ("site", "name", "moment")  # every letter knows these
VARIABLE = re.compile(r"\{(\w*)\}")
MAX_SUBJECT_LENGTH, MAX_LINK_LENGTH, MAX_BODY_LENGTH, MAX_PARAGRAPHS = 120, 60, 4_000, 30


class LetterText(OfSite, table=True):
    """A site's own text. `body` is paragraphs with {variables}, and the names of parts (PARTS)."""

    __tablename__ = "letter_text"
    __table_args__ = (UniqueConstraint("site_id", "kind", "language"),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    kind: str = Field(max_length=40)
    language: str = Field(max_length=2)
    subject: str = Field(max_length=MAX_SUBJECT_LENGTH)
    body: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    link: str = Field(default="", max_length=MAX_LINK_LENGTH)
    version: int = 1
    changed_by: str = Field(default="", max_length=120)
    changed_at: datetime


@dataclass(frozen=True)
class TemplateText:
    """A letter's text before its variables are filled in. `own` is the site's row, None for the text that came."""

    subject: str
    body: tuple[str, ...]
    link: str = ""
    own: LetterText | None = None

    @property
    def version(self) -> int:
        return self.own.version if self.own else 0

    def paragraphs(self, language: Language) -> str:
        """As a person edits it: paragraphs with an empty line between, parts in brackets."""
        return "\n\n".join(translate(PARTS[part], language) if part in PARTS else part for part in self.body)


def given(kind: LetterKind, language: Language) -> TemplateText:
    """The text that came with the portal."""
    template = TEMPLATES[kind]
    body = tuple(part if part in PARTS else translate(part, language) for part in template.body)
    return TemplateText(translate(template.subject, language), body, translate(template.link, language))


_OWN = prepared(
    select(LetterText).where(
        LetterText.site_id == bindparam("site"),
        LetterText.kind == bindparam("kind"),
        LetterText.language == bindparam("language"),
    )
)


def own_text(uow: UnitOfWork, site_id: int, kind: LetterKind, language: Language) -> TemplateText | None:
    """What that site says instead, None when it says what came."""
    row = uow.one(_OWN, site=site_id, kind=kind, language=language)
    return TemplateText(row.subject, tuple(row.body), row.link, row) if row else None


def in_use(uow: UnitOfWork, kind: LetterKind, language: Language) -> TemplateText:
    known(kind)
    return own_text(uow, uow.site_id or 0, kind, language) or given(kind, language)


def edited(uow: UnitOfWork) -> dict[tuple[str, str], LetterText]:
    """(kind, language) -> the site's own text, for the list of texts."""
    return {(row.kind, row.language): row for row in uow.all(select(LetterText).order_by(col(LetterText.kind)))}


def known(kind: str) -> LetterKind:
    if kind not in TEMPLATES:
        raise NotFound(f"letter kind {kind[:40]!r}")
    return LetterKind(kind)


def variables(kind: LetterKind) -> list[str]:
    """The {variables} that this letter can fill in, its own first."""
    template = TEMPLATES[kind]
    own = [name for text in (*template.body, template.subject) for name in VARIABLE.findall(text)]
    return list(dict.fromkeys([*own, *EVERYWHERE]))


def fill(text: str, sentence: Mapping[str, object]) -> str:
    """{variables} replaced, once: what a person wrote is data, never a format (« {a.__class__} »)."""
    return VARIABLE.sub(lambda found: str(sentence.get(found[1], "")), elided(text, sentence))


def read(kind: LetterKind, language: Language, subject: str, text: str, link: str) -> TemplateText:
    """A text as a person typed it; ValidationErrors says in words what is missing, unknown or too long, field by field."""
    faults: dict[str, UserError] = {}
    template = TEMPLATES[known(kind)]
    subject, link = tidy(subject), tidy(link)
    if not subject or len(subject) > MAX_SUBJECT_LENGTH:
        faults["subject"] = UserError("Écrivez un objet de {most} caractères au plus.", most=MAX_SUBJECT_LENGTH)
    elif "{" in subject or "}" in subject:
        faults["subject"] = UserError("L’objet ne prend pas de variable : il est le même pour tous.")
    if not template.link:
        link = ""
    elif not link or len(link) > MAX_LINK_LENGTH:
        faults["link"] = UserError("Écrivez les mots du bouton : {most} caractères au plus.", most=MAX_LINK_LENGTH)
    elif "{" in link or "}" in link:
        faults["link"] = UserError("Le bouton ne prend pas de variable.")
    try:
        body = _read_body(kind, language, text)
    except UserError as error:
        faults["text"] = error
    if faults:
        raise ValidationErrors({name: faults[name] for name in ("subject", "text", "link") if name in faults})
    return TemplateText(subject, body, link)


def _read_body(kind: LetterKind, language: Language, text: str) -> tuple[str, ...]:
    if len(text) > MAX_BODY_LENGTH:
        raise UserError("{count} caractères, c’est trop : {most} au plus.", count=len(text), most=MAX_BODY_LENGTH)
    body = _paragraphs(text)
    parts, wanted = [each for each in body if each in PARTS], [each for each in TEMPLATES[kind].body if each in PARTS]
    for part in wanted:
        if parts.count(part) != 1:
            raise UserError(
                "Gardez {part} une fois, seul sur sa ligne : sans lui le courriel ne dit plus ce qu’il doit dire.",
                part=translate(PARTS[part], language),
            )
    for part in parts:
        if part not in wanted:
            raise UserError("Ce courriel n’a pas de {part} : retirez-le.", part=translate(PARTS[part], language))
    sentences = [each for each in body if each not in PARTS]
    if not sentences:
        raise UserError("Écrivez au moins une phrase.")
    if len(body) > MAX_PARAGRAPHS:
        raise UserError("{count} paragraphes, c’est trop : {most} au plus.", count=len(body), most=MAX_PARAGRAPHS)
    for sentence in sentences:
        check_variables(sentence, variables(kind))
    return tuple(body)


def _paragraphs(text: str) -> list[str]:
    """Lines make a paragraph until an empty one, or until the name of a part (PARTS), alone on its line in either language."""
    named = {translate(text, each).casefold(): part for part, text in PARTS.items() for each in ("fr", "en")}
    body: list[str] = []
    lines: list[str] = []
    for line in [*(tidy(each) for each in text.splitlines()), ""]:
        part = named.get(line.casefold())
        if lines and (part or not line):
            body.append(" ".join(lines))
            lines = []
        if part:
            body.append(part)
        elif line:
            lines.append(line)
    return body


def check_variables(sentence: str, allowed: Sequence[str]) -> None:
    """UserError names the variable that the letter does not know."""
    for name in VARIABLE.findall(sentence):
        if name not in allowed:
            raise UserError(
                "La variable {unknown} n’existe pas dans ce courriel. Celles qu’il connaît : {known}.",
                unknown="{" + name + "}",
                known=", ".join("{" + each + "}" for each in allowed),
            )
    if re.search(r"[{}]", VARIABLE.sub("", sentence)):
        raise UserError(
            "Une accolade est seule. Une variable s’écrit ainsi : {example}.", example="{" + allowed[0] + "}"
        )


def save(uow: UnitOfWork, kind: LetterKind, language: Language, text: TemplateText, *, version: int) -> LetterText:
    """Keep the site's own text; UserError when a colleague changed it meanwhile."""
    uow.staff_only()
    before, row = in_use(uow, kind, language), _row(uow, kind, language)
    _same(uow, row, version)
    if row is None:
        row = LetterText(
            site_id=uow.site_id or 0, kind=kind, language=language, subject="", changed_at=uow.now, version=0
        )
    row.subject, row.body, row.link = text.subject, list(text.body), text.link
    row.version, row.changed_by, row.changed_at = row.version + 1, uow.name, uow.now
    uow.add(row)
    _note(uow, Action.LETTER_TEXT_CHANGED, row, before, text, language)
    return row


def restore(uow: UnitOfWork, kind: LetterKind, language: Language, *, version: int) -> None:
    """Back to the text that came with the portal."""
    uow.staff_only()
    row = _row(uow, known(kind), language)
    _same(uow, row, version)
    if row is None:
        return
    before = TemplateText(row.subject, tuple(row.body), row.link, row)
    uow.delete(row)
    uow.flush()
    _note(uow, Action.LETTER_TEXT_RESTORED, row, before, given(kind, language), language)


def _row(uow: UnitOfWork, kind: LetterKind, language: Language) -> LetterText | None:
    question = select(LetterText).where(LetterText.kind == kind, LetterText.language == language)
    return uow.one(question.with_for_update().execution_options(populate_existing=True))


def _same(uow: UnitOfWork, row: LetterText | None, version: int) -> None:
    if (row.version if row else 0) == version:
        return
    if row is None:
        raise UserError("Une personne a rétabli le texte d’origine depuis que vous l’avez ouvert. Rouvrez la page.")
    raise UserError(
        "{name} a modifié ce texte depuis que vous l’avez ouvert. Copiez le vôtre, puis rouvrez la page.",
        name=row.changed_by,
    )


def _note(
    uow: UnitOfWork, action: Action, row: LetterText, before: TemplateText, after: TemplateText, language: Language
) -> None:
    pairs = {
        _("Objet"): [before.subject, after.subject],
        _("Texte"): [before.paragraphs(language), after.paragraphs(language)],
        "Bouton": [before.link, after.link],
    }
    changes: dict[str, list[str]] = {"letter": ["", row.kind], "language": ["", language]}
    changes |= {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    audit.note_record(uow, action, row, changes=changes)
    uow.publish(("letter texts", row.site_id))
