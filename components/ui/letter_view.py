"""A letter's text on a screen: the words it has, without what it keeps to itself (passwords, links that open by themselves)."""

from markupsafe import Markup

from components.ui.icons import icon
from components.ui.markup import tag
from data.core.i18n import as_language, translate
from data.core.unit_of_work import UnitOfWork
from data.mail.outbox import Letter
from data.mail.rendering import HIDDEN, shown_link


def draw(uow: UnitOfWork, letter: Letter) -> Markup:
    """The letter as a record of paper; in words when its text is no longer kept."""
    if not letter.blocks:
        return tag("p", uow.translate("Le texte de ce courriel n’est plus conservé."), class_="soft")
    language = as_language(letter.language)
    parts = [tag("p", translate("Bonjour {name},", language, name=letter.name))]
    rows = [block[1:] for block in letter.blocks if block[0] == "change"]
    facts = [block[1:] for block in letter.blocks if block[0] == "fact"]
    for name, *values in letter.blocks:
        if name == "p":
            parts.append(tag("p", values[0]))
        elif name == "secret":
            parts.append(tag("p", translate("Mot de passe : {secret}", language, secret=HIDDEN), class_="secret"))
        elif name == "change" and rows:
            parts.append(_changes(rows, language))
            rows = []
        elif name == "fact" and facts:
            parts.append(
                tag("dl", (tag("div", tag("dt", label), tag("dd", value)) for label, value in facts), class_="facts")
            )
            facts = []
        elif name == "message":
            parts.append(
                tag("p", translate("Message du secrétariat : {message}", language, message=values[0]), class_="said")
            )
        elif name == "link":
            parts.append(
                tag("p", tag("strong", values[0]), tag("br"), tag("span", shown_link(values[1]), class_="soft small"))
            )
        elif name == "paper":
            joined = translate("Pièce jointe : {name}", language, name=values[0])
            parts.append(tag("p", icon("paper"), tag("span", joined), class_="was plain"))
        elif name == "foot":
            lines = [
                *filter(None, values),
                translate("Message automatique du portail : il n’attend pas de réponse.", language),
            ]
            parts.append(tag("p", [(line, tag("br")) for line in lines], class_="foot-of-letter soft small"))
    return tag("div", parts, class_="paper-sheet", lang=letter.language if letter.language != uow.language else None)


def _changes(rows: list[list[str]], language: str) -> Markup:
    heads = [translate(word, as_language(language)) for word in ("Champ", "Avant", "Après")]
    lines = (
        tag(
            "tr",
            tag("th", field, scope="row"),
            tag("td", before or "–", data_l=heads[1]),
            tag("td", tag("strong", after or "–"), verdict and (tag("br"), verdict), data_l=heads[2]),
        )
        for field, before, after, verdict in rows
    )
    return tag(
        "table",
        tag("thead", tag("tr", (tag("th", head, scope="col") for head in heads))),
        tag("tbody", lines),
        class_="stack",
    )
