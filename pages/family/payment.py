"""« Payer en ligne »: the invoices to choose, the way to the bank, and back. The way back proves nothing."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from components.layout.layout import head
from components.layout.plain_layout import alert, cover
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, plain, screen
from components.ui.icons import icon
from components.ui.markup import classes, tag
from components.ui.panel import Act, Answer, only_shows
from components.web import middleware
from data.accounts.caller import Caller
from data.billing import models as billing
from data.billing import online_payments
from data.billing.gateways import protocol as gateway_protocol
from data.billing.gateways import registry as gateways
from data.billing.gateways.protocol import Gateway, Redirection
from data.billing.models import LEDGERS, Entry, Ledger
from data.billing.online_payments import OnlinePayment
from data.core import formats, sites
from data.core.errors import NotYours, Refused
from data.core.formats import euros
from data.core.settings import settings
from data.core.unit_of_work import Visit

TABS = {"cotisations": "Facturation cotisations", "locations": "Facturation locations"}
ASKING_SECONDS = 20


@dataclass
class Choice:
    """What one open page leaves out of the whole balance."""

    ledger: Ledger
    left_out: set[int] = field(default_factory=set)

    def of(self, due: list[Entry]) -> list[Entry]:
        return [entry for entry in due if entry.row.id not in self.left_out]

    @only_shows
    def tick(self, v: Visit, act: Act) -> Answer:
        ticked = act.values.get("facture") == "true"
        self.left_out = self.left_out - {act.number()} if ticked else self.left_out | {act.number()}
        total = _sum(self.of(online_payments.payable(billing.accounts(v)[self.ledger])))
        return Answer(say=v.say("À payer : {amount}", amount=euros(total)))


def _sum(entries: list[Entry]) -> int:
    return sum(entry.due for entry in entries)


def _ledger(kind: str) -> Ledger:
    if kind not in LEDGERS:
        raise NotYours(f"ledger {kind[:20]!r}")
    return LEDGERS[kind]


@screen("/facturation/{kind}/payer", Audience.FAMILY, title="Payer en ligne")
def choose(v: Visit, kind: str) -> None:
    choice = Choice(_ledger(kind))
    Panel(
        v,
        lambda w: _draw(w, kind, choice),
        on={"tick": choice.tick},
        follows=[("family", v.family_id or 0)],
        classes="flow",
    )


def _draw(v: Visit, kind: str, choice: Choice) -> Markup:
    title = head(v.say("Payer en ligne"), v.say(TABS[kind]))
    home = _home(v, f"/facturation/{kind}")
    if online_payments.offered(v) is None:
        return title + _words(v.say("Le paiement en ligne n’est pas proposé par votre conservatoire."), home)
    due = online_payments.payable(billing.accounts(v)[choice.ledger])
    if not due:
        return title + _words(v.say("Rien n’est à payer."), home)
    chosen = choice.of(due)
    whole = tag("small", v.say("la totalité")) if chosen == due and len(due) > 1 else None
    total = tag("dl", tag("div", tag("dt", v.say("À payer")), tag("dd", euros(_sum(chosen)), whole)))
    words = v.say("Vous payez sur la page du service de paiement. Votre reçu paraît ici dès qu’il a confirmé.")
    button = tag("button", v.say("Continuer vers le paiement"), class_="btn", type="submit", disabled=not chosen)
    form = tag(
        "form",
        _invoices(v, due, choice),
        tag("div", total, button, class_="sums"),
        tag("p", words, class_="soft small"),
        method="post",
        action=f"/facturation/{kind}/payer",
        class_="stack-form",
    )
    return title + tag("section", form, class_="card") + tag("p", home)


def _home(speaker: Visit | Caller, href: str, look: str = "") -> Markup:
    return tag("a", speaker.say("Retour à la facturation"), href=href, class_=classes("way-back", look))


def _words(words: str, back: Markup) -> Markup:
    return tag("section", tag("p", words), tag("p", back), class_="card stack-form")


def _invoices(v: Visit, due: list[Entry], choice: Choice) -> Markup:
    names = [v.say(label) for label in ("Facture", "Date", "Échéance", "Reste à payer")]
    heads = [tag("th", name, scope="col", class_="num" if name == names[-1] else None) for name in names]
    rows = [
        tag(
            "tr",
            tag("th", _box(v, entry, entry.row.id not in choice.left_out), scope="row"),
            tag("td", formats.day(entry.row.day), data_l=names[1]),
            tag("td", formats.day(entry.next_due), data_l=names[2]),
            tag("td", euros(entry.due), data_l=names[3], class_="num"),
        )
        for entry in due
    ]
    caption = tag("caption", v.say("Factures à payer"))
    return tag("table", caption, tag("thead", tag("tr", heads)), tag("tbody", rows), class_="stack")


def _box(v: Visit, entry: Entry, ticked: bool) -> Markup:
    at = f"facture-{entry.row.id}"
    box = tag(
        "input",
        type="checkbox",
        id=at,
        name="facture",
        value=entry.row.id,
        checked=ticked,
        data_change="tick",
        data_of=entry.row.id,
    )
    return tag(
        "label",
        box,
        tag("span", entry.row.label, tag("small", v.say("n° {number}", number=entry.row.number))),
        for_=at,
        class_="check",
    )


@plain("/facturation/{kind}/payer", Audience.FAMILY, methods=("POST",))
async def pay(caller: Caller, request: Request, kind: str) -> Response:
    ledger, sent = _ledger(kind), (await request.form()).getlist("facture")
    chosen = [int(each) for each in sent if isinstance(each, str) and each.isdecimal() and len(each) < 10]
    if len(chosen) != len(sent):
        raise NotYours("an invoice that is none")
    return await _to_the_bank(caller, f"/facturation/{kind}/payer", lambda v: online_payments.start(v, ledger, chosen))


@plain("/facturation/reprendre/{reference}", Audience.FAMILY, methods=("POST",))
async def resume(caller: Caller, request: Request, reference: str) -> Response:
    with caller.visit() as v:
        kind = online_payments.kind_of(online_payments.by_reference(v, reference))
    return await _to_the_bank(caller, f"/facturation/{kind}", lambda v: online_payments.resume(v, reference))


async def _to_the_bank(caller: Caller, back: str, begin: Callable[[Visit], OnlinePayment]) -> Response:
    """Write the payment, then ask its gateway, which may take a while, outside the visit."""
    try:
        with caller.visit(writes=True) as v:
            order, gateway = online_payments.order_of(v, begin(v)), online_payments.offered(v)
        if gateway is None:
            raise gateway_protocol.Unreachable("no gateway")
        asking = asyncio.to_thread(gateways.ask, gateway, order)
        there = await asyncio.wait_for(asking, ASKING_SECONDS)
    except Refused as refused:
        return _told(caller, refused.tell(caller.tongue), back, 409)
    except (gateway_protocol.Unreachable, TimeoutError) as fault:
        gateways.log.warning("no way to the bank: %s", fault)
        words = caller.say(
            "Le service de paiement ne répond pas. Rien n’a été débité ; réessayez dans quelques minutes."
        )
        return _told(caller, words, back, 503)
    if not gateway.host:
        return RedirectResponse(there.url, 303)
    return _leave(caller, gateway, there, order.cents, back)


def _told(caller: Caller, words: str, back: str, status: int) -> Response:
    return _between(caller, alert(words), back, status)


def _leave(caller: Caller, gateway: Gateway, there: Redirection, cents: int, back: str) -> Response:
    """A page between the house and the bank: the policy lets its form go to that host only."""
    words = caller.say("Continuer vers le paiement")
    if there.fields:
        hidden = [tag("input", type="hidden", name=name, value=text) for name, text in there.fields.items()]
        button = tag("button", words, class_="btn", type="submit")
        way = tag("form", hidden, button, method="post", action=there.url, class_="stack-form")
    else:
        way = tag("a", words, href=there.url, class_="btn", rel="noreferrer")
    told = caller.say("Vous payez {amount} sur le site {host}.", amount=euros(cents), host=gateway.host)
    response = _between(caller, tag("p", told) + way, back, 200)
    response.headers["content-security-policy"] = middleware.policy(
        settings().https, forms_to=f"'self' https://{gateway.host}"
    )
    return response


def _between(caller: Caller, body: Markup, back: str, status: int) -> Response:
    with caller.visit() as v:
        site = sites.here(v)
    links = tag("div", _home(caller, back), class_="links")
    return cover(caller.say("Payer en ligne"), body + links, tongue=caller.tongue, site=site, status=status)


@screen("/facturation/retour/{reference}", Audience.FAMILY, title="Paiement")
def back(v: Visit, reference: str) -> None:
    Panel(v, lambda w: _draw_back(w, reference), follows=[("family", v.family_id or 0)], classes="flow")


def _draw_back(v: Visit, reference: str) -> Markup:
    """The same notice from waiting to paid: screen readers hear it change."""
    row = online_payments.by_reference(v, reference)
    invoices = online_payments.invoices_of(v, row)
    what = ", ".join(invoice.label or invoice.number for invoice in invoices)
    look, drawing, words = _state(v, row)
    home = _home(v, f"/facturation/{online_payments.kind_of(row)}", "first")
    return head(v.say("Paiement"), f"{euros(row.cents)} – {what}") + tag(
        "section",
        tag("div", icon(drawing), tag("p", words), class_=f"notice {look}", role="status"),
        _more(v, row),
        tag("div", home, _next(v, row), class_="actions"),
        class_="card stack-form",
    )


def _state(v: Visit, row: OnlinePayment) -> tuple[str, str, str]:
    """(look, drawing, what to read) of the payment's state."""
    if row.state == "paid":
        return "good", "check", v.say("Paiement reçu. Votre reçu : {number}.", number=online_payments.receipt(row))
    if row.state == "refused":
        return "bad", "cross", v.say("Le paiement a été refusé par la banque. Rien n’a été débité.")
    if row.state == "abandoned":
        return "bad", "cross", v.say("Le paiement a été abandonné. Rien n’a été débité.")
    if row.state == "differs":
        words = v.say("Le montant reçu n’est pas celui attendu. Le conservatoire vérifie et vous écrira.")
        return "pending", "alert", words
    return "pending", "clock", v.say("Paiement en cours de vérification.")


def _more(v: Visit, row: OnlinePayment) -> Markup | None:
    if row.state == "paid" and row.overpaid:
        words = v.say("{amount} de trop : le conservatoire vous les rendra.", amount=euros(row.overpaid))
    elif row.state == "started":
        gateway = gateways.by_name(row.gateway)
        words = (
            v.say("Cette page change d’elle-même dès que la banque répond. Ne payez pas une seconde fois.")
            if gateway is None or gateway.answers
            else v.say(
                "Ce service ne répond pas au portail : le paiement y paraît quand le Trésor public l’a transmis."
            )
        )
    else:
        return None
    return tag("p", words)


def _next(v: Visit, row: OnlinePayment) -> Markup | None:
    if row.state == "paid":
        return tag(
            "a", v.say("Voir le reçu"), href=f"/facturation/recus/{online_payments.receipt(row)}.pdf", class_="btn"
        )
    if row.state in {"refused", "abandoned"}:
        return tag(
            "form",
            tag("button", v.say("Reprendre le paiement"), class_="btn", type="submit"),
            method="post",
            action=f"/facturation/reprendre/{row.reference}",
            class_="resume",
        )
    return None
