"""An invoice or a receipt as a page: what the PDF says, for whoever cannot read a PDF."""

from markupsafe import Markup

from components.layout import glossary
from components.layout.layout import head, way_back
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui.icons import icon
from components.ui.markup import tag
from components.ui.tables import facts, row
from data.billing import models as billing
from data.billing.models import Invoice, InvoiceLine
from data.core import formats, sites
from data.core.i18n import twin_or_same
from data.core.sites import Site
from data.core.unit_of_work import Visit
from data.families.models import Family

BACK = {"tuition": "/facturation/cotisations", "rental": "/facturation/locations"}


@screen("/facturation/factures/{number}/lire", Audience.FAMILY, title="Facture")
def invoice(v: Visit, number: str) -> None:
    billing.invoice_by_number(v, number)
    Panel(v, lambda w: _invoice(w, number), follows=[("family", v.family_id or 0)], classes="flow")


@screen("/facturation/recus/{number}/lire", Audience.FAMILY, title="Reçu")
def receipt(v: Visit, number: str) -> None:
    billing.payment_by_number(v, number)
    Panel(v, lambda w: _receipt(w, number), follows=[("family", v.family_id or 0)], classes="flow")


def _invoice(v: Visit, number: str) -> Markup:
    found, site = billing.invoice_by_number(v, number), sites.here(v)
    lines, parts = billing.lines(v, found.id), billing.instalments(v, found.id)
    credit = found.nature == "credit"
    title = v.say("Avoir n° {number}", number=number) if credit else v.say("Facture n° {number}", number=number)
    pairs: list[tuple[str, object]] = [
        ("Date", formats.day(found.day)),
        ("Échéance", formats.day(found.due_day) if not credit else ""),
        ("Année scolaire", found.school_year),
        ("Objet", v.say("Location d’instruments" if found.ledger == "rental" else "Scolarité")),
        ("Libellé", found.label),
        ("Famille n°", v.get(Family, found.family_id).number),
        ("Élèves", ", ".join(dict.fromkeys(line.pupil for line in lines if line.pupil))),
        ("Quotient familial", found.income_bracket),
        ("Corrige la facture n°", v.get(Invoice, found.corrects_id).number if found.corrects_id else ""),
        ("SIRET", site.legal.get("siret", "")),
    ]
    due = [
        tag("li", v.say("{sum} le {day}", sum=formats.euros(part.cents), day=formats.day(part.due_day)))
        for part in parts
    ]
    return _top(v, title, found.ledger, f"/facturation/factures/{number}.pdf") + tag(
        "section",
        _letterhead(site, found.payer, found.payer_address),
        facts(glossary.explained(v.tongue, pairs, "bill")),
        _lines(v, found, lines),
        due and tag("div", tag("h2", v.say("Échéancier")), tag("ul", due), class_="prose"),
        class_="card flow bill",
        aria_label=title,
    )


def _top(v: Visit, title: str, ledger: str, pdf: str) -> Markup:
    back = way_back(v.say("Retour à la facturation"), BACK[ledger])
    return tag("p", back) + head(
        title, v.say("Duplicata"), tag("a", icon("paper"), v.say("Ouvrir le PDF"), href=pdf, class_="btn")
    )


def _letterhead(site: Site, payer: str, address: str) -> Markup:
    return tag(
        "div",
        tag("address", tag("strong", site.name), "\n", site.address.replace(", ", "\n"), "\n", site.phone),
        tag("address", tag("strong", payer), "\n", address),
        class_="letterhead",
    )


def _lines(v: Visit, found: Invoice, lines: list[InvoiceLine]) -> Markup:
    heads = [v.say(each) for each in ("Désignation", "Élève", "Quantité", "Prix unitaire", "Montant")]
    looks = ("", "", "num", "num", "num")
    shown = [
        row(
            heads,
            (
                line.label,
                line.pupil,
                formats.decimal(line.quantity, v.tongue, places=0),
                formats.euros(line.unit),
                formats.euros(line.cents),
            ),
            looks,
        )
        for line in lines
    ]
    total = v.say("Total de l’avoir") if found.nature == "credit" else v.say("Total à régler")
    return tag(
        "table",
        tag("caption", v.say("Détail")),
        tag(
            "thead",
            tag(
                "tr",
                (tag("th", each, scope="col", class_=look or None) for each, look in zip(heads, looks, strict=True)),
            ),
        ),
        tag("tbody", shown),
        tag(
            "tfoot",
            tag("tr", tag("th", total, scope="row", colspan=4), tag("td", formats.euros(found.total), class_="num")),
        ),
        class_="stack bill-table",
    )


def _receipt(v: Visit, number: str) -> Markup:
    found, site = billing.payment_by_number(v, number), sites.here(v)
    settled = billing.settled_by(v, found.id)
    title = v.say("Reçu n° {number}", number=number)
    pairs: list[tuple[str, object]] = [
        ("Date du règlement", formats.day(found.day)),
        ("Montant", formats.euros(found.cents)),
        ("Mode de règlement", twin_or_same(found.method, v.tongue)),
        ("Numéro d’opération", found.operation),
        ("Année scolaire", found.school_year),
        ("Libellé", found.label),
        ("Famille n°", v.get(Family, found.family_id).number),
    ]
    for_ = [
        tag("li", v.say("Facture n° {number} : {sum}", number=each.number, sum=formats.euros(cents)))
        for each, cents in settled
    ]
    address = settled[0][0].payer_address if settled else ""
    return _top(v, title, found.ledger, f"/facturation/recus/{number}.pdf") + tag(
        "section",
        _letterhead(site, found.payer, address),
        facts(glossary.explained(v.tongue, pairs, "bill")),
        for_ and tag("div", tag("h2", v.say("Factures réglées")), tag("ul", for_), class_="prose"),
        class_="card flow bill",
        aria_label=title,
    )
