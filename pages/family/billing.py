"""« Facturation »: the two accounts, line by line, their sums, what is due; a line opens its duplicate as PDF."""

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import lists
from components.ui.icons import icon
from components.ui.lists import Column, Listing, Order
from components.ui.markup import tag
from components.ui.panel import Act, Answer, only_shows
from data.billing import models as billing
from data.billing import online_payments
from data.billing.models import LEDGERS, Entry, Invoice, Ledger, Payment
from data.core import formats
from data.core.i18n import twin_or_same
from data.core.unit_of_work import Visit
from data.families import models as families

TABS = {"cotisations": "Facturation cotisations", "locations": "Facturation locations"}
STATES = {
    "due": ("", "clock", "À régler"),
    "partial": ("pending", "clock", "Partiellement réglée"),
    "paid": ("good", "check", "Réglée"),
    "late": ("bad", "alert", "En retard"),
    "cashed": ("good", "check", "Encaissé"),
    "waiting": ("", "clock", "En attente d’encaissement"),
    "rejected": ("bad", "cross", "Rejeté"),
    "credit": ("", "info", "Avoir"),
}


@dataclass
class Desk:
    """What one open page shows: the account, the school year (all when empty)."""

    kind: str
    year: str
    listing: Listing[Entry]

    @property
    def url(self) -> str:
        query = "&".join(filter(None, (f"annee={self.year}" if self.year else "", self.listing.order.query)))
        return f"/facturation/{self.kind}" + (f"?{query}" if query else "")


def _account_of(kind: str) -> Callable[..., None]:
    def account(v: Visit, annee: str = "", r: str = "", tri: str = "") -> None:
        desk = Desk(kind, annee if len(annee) == 9 else "", _listing(Order.read(r, tri)))
        Panel(
            v,
            lambda w: _draw(w, desk),
            follows=[("family", v.family_id or 0)],
            classes="flow",
            on={
                "year": only_shows(lambda w, act: _choose_year(act, desk)),
                **lists.acts(desk.listing, lambda w: Answer(url=desk.url)),
            },
        )

    return account


for _kind in LEDGERS:
    screen(f"/facturation/{_kind}", Audience.FAMILY, title="Facturation")(_account_of(_kind))


def _listing(order: Order) -> Listing[Entry]:
    return Listing(
        name="ledger",
        caption="Factures et règlements",
        columns=(
            Column("Date", lambda v, e: formats.day(e.row.day), lambda e: (e.row.day, e.row.id), look="tight"),
            Column("Mode de règlement", _method),
            Column("Numéro d’opération", _operation),
            Column("Libellé", _label, lambda e: e.row.label, look="broad"),
            Column("État", _state),
            Column("Crédit", lambda v, e: formats.euros(e.credit) if e.credit else "", lambda e: e.credit, look="num"),
            Column("Débit", lambda v, e: formats.euros(e.debit) if e.debit else "", lambda e: e.debit, look="num"),
            Column("Montant", lambda v, e: formats.euros(e.amount), lambda e: e.amount, look="num"),
        ),
        of=lambda e: f"{'f' if isinstance(e.row, Invoice) else 'r'}{e.row.number}",
        empty="Aucune facture ni règlement. Les factures du conservatoire et vos règlements paraîtront ici.",
        searched=True,
        order=order,
    )


def _method(v: Visit, entry: Entry) -> str:
    return twin_or_same(entry.row.method, v.tongue) if isinstance(entry.row, Payment) else "–"


def _operation(v: Visit, entry: Entry) -> str:
    return entry.row.operation or entry.row.number if isinstance(entry.row, Payment) else entry.row.number


def _label(v: Visit, entry: Entry) -> Markup:
    """The label, then the duplicate: a double-click on the line opens it too."""
    row = entry.row
    due = _left(v, entry)
    if entry.state == "rejected":
        return tag("span", row.label)
    if isinstance(row, Invoice):
        words = v.say("Avoir (PDF)") if row.nature == "credit" else v.say("Facture (PDF)")
        path = f"/facturation/factures/{row.number}"
    else:
        words, path = v.say("Reçu (PDF)"), f"/facturation/recus/{row.number}"
    named = tag("span", v.say(" n° {number}", number=row.number), class_="unseen")
    links = tag(
        "span",
        tag("a", icon("paper"), words, named, href=f"{path}.pdf", data_open=True),
        tag("a", v.say("Lire en ligne"), named, href=f"{path}/lire"),
        class_="links-row",
    )
    return tag("span", row.label, tag("br"), due and tag("span", due, tag("br"), class_="small soft"), links)


def _left(v: Visit, entry: Entry) -> Markup | None:
    """What is left of an invoice, and when its next part is due."""
    if not entry.due:
        return None
    left, day = formats.euros(entry.due), formats.day(entry.next_due)
    if not day:
        return tag("span", v.say("Reste {sum}", sum=left))
    if entry.next_part < entry.due:
        part = formats.euros(entry.next_part)
        return tag("span", v.say("Reste {sum}, dont {part} le {day}", sum=left, part=part, day=day))
    return tag("span", v.say("Reste {sum} à régler le {day}", sum=left, day=day))


def _state(v: Visit, entry: Entry) -> Markup:
    look, drawing, words = STATES[entry.state]
    return tag("span", icon(drawing), v.say(words), class_=f"chip {look}".strip())


def _choose_year(act: Act, desk: Desk) -> Answer:
    chosen = act.values.get("annee", "")
    desk.year = chosen if len(chosen) == 9 else ""
    desk.listing.order.skip = 0
    return Answer(url=desk.url)


def _draw(v: Visit, desk: Desk) -> Markup:
    accounts = billing.accounts(v)
    ledger = accounts[LEDGERS[desk.kind]]
    shown = ledger.of_year(desk.year) if desk.year else ledger
    tabs = [
        tag("a", v.say(label), href=f"/facturation/{kind}", aria_current="page" if kind == desk.kind else None)
        for kind, label in TABS.items()
    ]
    pay = f"/facturation/{desk.kind}/payer" if online_payments.payable(ledger) and online_payments.offered(v) else ""
    return (
        head(v.say("Facturation"), _under(v, desk), _due(v, ledger.balance, pay))
        + tag("nav", tabs, class_="tabs", aria_label=v.say("Comptes"))
        + _broken(v, desk, accounts)
        + tag("div", lists.draw(v, desk.listing, shown.entries, beside=_years(v, desk, ledger.years)), class_="ledger")
        + (_sums(v, shown, pay) if shown.entries else Markup(""))
        + _certificates(v, desk.year or next(iter(ledger.years), ""), accounts)
    )


def _under(v: Visit, desk: Desk) -> str:
    return v.say("Année {year}", year=desk.year) if desk.year else v.say("Toutes les années")


def _due(v: Visit, balance: int, pay: str) -> Markup:
    """What is due; on a phone, where the sums are far below, the way to pay it too."""
    words = v.say("Solde en votre faveur") if balance < 0 else v.say("Solde à régler") if balance else v.say("Solde")
    link = tag("a", v.say("Payer en ligne"), href=pay, class_="btn quiet small phone-only") if pay else None
    return tag("div", tag("p", words, tag("strong", formats.euros(abs(balance)))), link, class_="due")


def _years(v: Visit, desk: Desk, years: list[str]) -> Markup | None:
    if len(years) < 2 and not desk.year:
        return None
    choices = [("", v.say("Toutes les années")), *((year, year) for year in years)]
    return tag(
        "div",
        tag("label", v.say("Année scolaire"), for_="annee"),
        tag(
            "select",
            (tag("option", words, value=year, selected=year == desk.year) for year, words in choices),
            id="annee",
            name="annee",
            data_change="year",
        ),
        class_="field narrow-field",
    )


def _sums(v: Visit, shown: billing.Account, pay: str) -> Markup:
    """Billed, paid, balance of the lines above; the payment is for all that is due."""
    favour = tag("small", v.say("en votre faveur")) if shown.balance < 0 else None
    sums = tag(
        "dl",
        (
            tag("div", tag("dt", v.say(label)), tag("dd", formats.euros(cents), more))
            for label, cents, more in (
                ("Montant total facturé", shown.billed, None),
                ("Montant total réglé", shown.paid, None),
                ("Solde", shown.balance, favour),
            )
        ),
    )
    button = tag("a", v.say("Payer en ligne"), href=pay, class_="btn") if pay else None
    return tag("section", sums, button, class_="card sums", aria_label=v.say("Totaux"))


def _certificates(v: Visit, year: str, accounts: dict[Ledger, billing.Account]) -> Markup:
    """The year's certificate of payment of each pupil who was billed for something."""
    entries = (entry for account in accounts.values() for entry in account.of_year(year).entries)
    ids = [e.row.id for e in entries if isinstance(e.row, Invoice) and e.row.nature == "invoice"]
    billed = billing.pupils_billed(v, ids) if ids else set()
    links = [
        tag(
            "a",
            icon("paper"),
            v.say("Attestation de paiement {year} de {name} (PDF)", year=year, name=pupil.first_name),
            href=f"/eleves/{pupil.number}/attestations/paiement-{year}.pdf",
        )
        for pupil, _ in (families.pupils(v) if billed else [])
        if pupil.full_name in billed
    ]
    return tag("p", links, class_="links-row") if links else Markup("")


def _broken(v: Visit, desk: Desk, known: dict[Ledger, billing.Account]) -> Markup:
    """A payment begun and not ended: it can be taken up again."""
    found = [each for each in online_payments.open_attempts(v, known) if LEDGERS[desk.kind] == each.ledger]
    return Markup("").join(
        tag(
            "div",
            icon("clock"),
            tag(
                "p",
                v.say(
                    "Un paiement de {sum}, commencé le {moment}, n’est pas terminé.",
                    sum=formats.euros(each.cents),
                    moment=formats.moment(each.started_at, v.zone, v.tongue),
                ),
            ),
            tag(
                "form",
                tag("button", v.say("Reprendre"), type="submit", class_="btn quiet small"),
                method="post",
                action=f"/facturation/reprendre/{each.reference}",
            ),
            class_="notice pending",
        )
        for each in found[:1]
    )
