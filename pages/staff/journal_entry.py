"""One entry of the journal: each value before and after, from where, under which reference."""

from markupsafe import Markup

from components.ui.icons import icon
from components.ui.markup import button, tag
from components.ui.tables import facts, row
from data.core.unit_of_work import Visit
from data.office.audit_log import Told


def draw(v: Visit, told: Told) -> Markup:
    """The entry's own sheet: each value before and after, from where, under which reference."""
    entry = told.entry
    changes = tag(
        "table",
        tag("caption", v.say("Ce qui a changé")),
        tag("thead", tag("tr", (tag("th", v.say(each), scope="col") for each in ("Champ", "Avant", "Après")))),
        tag("tbody", (row([v.say(each) for each in ("Champ", "Avant", "Après")],
                          [name, tag("span", before or "–", class_="kept-lines"), tag("strong", after or "–", class_="kept-lines")])
                      for name, before, after in told.changes)),
        class_="stack",
    ) if told.changes else None  # fmt: skip
    pairs: list[tuple[str, object]] = [
        ("Date", told.when),
        ("Personne", told.who),
        ("Enregistrement", told.record),
        ("Famille", told.family),
        ("Adresse réseau", entry.client),
        ("Référence", entry.reference),
    ]
    same = (
        button(
            icon("search"),
            v.say("Toute l’histoire de cet enregistrement"),
            do="record",
            of=entry.id,
            class_="btn quiet",
        )
        if entry.subject and entry.subject_id
        else None
    )
    return tag(
        "section",
        tag(
            "div",
            tag("h2", told.what, id="entry-title", tabindex="-1"),
            button(icon("cross"), v.say("Fermer"), do="open", of="0", class_="btn quiet small"),
            class_="sheet-head",
        ),
        facts((v.say(label), value) for label, value in pairs),
        changes,
        same and tag("div", same, class_="actions"),
        class_="card flow",
        aria_labelledby="entry-title",
    )
