"""« Facturation »: the two accounts, line by line, their sums, what is due; a line opens its duplicate as PDF."""

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import page_panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html, lists
from components.ui.icons import icon
from components.ui.lists import Column, Listing, Order
from components.ui.markup import Content
from components.ui.own_words import own
from components.ui.panel import Act, Answer, only_shows
from components.ui.question_link import question_link
from components.ui.status_chip import status_chip
from components.ui.tabs import tabs
from data.billing import models as billing
from data.billing import online_payments
from data.billing.models import LEDGERS, Entry, EntryState, Invoice, Ledger, Nature, Payment
from data.core import formats
from data.core.i18n import _, translate_or_same
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.messages.models import About

TABS = {"cotisations": _("Facturation cotisations"), "locations": _("Facturation locations")}


@dataclass
class PageState:
    """What one open page shows: the account, the school year (all when empty)."""

    kind: str
    year: str
    listing: Listing[Entry]

    @property
    def url(self) -> str:
        query = "&".join(filter(None, (f"annee={self.year}" if self.year else "", self.listing.order.query)))
        return f"/facturation/{self.kind}" + (f"?{query}" if query else "")


def _account_of(kind: str) -> Callable[..., None]:
    def account(uow: UnitOfWork, annee: str = "", r: str = "", tri: str = "") -> None:
        page_state = PageState(kind, annee if len(annee) == 9 else "", _listing(Order.read(r, tri)))
        listed = lists.acts(page_state.listing, lambda w: Answer(url=page_state.url))
        page_panel(uow, page_state, _draw, {"year": _choose_year}, [("family", uow.family_id or 0)], listed)

    return account


for _kind in LEDGERS:
    screen(f"/facturation/{_kind}", Audience.FAMILY, title=_("Facturation"))(_account_of(_kind))


def _listing(order: Order) -> Listing[Entry]:
    return Listing(
        name="ledger",
        caption=_("Factures et règlements"),
        columns=(
            Column("Date", lambda uow, e: formats.day(e.row.day), lambda e: (e.row.day, e.row.id), look="tight"),
            Column("Mode de règlement", _method),
            Column("Numéro d’opération", _operation),
            Column("Libellé", _label, lambda e: e.row.label, look="broad"),
            Column("État", lambda uow, e: status_chip(uow, e.state)),
            Column(
                "Crédit",
                lambda uow, e: formats.euros(e.credit, uow.language) if e.credit else "",
                lambda e: e.credit,
                look="num",
            ),
            Column(
                "Débit",
                lambda uow, e: formats.euros(e.debit, uow.language) if e.debit else "",
                lambda e: e.debit,
                look="num",
            ),
            Column("Montant", _amount, lambda e: e.amount, look="num"),
        ),
        of=lambda e: f"{'f' if isinstance(e.row, Invoice) else 'r'}{e.row.number}",
        empty=_("Aucune facture ni règlement. Les factures du conservatoire et vos règlements paraîtront ici."),
        searched=True,
        group=lambda e: e.row.school_year,
        folds=_("Année, recherche, tri"),
        order=order,
    )


def _method(uow: UnitOfWork, entry: Entry) -> str:
    return translate_or_same(entry.row.method, uow.language) if isinstance(entry.row, Payment) else "–"


def _operation(uow: UnitOfWork, entry: Entry) -> str:
    return entry.row.operation or entry.row.number if isinstance(entry.row, Payment) else entry.row.number


def _amount(uow: UnitOfWork, entry: Entry) -> Content:
    """Struck where it counts for nothing."""
    text = formats.euros(entry.amount, uow.language)
    return html.s(text) if entry.state == EntryState.REJECTED else text


def _label(uow: UnitOfWork, entry: Entry) -> Markup:
    """The label, then the duplicate: a double-click on the line opens it too."""
    row = entry.row
    due = _left(uow, entry)
    name = html.span(own(uow, row.label), class_="entry-name")
    if entry.state == EntryState.REJECTED:
        text = uow.translate("Cette somme n’a pas été encaissée.")
        return html.span(name, html.span(text, class_="entry-due small soft"))
    if isinstance(row, Invoice):
        text = uow.translate("Avoir (PDF)") if row.nature == Nature.CREDIT else uow.translate("Facture (PDF)")
        path = f"/facturation/factures/{row.number}"
    else:
        text, path = uow.translate("Reçu (PDF)"), f"/facturation/recus/{row.number}"
    named = html.span(uow.translate(" n° {number}", number=row.number), class_="unseen")
    links = html.span(
        html.a(icon("paper"), text, named, href=f"{path}.pdf", data_open=True),
        html.a(uow.translate("Lire en ligne"), named, href=f"{path}/lire"),
        question_link(uow, About.INVOICE, row.id, named=row.number) if isinstance(row, Invoice) and entry.due else None,
        class_="links-row",
    )
    return html.span(name, due and html.span(due, class_="entry-due small soft"), links)


def _left(uow: UnitOfWork, entry: Entry) -> Markup | None:
    """What is left of an invoice, and when its next part is due."""
    if not entry.due:
        return None
    left, day = formats.euros(entry.due, uow.language), formats.day(entry.next_due)
    if not day:
        return html.span(uow.translate("Reste {sum}", sum=left))
    if entry.next_part < entry.due:
        part = formats.euros(entry.next_part, uow.language)
        return html.span(uow.translate("Reste {sum}, dont {part} le {day}", sum=left, part=part, day=day))
    return html.span(uow.translate("Reste {sum} à régler le {day}", sum=left, day=day))


@only_shows
def _choose_year(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    chosen = act.values.get("annee", "")
    page_state.year = chosen if len(chosen) == 9 else ""
    page_state.listing.order.skip = 0
    return Answer(url=page_state.url)


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    accounts = billing.accounts(uow)
    ledger = accounts[LEDGERS[page_state.kind]]
    shown = ledger.of_year(page_state.year) if page_state.year else ledger
    links = ((uow.translate(label), f"/facturation/{kind}", kind == page_state.kind) for kind, label in TABS.items())
    pay = (
        f"/facturation/{page_state.kind}/payer"
        if online_payments.payable(ledger) and online_payments.offered(uow)
        else ""
    )
    return (
        head(uow.translate("Facturation"), _under(uow, page_state), _due(uow, ledger.balance, pay))
        + tabs(uow.translate("Comptes"), links)
        + _broken(uow, page_state, accounts)
        + html.div(
            lists.draw(uow, page_state.listing, shown.entries, beside=_years(uow, page_state, ledger.years)),
            class_="ledger",
        )
        + (_sums(uow, shown, pay) if shown.entries else Markup(""))
        + _certificates(uow, page_state.year or next(iter(ledger.years), ""), accounts)
    )


def _under(uow: UnitOfWork, page_state: PageState) -> str:
    return (
        uow.translate("Année {year}", year=page_state.year) if page_state.year else uow.translate("Toutes les années")
    )


def balance_words(uow: UnitOfWork, balance: int, *, none: str) -> str:
    """What a sum beside it is; `none` where nothing is due."""
    if balance < 0:
        return uow.translate("Solde en votre faveur")
    return uow.translate("Solde à régler") if balance else none


def _due(uow: UnitOfWork, balance: int, pay: str) -> Markup:
    """What is due; on a phone, where the sums are far below, the way to pay it too."""
    text = balance_words(uow, balance, none=uow.translate("Solde"))
    link = html.a(uow.translate("Payer en ligne"), href=pay, class_="btn quiet small phone-only") if pay else None
    return html.div(html.p(text, html.strong(formats.euros(abs(balance), uow.language))), link, class_="due")


def _years(uow: UnitOfWork, page_state: PageState, years: list[str]) -> Markup | None:
    if len(years) < 2 and not page_state.year:
        return None
    choices = [("", uow.translate("Toutes les années")), *((year, year) for year in years)]
    return html.div(
        html.label(uow.translate("Année scolaire"), for_="annee"),
        html.select(
            (html.option(text, value=year, selected=year == page_state.year) for year, text in choices),
            id="annee",
            name="annee",
            data_change="year",
        ),
        class_="field narrow-field",
    )


def _sums(uow: UnitOfWork, shown: billing.Account, pay: str) -> Markup:
    """Billed, paid, balance of the lines above; the payment is for all that is due."""
    favour = html.small(uow.translate("en votre faveur")) if shown.balance < 0 else None
    sums = html.dl(
        (
            html.div(html.dt(uow.translate(label)), html.dd(formats.euros(cents, uow.language), more))
            for label, cents, more in (
                (_("Montant total facturé"), shown.billed, None),
                (_("Montant total réglé"), shown.paid, None),
                (_("Solde"), shown.balance, favour),
            )
        ),
    )
    button = html.a(uow.translate("Payer en ligne"), href=pay, class_="btn") if pay else None
    return html.section(sums, button, class_="card sums", aria_label=uow.translate("Totaux"))


def _certificates(uow: UnitOfWork, year: str, accounts: dict[Ledger, billing.Account]) -> Markup:
    """The year's certificate of payment of each pupil who was billed for something."""
    entries = (entry for account in accounts.values() for entry in account.of_year(year).entries)
    ids = [e.row.id for e in entries if isinstance(e.row, Invoice) and e.row.nature == Nature.INVOICE]
    billed = {name for _invoice, name in billing.pupils_billed(uow, ids)}
    links = [
        (
            html.a(
                icon("paper"),
                uow.translate("Attestation de paiement {year} de {name} (PDF)", year=year, name=pupil.called),
                href=f"/eleves/{pupil.number}/attestations/paiement-{year}.pdf",
            ),
            html.a(
                uow.translate("Lire en ligne"),
                html.span(uow.translate(" l’attestation de paiement de {name}", name=pupil.called), class_="unseen"),
                href=f"/eleves/{pupil.number}/attestations/paiement-{year}/lire",
            ),
        )
        for pupil, _ in (families.pupils(uow) if billed else [])
        if pupil.full_name in billed
    ]
    every = html.a(icon("paper"), uow.translate("Tous vos papiers"), href="/papiers")
    return html.p(links, every, class_="links-row")


def _broken(uow: UnitOfWork, page_state: PageState, known: dict[Ledger, billing.Account]) -> Markup:
    """A payment begun and not ended: it can be taken up again."""
    found = [each for each in online_payments.open_attempts(uow, known) if LEDGERS[page_state.kind] == each.ledger]
    return Markup("").join(
        html.div(
            icon("clock"),
            html.p(
                uow.translate(
                    "Un paiement de {sum}, commencé le {moment}, n’est pas terminé.",
                    sum=formats.euros(each.cents, uow.language),
                    moment=formats.moment(each.started_at, uow.zone, uow.language),
                ),
            ),
            html.form(
                html.button(uow.translate("Reprendre"), type="submit", class_="btn quiet small"),
                method="post",
                action=f"/facturation/reprendre/{each.reference}",
            ),
            class_="notice pending",
        )
        for each in found[:1]
    )
