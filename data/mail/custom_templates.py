"""What a site says in its letters instead of the texts that come with the portal, by kind of letter and language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import SkipValidation
from sqlalchemy import JSON, Column, UniqueConstraint, bindparam
from sqlmodel import Field, col, select

from data.core import audit
from data.core.errors import Faulty, NotYours, Refused
from data.core.fields import tidy
from data.core.i18n import Language, elided, say
from data.core.scope import OfSite
from data.core.unit_of_work import Visit, kept
from data.mail.templates import TEMPLATES

# What stands in a text for the letter's own: in the text a person edits, each is a line of its own.
PARTS = {
    "secret": "[mot de passe]",
    "link": "[lien]",
    "changes": "[changements]",
    "message": "[message]",
    "facts": "[liste]",
}
EVERYWHERE = ("site", "name", "moment")  # every letter knows these
VARIABLE = re.compile(r"\{(\w*)\}")
LONGEST_SUBJECT, LONGEST_LINK, LONGEST_BODY, MOST_PARAGRAPHS = 120, 60, 4_000, 30


class LetterText(OfSite, table=True):
    """A site's own text. `body` is paragraphs with {variables}, and the names of parts (PARTS)."""

    __tablename__ = "letter_text"
    __table_args__ = (UniqueConstraint("site_id", "kind", "language"),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    kind: str = Field(max_length=40)
    language: str = Field(max_length=2)
    subject: str = Field(max_length=LONGEST_SUBJECT)
    body: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    link: str = Field(default="", max_length=LONGEST_LINK)
    version: int = 1
    changed_by: str = Field(default="", max_length=120)
    changed_at: datetime


@dataclass(frozen=True)
class Words:
    """A letter's text before its variables are filled in. `own` is the site's row, None for the text that came."""

    subject: str
    body: tuple[str, ...]
    link: str = ""
    own: LetterText | None = None

    @property
    def version(self) -> int:
        return self.own.version if self.own else 0

    def paragraphs(self, tongue: Language) -> str:
        """As a person edits it: paragraphs with an empty line between, parts in brackets."""
        return "\n\n".join(say(PARTS[part], tongue) if part in PARTS else part for part in self.body)


def given(kind: str, tongue: Language) -> Words:
    """The text that came with the portal."""
    template = TEMPLATES[kind]
    body = tuple(part if part in PARTS else say(part, tongue) for part in template.body)
    return Words(say(template.subject, tongue), body, say(template.link, tongue))


_OWN = kept(
    select(LetterText).where(
        LetterText.site_id == bindparam("site"),
        LetterText.kind == bindparam("kind"),
        LetterText.language == bindparam("tongue"),
    )
)


def own_text(v: Visit, site_id: int, kind: str, tongue: Language) -> Words | None:
    """What that site says instead, None when it says what came."""
    row = v.one(_OWN, site=site_id, kind=kind, tongue=tongue)
    return Words(row.subject, tuple(row.body), row.link, row) if row else None


def in_use(v: Visit, kind: str, tongue: Language) -> Words:
    known(kind)
    return own_text(v, v.site_id or 0, kind, tongue) or given(kind, tongue)


def edited(v: Visit) -> dict[tuple[str, str], LetterText]:
    """(kind, language) -> the site's own text, for the list of texts."""
    return {(row.kind, row.language): row for row in v.all(select(LetterText).order_by(col(LetterText.kind)))}


def known(kind: str) -> str:
    if kind not in TEMPLATES:
        raise NotYours(f"letter kind {kind[:40]!r}")
    return kind


def variables(kind: str) -> list[str]:
    """The {variables} that this letter can fill in, its own first."""
    template = TEMPLATES[kind]
    own = [name for text in (*template.body, template.subject) for name in VARIABLE.findall(text)]
    return list(dict.fromkeys([*own, *EVERYWHERE]))


def fill(text: str, words: Mapping[str, object]) -> str:
    """{variables} replaced, once: what a person wrote is data, never a format (« {a.__class__} »)."""
    return VARIABLE.sub(lambda found: str(words.get(found[1], "")), elided(text, words))


def read(kind: str, tongue: Language, subject: str, text: str, link: str) -> Words:
    """A text as a person typed it; Faulty says in words what is missing, unknown or too long, field by field."""
    faults: dict[str, Refused] = {}
    template = TEMPLATES[known(kind)]
    subject, link = tidy(subject), tidy(link)
    if not subject or len(subject) > LONGEST_SUBJECT:
        faults["subject"] = Refused("Écrivez un objet de {most} caractères au plus.", most=LONGEST_SUBJECT)
    elif "{" in subject or "}" in subject:
        faults["subject"] = Refused("L’objet ne prend pas de variable : il est le même pour tous.")
    if not template.link:
        link = ""
    elif not link or len(link) > LONGEST_LINK:
        faults["link"] = Refused("Écrivez les mots du bouton : {most} caractères au plus.", most=LONGEST_LINK)
    elif "{" in link or "}" in link:
        faults["link"] = Refused("Le bouton ne prend pas de variable.")
    try:
        body = _read_body(kind, tongue, text)
    except Refused as refused:
        faults["text"] = refused
    if faults:
        raise Faulty({name: faults[name] for name in ("subject", "text", "link") if name in faults})
    return Words(subject, body, link)


def _read_body(kind: str, tongue: Language, text: str) -> tuple[str, ...]:
    if len(text) > LONGEST_BODY:
        raise Refused("{count} caractères, c’est trop : {most} au plus.", count=len(text), most=LONGEST_BODY)
    named = {say(words, each).casefold(): part for part, words in PARTS.items() for each in ("fr", "en")}
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
    parts, wanted = [each for each in body if each in PARTS], [each for each in TEMPLATES[kind].body if each in PARTS]
    for part in wanted:
        if parts.count(part) != 1:
            raise Refused(
                "Gardez {part} une fois, seul sur sa ligne : sans lui le courriel ne dit plus ce qu’il doit dire.",
                part=say(PARTS[part], tongue),
            )
    for part in parts:
        if part not in wanted:
            raise Refused("Ce courriel n’a pas de {part} : retirez-le.", part=say(PARTS[part], tongue))
    sentences = [each for each in body if each not in PARTS]
    if not sentences:
        raise Refused("Écrivez au moins une phrase.")
    if len(body) > MOST_PARAGRAPHS:
        raise Refused("{count} paragraphes, c’est trop : {most} au plus.", count=len(body), most=MOST_PARAGRAPHS)
    for sentence in sentences:
        _check_variables(kind, sentence)
    return tuple(body)


def _check_variables(kind: str, sentence: str) -> None:
    allowed = variables(kind)
    for name in VARIABLE.findall(sentence):
        if name not in allowed:
            raise Refused(
                "La variable {unknown} n’existe pas dans ce courriel. Celles qu’il connaît : {known}.",
                unknown="{" + name + "}",
                known=", ".join("{" + each + "}" for each in allowed),
            )
    if re.search(r"[{}]", VARIABLE.sub("", sentence)):
        raise Refused("Une accolade est seule. Une variable s’écrit ainsi : {example}.", example="{name}")


def save(v: Visit, kind: str, tongue: Language, words: Words, *, version: int) -> LetterText:
    """Keep the site's own text; Refused when a colleague changed it meanwhile."""
    v.staff_only()
    before, row = in_use(v, kind, tongue), _row(v, kind, tongue)
    _same(v, row, version)
    if row is None:
        row = LetterText(site_id=v.site_id or 0, kind=kind, language=tongue, subject="", changed_at=v.now, version=0)
    row.subject, row.body, row.link = words.subject, list(words.body), words.link
    row.version, row.changed_by, row.changed_at = row.version + 1, v.name, v.now
    v.add(row)
    _note(v, "letter text changed", row, before, words, tongue)
    return row


def restore(v: Visit, kind: str, tongue: Language, *, version: int) -> None:
    """Back to the text that came with the portal."""
    v.staff_only()
    row = _row(v, known(kind), tongue)
    _same(v, row, version)
    if row is None:
        return
    before = Words(row.subject, tuple(row.body), row.link, row)
    v.delete(row)
    v.flush()
    _note(v, "letter text restored", row, before, given(kind, tongue), tongue)


def _row(v: Visit, kind: str, tongue: Language) -> LetterText | None:
    question = select(LetterText).where(LetterText.kind == kind, LetterText.language == tongue)
    return v.one(question.with_for_update().execution_options(populate_existing=True))


def _same(v: Visit, row: LetterText | None, version: int) -> None:
    if (row.version if row else 0) == version:
        return
    if row is None:
        raise Refused("Une personne a rétabli le texte d’origine depuis que vous l’avez ouvert. Rouvrez la page.")
    raise Refused(
        "{name} a modifié ce texte depuis que vous l’avez ouvert. Copiez le vôtre, puis rouvrez la page.",
        name=row.changed_by,
    )


def _note(v: Visit, action: str, row: LetterText, before: Words, after: Words, tongue: Language) -> None:
    pairs = {
        "Objet": [before.subject, after.subject],
        "Texte": [before.paragraphs(tongue), after.paragraphs(tongue)],
        "Bouton": [before.link, after.link],
    }
    changes: dict[str, list[str]] = {"letter": ["", row.kind], "language": ["", tongue]}
    changes |= {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    audit.note(v, action, subject="letter_text", subject_id=row.id, changes=changes)
    v.tell(("letter texts", row.site_id))
