"""What the conservatoire or its other program wrote in French, told to a reader of English: in the office's own English, as the
word that we know, or as it stands, marked for screen readers as French."""

from typing import Protocol

from markupsafe import Markup, escape

from components.ui import html
from components.ui.markup import Content, join
from data.core import own_texts
from data.core.i18n import Language, elided, is_english, tight, translate_or_same
from data.core.own_texts import Bilingual


class Reader(Protocol):
    """A unit of work, a caller."""

    @property
    def language(self) -> Language: ...


def language_of(reader: Reader, text: str) -> str | None:
    """For `lang` of an element that holds what the office wrote as it is."""
    return "fr" if reader.language == "en" and text.strip("–- ") and not is_english(text) else None


def own(reader: Reader, text: str) -> Content:
    """A word or a text of theirs."""
    known = translate_or_same(text, reader.language)
    foreign = language_of(reader, text) if known == text else None
    return html.span(text, lang=foreign) if foreign else known


def own_text(reader: Reader, row: Bilingual, name: str) -> Content:
    """A column that the office may write in both languages."""
    return (
        own(reader, own_texts.text_of(row, name, reader.language))
        if not _twin(reader, row, name)
        else row.english[name]
    )


def text_language(reader: Reader, row: Bilingual, name: str) -> str | None:
    """The same for `lang` of an element that can hold no other, as an option."""
    return None if _twin(reader, row, name) else language_of(reader, str(getattr(row, name)))


def filled(sentence: str, **parts: Content) -> Markup:
    """A translated sentence whose {words} are markup."""
    return escape(tight(elided(sentence, parts))).format(**{name: join([part]) for name, part in parts.items()})


def _twin(reader: Reader, row: Bilingual, name: str) -> bool:
    return reader.language == "en" and bool(row.english.get(name))
