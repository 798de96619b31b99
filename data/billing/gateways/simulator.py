"""The demonstration's bank: it signs what it is asked and what it answers, as a real one would."""

import hmac
import secrets
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import urlencode

from data.billing.gateways.protocol import Confirmation, Forged, Order, Redirection, Sent, State
from data.core.settings import key


class Simulator:
    """Plays the bank on a page of ours. What it is asked and what it answers is signed, as a real one would."""

    name, host, answers = "simulator", "", True
    path = "/paiement/simulateur/"

    def ask(self, order: Order) -> Redirection:
        asked = {"montant": str(order.cents), "devise": order.currency, "objet": order.label}
        signed = {**asked, "signature": _signature("order", {"reference": order.reference, **asked})}
        return Redirection(f"{self.path}{order.reference}?{urlencode(signed)}")

    def read(self, reference: str, query: Mapping[str, str]) -> Order:
        """The order that the bank's page was opened with; Forged when it is not ours."""
        asked = {name: query.get(name, "") for name in ("montant", "devise", "objet")}
        _check(_signature("order", {"reference": reference, **asked}), query.get("signature", ""))
        return Order(reference, int(asked["montant"]), asked["devise"], "", asked["objet"], 0, "", "")

    def answer(self, order: Order, state: State, *, forged: bool = False) -> dict[str, str]:
        """What the bank sends to the server; `forged` as somebody would who does not know the key."""
        fields = {
            "reference": order.reference,
            "transaction": f"SIM-{secrets.token_hex(8)}",
            "montant": str(order.cents),
            "devise": order.currency,
            "etat": state,
        }
        return {**fields, "signature": secrets.token_hex(32) if forged else _signature("answer", fields)}

    def reference_of(self, sent: Sent) -> str:
        return sent.form.get("reference", "")

    def confirm(self, sent: Sent) -> Confirmation:
        fields = {name: text for name, text in sent.form.items() if name != "signature"}
        _check(_signature("answer", fields), sent.form.get("signature", ""))
        state = next((each for each in State if each == fields.get("etat")), None)
        if state is None:
            raise Forged("a state that does not exist")
        return Confirmation(fields["reference"], fields["transaction"], int(fields["montant"]), fields["devise"], state)


def _signature(kind: str, fields: Mapping[str, str]) -> str:
    text = f"{kind}?{urlencode(sorted(fields.items()))}"
    return hmac.new(key("payment simulator"), text.encode(), sha256).hexdigest()


def _check(ours: str, theirs: str) -> None:
    if not hmac.compare_digest(ours.encode(), theirs.encode()):
        raise Forged("the signature is not the bank's")
