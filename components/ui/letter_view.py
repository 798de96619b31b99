"""A letter's text on a screen: the words it has, without what it keeps to itself (passwords, links that open by themselves)."""

from markupsafe import Markup

from components.ui.icons import icon
from components.ui.markup import tag
from data.core.i18n import language, say
from data.core.unit_of_work import Visit
from data.mail.outbox import Letter
from data.mail.rendering import HIDDEN, shown_link


def draw(v: Visit, letter: Letter) -> Markup:
    """The letter as a sheet of paper; in words when its text is no longer kept."""
    if not letter.blocks:
        return tag("p", v.say("Le texte de ce courriel n’est plus conservé."), class_="soft")
    tongue = language(letter.language)
    parts = [tag("p", say("Bonjour {name},", tongue, name=letter.name))]
    rows = [block[1:] for block in letter.blocks if block[0] == "change"]
    facts = [block[1:] for block in letter.blocks if block[0] == "fact"]
    for name, *said in letter.blocks:
        if name == "p":
            parts.append(tag("p", said[0]))
        elif name == "secret":
            parts.append(tag("p", say("Mot de passe : {secret}", tongue, secret=HIDDEN), class_="secret"))
        elif name == "change" and rows:
            parts.append(_changes(rows, tongue))
            rows = []
        elif name == "fact" and facts:
            parts.append(
                tag("dl", (tag("div", tag("dt", label), tag("dd", value)) for label, value in facts), class_="facts")
            )
            facts = []
        elif name == "message":
            parts.append(tag("p", say("Message du secrétariat : {message}", tongue, message=said[0]), class_="said"))
        elif name == "link":
            parts.append(
                tag("p", tag("strong", said[0]), tag("br"), tag("span", shown_link(said[1]), class_="soft small"))
            )
        elif name == "paper":
            joined = say("Pièce jointe : {name}", tongue, name=said[0])
            parts.append(tag("p", icon("paper"), tag("span", joined), class_="was plain"))
        elif name == "foot":
            lines = [*filter(None, said), say("Message automatique du portail : il n’attend pas de réponse.", tongue)]
            parts.append(tag("p", [(line, tag("br")) for line in lines], class_="foot-of-letter soft small"))
    return tag("div", parts, class_="paper-sheet", lang=letter.language if letter.language != v.tongue else None)


def _changes(rows: list[list[str]], tongue: str) -> Markup:
    heads = [say(word, language(tongue)) for word in ("Champ", "Avant", "Après")]
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
