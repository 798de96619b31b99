"""One entry of the journal: each value before and after, from where, under which reference."""

from markupsafe import Markup

from components.ui import html
from components.ui.icons import icon
from components.ui.markup import button
from components.ui.tables import facts, row
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.office.audit_log import EntryView


def draw(uow: UnitOfWork, text: EntryView) -> Markup:
    """The entry's own record: each value before and after, from where, under which reference."""
    entry = text.entry
    changes = html.table(html.caption(uow.translate("Ce qui a changé")),
        html.thead(html.tr(html.th(uow.translate(each), scope="col") for each in (_("Champ"), _("Avant"), _("Après")))),
        html.tbody((row([uow.translate(each) for each in (_("Champ"), _("Avant"), _("Après"))],
                          [name, html.span(before or "–", class_="line-breaks"), html.strong(after or "–", class_="line-breaks")])
                      for name, before, after in text.changes)),
        class_="stack",
    ) if text.changes else None  # fmt: skip
    pairs: list[tuple[str, object]] = [
        (_("Date"), text.when),
        (_("Personne"), text.who),
        (_("Enregistrement"), text.record),
        (_("Famille"), text.family),
        (_("Adresse réseau"), entry.client),
        (_("Référence"), entry.reference),
    ]
    same = (
        button(
            icon("search"),
            uow.translate("Toute l’histoire de cet enregistrement"),
            do="record",
            of=entry.id,
            class_="btn quiet",
        )
        if entry.subject and entry.subject_id
        else None
    )
    return html.section(
        html.div(
            html.h2(text.what, id="entry-title", tabindex="-1"),
            button(icon("cross"), uow.translate("Fermer"), do="open", of="0", class_="btn quiet small"),
            class_="card-head",
        ),
        facts((uow.translate(label), value) for label, value in pairs),
        changes,
        same and html.div(same, class_="actions"),
        class_="card flow",
        aria_labelledby="entry-title",
    )
