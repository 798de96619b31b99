"""« Payer en ligne »: the invoices to choose and the way to the bank; back from it: payment_return.py."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from fastapi import Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from components.layout import content_policy
from components.layout.layout import head
from components.layout.plain_layout import alert, plain_page
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, plain, screen
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import classes
from components.ui.own_words import own
from components.ui.panel import Act, Answer, only_shows
from data.accounts.caller import Caller
from data.billing import models as billing
from data.billing import online_payments
from data.billing.gateways import protocol as gateway_protocol
from data.billing.gateways import registry as gateways
from data.billing.gateways.protocol import Gateway, Redirection
from data.billing.how_much import HowMuch, read_amount
from data.billing.models import LEDGERS, Entry, Ledger
from data.billing.online_payments import OnlinePayment
from data.core import formats, sites
from data.core.errors import ErrorCode, NotFound, UserError
from data.core.formats import euros
from data.core.i18n import _
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork

TABS = {"cotisations": _("Facturation cotisations"), "locations": _("Facturation locations")}
PARTS = ("echeance", "tout", "autre")
MAX_AMOUNT_LENGTH = 20
ASKING_SECONDS = 20


@dataclass
class Choice:
    """What one open page leaves out of the whole balance."""

    ledger: Ledger
    left_out: set[int] = field(default_factory=set)
    part: str = "tout"  # one of PARTS
    amount: str = ""  # as typed
    refused: bool = False  # it was sent, and could not be paid

    def of(self, due: list[Entry]) -> list[Entry]:
        return [entry for entry in due if entry.row.id not in self.left_out]

    @only_shows
    def tick(self, uow: UnitOfWork, act: Act) -> Answer:
        ticked = act.values.get("facture") == "true"
        self.left_out = self.left_out - {act.number()} if ticked else self.left_out | {act.number()}
        return self.answer(uow)

    @only_shows
    def choose(self, uow: UnitOfWork, act: Act) -> Answer:
        self.part = act.value if act.value in PARTS else "tout"
        return self.answer(uow)

    @only_shows
    def write(self, uow: UnitOfWork, act: Act) -> Answer:
        self.part, self.amount = "autre", act.value[:MAX_AMOUNT_LENGTH]
        return self.answer(uow)

    def answer(self, uow: UnitOfWork) -> Answer:
        total = self.total(self.of(online_payments.payable(billing.accounts(uow)[self.ledger])))
        return Answer(announce=uow.translate("À payer : {amount}", amount=euros(total, uow.language)) if total else "")

    def total(self, chosen: list[Entry]) -> int:
        """Cents; 0 while the amount cannot be paid."""
        try:
            return sum(cents for _, cents in how_much(self.part, self.amount).of(chosen))
        except UserError:
            return 0

    def fault(self, chosen: list[Entry]) -> UserError | None:
        """What is wrong with the amount, once it was sent; as long as it is."""
        if not self.refused or self.part != "autre":
            return None
        try:
            how_much(self.part, self.amount).of(chosen)
        except UserError as error:
            return error
        return None


def how_much(part: str, amount: str) -> HowMuch:
    """UserError for an amount that cannot be read."""
    if part == "autre":
        return HowMuch(cents=read_amount(amount))
    return HowMuch(next_part=part == "echeance")


def _sum(entries: list[Entry]) -> int:
    return sum(entry.due for entry in entries)


def _ledger(kind: str) -> Ledger:
    if kind not in LEDGERS:
        raise NotFound(f"ledger {kind[:20]!r}")
    return LEDGERS[kind]


@screen("/facturation/{kind}/payer", Audience.FAMILY, title=_("Payer en ligne"))
def choose(uow: UnitOfWork, kind: str, montant: str | None = None, factures: str = "", part: str = "") -> None:
    """`montant`, `factures`: what was chosen, when the amount cannot be paid; `part`: what the link that led here named."""
    choice = Choice(_ledger(kind), part=part if part in PARTS else "tout")
    if montant is not None:
        choice.part, choice.amount, choice.refused = "autre", montant[:MAX_AMOUNT_LENGTH], True
        due = {entry.row.id for entry in online_payments.payable(billing.accounts(uow)[choice.ledger])}
        choice.left_out = due - {parse_id(each) for each in factures.split(",")}
    Panel(
        uow,
        lambda w: _draw(w, kind, choice),
        on={"tick": choice.tick, "part": choice.choose, "amount": choice.write},
        follows=[("family", uow.family_id or 0)],
        classes="flow",
    )


def _draw(uow: UnitOfWork, kind: str, choice: Choice) -> Markup:
    title = head(uow.translate("Payer en ligne"), uow.translate(TABS[kind]))
    home = way_home(uow, f"/facturation/{kind}")
    if online_payments.offered(uow) is None:
        return title + _notice_card(
            uow.translate("Le paiement en ligne n’est pas proposé par votre conservatoire."), home
        )
    due = online_payments.payable(billing.accounts(uow)[choice.ledger])
    if not due:
        return title + _notice_card(uow.translate("Rien n’est à payer."), home)
    chosen = choice.of(due)
    amount = choice.total(chosen) if chosen else 0
    whole = html.small(uow.translate("la totalité")) if amount == _sum(due) and len(due) > 1 else None
    total = html.dl(html.div(html.dt(uow.translate("À payer")), html.dd(euros(amount, uow.language), whole)))
    text = uow.translate("Vous payez sur la page du service de paiement. Votre reçu paraît ici dès qu’il a confirmé.")
    button = html.button(uow.translate("Continuer vers le paiement"), class_="btn", type="submit", disabled=not chosen)
    form = html.form(
        _invoices(uow, due, choice),
        _parts(uow, chosen, choice) if chosen else None,
        html.div(total, button, class_="sums"),
        html.p(text, class_="soft small"),
        method="post",
        action=f"/facturation/{kind}/payer",
        class_="stack-form",
    )
    return title + html.section(form, class_="card") + html.p(home)


def _parts(uow: UnitOfWork, chosen: list[Entry], choice: Choice) -> Markup:
    """The instalment due, all of it, or another amount."""
    following = sum(cents for _, cents in HowMuch(next_part=True).of(chosen))
    days = [entry.next_due for entry in chosen if entry.next_due]
    part = "tout" if choice.part == "echeance" and following >= _sum(chosen) else choice.part

    def radio(value: str, text: str) -> Markup:
        mark = html.input(
            type="radio", name="part", id=f"part-{value}", value=value, checked=part == value, data_change="part"
        )
        return html.label(mark, html.span(text), class_="check")

    next_part = (
        uow.translate("L’échéance du {day} : {sum}", day=formats.day(min(days)), sum=euros(following, uow.language))
        if len(chosen) == 1 and days
        else uow.translate("Les prochaines échéances : {sum}", sum=euros(following, uow.language))
    )
    return html.fieldset(
        html.legend(uow.translate("Combien payer ?")),
        radio("echeance", next_part) if following < _sum(chosen) else None,
        radio("tout", uow.translate("La totalité : {sum}", sum=euros(_sum(chosen), uow.language))),
        radio("autre", uow.translate("Un autre montant")),
        _amount(uow, choice, choice.fault(chosen)),
        class_="how-much",
    )


def _amount(uow: UnitOfWork, choice: Choice, fault: UserError | None) -> Markup:
    field = html.input(
        id="montant",
        name="montant",
        value=choice.amount,
        inputmode="decimal",
        autocomplete="off",
        maxlength=MAX_AMOUNT_LENGTH,
        autofocus=fault is not None,
        aria_describedby="montant-fault" if fault else None,
        aria_invalid="true" if fault else None,
        data_search="amount",
    )
    return html.div(
        html.label(uow.translate("Montant, en euros"), for_="montant"),
        field,
        fault and html.p(icon("alert"), html.span(fault.message(uow.language)), id="montant-fault", class_="fault"),
        class_=classes("field", fault and "faulty"),
    )


def way_home(speaker: UnitOfWork | Caller, href: str, look: str = "") -> Markup:
    return html.a(speaker.translate("Retour à la facturation"), href=href, class_=classes("way-back", look))


def _notice_card(text: str, back: Markup) -> Markup:
    return html.section(html.p(text), html.p(back), class_="card stack-form")


def _invoices(uow: UnitOfWork, due: list[Entry], choice: Choice) -> Markup:
    names = [uow.translate(label) for label in (_("Facture"), _("Date"), _("Échéance"), _("Reste à payer"))]
    heads = [html.th(name, scope="col", class_="num" if name == names[-1] else None) for name in names]
    rows = [
        html.tr(
            html.th(_box(uow, entry, entry.row.id not in choice.left_out), scope="row"),
            html.td(formats.day(entry.row.day), data_l=names[1]),
            html.td(formats.day(entry.next_due), data_l=names[2]),
            html.td(euros(entry.due, uow.language), data_l=names[3], class_="num"),
        )
        for entry in due
    ]
    caption = html.caption(uow.translate("Factures à payer"))
    return html.table(caption, html.thead(html.tr(heads)), html.tbody(rows), class_="stack")


def _box(uow: UnitOfWork, entry: Entry, ticked: bool) -> Markup:
    at = f"facture-{entry.row.id}"
    box = html.input(
        type="checkbox",
        id=at,
        name="facture",
        value=entry.row.id,
        checked=ticked,
        data_change="tick",
        data_of=entry.row.id,
    )
    return html.label(
        box,
        html.span(own(uow, entry.row.label), html.small(uow.translate("n° {number}", number=entry.row.number))),
        for_=at,
        class_="check",
    )


@plain("/facturation/{kind}/payer", Audience.FAMILY, methods=("POST",))
async def pay(caller: Caller, request: Request, kind: str) -> Response:
    form = await request.form()
    ledger, sent = _ledger(kind), form.getlist("facture")
    part, amount = (str(form.get(name) or "") for name in ("part", "montant"))
    chosen = [number for each in sent if (number := parse_id(each)) is not None]
    if len(chosen) != len(sent):
        raise NotFound("an invoice that is none")
    return await _to_the_bank(
        caller,
        f"/facturation/{kind}/payer",
        lambda uow: online_payments.start(uow, ledger, chosen, how_much(part, amount)),
        again=f"?{urlencode({'montant': amount[:MAX_AMOUNT_LENGTH], 'factures': ','.join(map(str, chosen))})}",
    )


@plain("/facturation/reprendre/{reference}", Audience.FAMILY, methods=("POST",))
async def resume(caller: Caller, request: Request, reference: str) -> Response:
    with caller.unit_of_work() as uow:
        kind = online_payments.kind_of(online_payments.by_reference(uow, reference))
    return await _to_the_bank(caller, f"/facturation/{kind}", lambda uow: online_payments.resume(uow, reference))


async def _to_the_bank(
    caller: Caller, back: str, begin: Callable[[UnitOfWork], OnlinePayment], *, again: str = ""
) -> Response:
    """Write the payment, then ask its gateway, which may take a while, outside the unit of work. `again`: what fills the form
    of `back` in once more, where the amount is to be mended."""
    try:
        with caller.unit_of_work(writes=True) as uow:
            order, gateway = online_payments.order_of(uow, begin(uow)), online_payments.offered(uow)
        if gateway is None:
            raise gateway_protocol.Unreachable("no gateway")
        asking = asyncio.to_thread(gateways.ask, gateway, order)
        there = await asyncio.wait_for(asking, ASKING_SECONDS)
    except UserError as error:
        if again and error.code == ErrorCode.AMOUNT:
            return RedirectResponse(back + again, 303)
        return _alert_page(caller, error.message(caller.language), back, 409)
    except (gateway_protocol.Unreachable, TimeoutError) as fault:
        gateways.log.warning("no way to the bank: %s", fault)
        text = caller.translate(
            "Le service de paiement ne répond pas. Rien n’a été débité ; réessayez dans quelques minutes."
        )
        return _alert_page(caller, text, back, 503)
    if not gateway.host:
        return RedirectResponse(there.url, 303)
    return _leave(caller, gateway, there, order.cents, back)


def _alert_page(caller: Caller, text: str, back: str, status: int) -> Response:
    return _between(caller, alert(text), back, status)


def _leave(caller: Caller, gateway: Gateway, there: Redirection, cents: int, back: str) -> Response:
    """A page between the portal and the bank: the policy lets its form go to that host only."""
    sentence = caller.translate("Continuer vers le paiement")
    if there.fields:
        hidden = [html.input(type="hidden", name=name, value=text) for name, text in there.fields.items()]
        button = html.button(sentence, class_="btn", type="submit")
        way = html.form(hidden, button, method="post", action=there.url, class_="stack-form")
    else:
        way = html.a(sentence, href=there.url, class_="btn", rel="noreferrer")
    text = caller.translate(
        "Vous payez {amount} sur le site {host}.", amount=euros(cents, caller.language), host=gateway.host
    )
    response = _between(caller, html.p(text) + way, back, 200)
    name = content_policy.HEADER
    response.headers[name] = content_policy.with_forms_to(response.headers[name], gateway.host)
    return response


def _between(caller: Caller, body: Markup, back: str, status: int) -> Response:
    with caller.unit_of_work() as uow:
        site = sites.here(uow)
    links = html.div(way_home(caller, back), class_="links")
    return plain_page(
        caller.translate("Payer en ligne"), body + links, language=caller.language, site=site, status=status
    )
