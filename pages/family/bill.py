"""An invoice or a receipt as a page: what the PDF says, for whoever cannot read a PDF."""

from collections.abc import Sequence

from markupsafe import Markup

from components.layout import glossary
from components.layout.layout import head, way_back
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html
from components.ui.icons import icon
from components.ui.own_words import own
from components.ui.question_link import question_link
from components.ui.tables import facts, row
from data.billing import left_to_pay
from data.billing import models as billing
from data.billing.models import Invoice, InvoiceLine, Ledger, Nature
from data.core import formats, sites
from data.core.i18n import _, translate_or_same
from data.core.sites import Site
from data.core.transfers import Transfer
from data.core.unit_of_work import UnitOfWork
from data.families.models import Family
from data.messages.models import About
from data.pdf import bills

BACK: dict[str, str] = {Ledger.TUITION: "/facturation/cotisations", Ledger.RENTAL: "/facturation/locations"}


@screen("/facturation/factures/{number}/lire", Audience.FAMILY, title=_("Facture"))
def invoice(uow: UnitOfWork, number: str) -> str:
    billing.invoice_by_number(uow, number)
    Panel(uow, lambda w: _invoice(w, number), follows=[("family", uow.family_id or 0)], classes="flow")
    return number


@screen("/facturation/recus/{number}/lire", Audience.FAMILY, title=_("Reçu"))
def receipt(uow: UnitOfWork, number: str) -> str:
    billing.payment_by_number(uow, number)
    Panel(uow, lambda w: _receipt(w, number), follows=[("family", uow.family_id or 0)], classes="flow")
    return number


def _invoice(uow: UnitOfWork, number: str) -> Markup:
    found, site = billing.invoice_by_number(uow, number), sites.here(uow)
    lines, parts = billing.lines(uow, found.id), billing.instalments(uow, found.id)
    credit = found.nature == Nature.CREDIT
    title = (
        uow.translate("Avoir n° {number}", number=number)
        if credit
        else uow.translate("Facture n° {number}", number=number)
    )
    pairs: list[tuple[str, object]] = [
        (_("Date"), formats.day(found.day)),
        (_("Échéance"), formats.day(found.due_day) if not credit else ""),
        (_("Année scolaire"), found.school_year),
        (_("Objet"), uow.translate(_("Location d’instruments") if found.ledger == Ledger.RENTAL else _("Scolarité"))),
        (_("Libellé"), own(uow, found.label)),
        (_("Famille n°"), uow.get(Family, found.family_id).number),
        (_("Élèves"), ", ".join(dict.fromkeys(line.pupil for line in lines if line.pupil))),
        (_("Quotient familial"), own(uow, found.income_bracket)),
        (_("Corrige la facture n°"), uow.get(Invoice, found.corrects_id).number if found.corrects_id else ""),
        (_("SIRET"), site.legal.get("siret", "")),
    ]
    due = [
        html.li(
            uow.translate("{sum} le {day}", sum=formats.euros(part.cents, uow.language), day=formats.day(part.due_day))
        )
        for part in parts
    ]
    asked = left_to_pay.transfer(uow, site, found)
    return _top(uow, title, found.ledger, f"/facturation/factures/{number}.pdf") + html.section(
        _letterhead(site, found.payer, found.payer_address),
        facts(glossary.explained(uow.language, pairs, "bill")),
        _lines(uow, found, lines, left_to_pay.standing(uow, found)),
        due and html.div(html.h2(uow.translate("Échéancier")), html.ul(due), class_="prose"),
        asked and _transfer(uow, asked, in_parts=bool(parts)),
        html.p(question_link(uow, About.INVOICE, found.id, named=title), class_="links-row"),
        class_="card flow bill",
        aria_label=title,
    )


def _top(uow: UnitOfWork, title: str, ledger: str, pdf: str) -> Markup:
    back = way_back(uow.translate("Retour à la facturation"), BACK[ledger])
    return html.p(back) + head(
        title,
        uow.translate("Duplicata"),
        html.a(icon("paper"), uow.translate("Ouvrir le PDF"), href=pdf, class_="btn"),
    )


def _letterhead(site: Site, payer: str, address: str) -> Markup:
    return html.div(
        html.address(html.strong(site.name), "\n", site.address.replace(", ", "\n"), "\n", site.phone),
        html.address(html.strong(payer), "\n", address),
        class_="letterhead",
    )


def _transfer(uow: UnitOfWork, asked: Transfer, *, in_parts: bool) -> Markup:
    """The code of the paper, and the same in words."""
    drawn = asked.code().svg_data_uri(border=4, dark="#000", light="#fff")
    return html.div(
        html.h2(uow.translate("Régler par virement")),
        html.div(
            html.img(
                src=drawn, alt=bills.transfer_alternative(asked, uow.language), class_="qr", width=208, height=208
            ),
            html.div(
                facts((uow.translate(label), value) for label, value in bills.transfer_facts(asked, uow.language)),
                html.p(bills.transfer_words(uow.language, in_parts=in_parts), class_="small soft"),
            ),
            class_="transfer",
        ),
    )


def _lines(uow: UnitOfWork, found: Invoice, lines: list[InvoiceLine], standing: Sequence[tuple[str, int]]) -> Markup:
    heads = [
        uow.translate(each) for each in (_("Désignation"), _("Élève"), _("Quantité"), _("Prix unitaire"), _("Montant"))
    ]
    looks = ("", "", "num", "num", "num")
    shown = [
        row(
            heads,
            (
                own(uow, line.label),
                line.pupil,
                formats.decimal(line.quantity, uow.language, places=0),
                formats.euros(line.unit, uow.language),
                formats.euros(line.cents, uow.language),
            ),
            looks,
        )
        for line in lines
    ]
    total = _("Total de l’avoir") if found.nature == Nature.CREDIT else _("Total à régler")
    return html.table(
        html.caption(uow.translate("Détail")),
        html.thead(
            html.tr(
                (html.th(each, scope="col", class_=look or None) for each, look in zip(heads, looks, strict=True)),
            ),
        ),
        html.tbody(shown),
        html.tfoot(
            html.tr(
                html.th(uow.translate(label), scope="row", colspan=4),
                html.td(formats.euros(cents, uow.language), class_="num"),
            )
            for label, cents in ((total, found.total), *standing)
        ),
        class_="stack bill-table",
    )


def _receipt(uow: UnitOfWork, number: str) -> Markup:
    found, site = billing.payment_by_number(uow, number), sites.here(uow)
    settled = billing.settled_by(uow, found.id)
    title = uow.translate("Reçu n° {number}", number=number)
    pairs: list[tuple[str, object]] = [
        (_("Date du règlement"), formats.day(found.day)),
        (_("Montant"), formats.euros(found.cents, uow.language)),
        (_("Mode de règlement"), translate_or_same(found.method, uow.language)),
        (_("Numéro d’opération"), found.operation),
        (_("Année scolaire"), found.school_year),
        (_("Libellé"), own(uow, found.label)),
        (_("Famille n°"), uow.get(Family, found.family_id).number),
    ]
    for_ = [
        html.li(
            uow.translate("Facture n° {number} : {sum}", number=each.number, sum=formats.euros(cents, uow.language))
        )
        for each, cents in settled
    ]
    address = settled[0][0].payer_address if settled else ""
    return _top(uow, title, found.ledger, f"/facturation/recus/{number}.pdf") + html.section(
        _letterhead(site, found.payer, address),
        facts(glossary.explained(uow.language, pairs, "bill")),
        for_ and html.div(html.h2(uow.translate("Factures réglées")), html.ul(for_), class_="prose"),
        class_="card flow bill",
        aria_label=title,
    )
