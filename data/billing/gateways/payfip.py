"""The link to the treasury's payment page (PayFiP). Its answers are not signed, so none is believed."""

import re
import unicodedata
from urllib.parse import urlencode

from data.billing.gateways.protocol import Confirmation, Forged, Order, Redirection, Sent, Unreachable
from data.core.errors import UserError
from data.core.formats import Euros


class PayFip:
    """The link to the treasury's page. It answers without any signature, so no answer of its is ever believed."""

    name, host, answers = "payfip", "www.payfip.gouv.fr", False
    least, most = 1_00, 99_999_99

    def ask(self, order: Order) -> Redirection:
        if not self.least <= order.cents <= self.most:
            raise UserError(
                "Ce service de paiement accepte les sommes de {least} à {most}. Choisissez d’autres factures.",
                least=Euros(self.least),
                most=Euros(self.most),
            )
        client = order.settings.get("numcli", "")
        if not re.fullmatch("[0-9]{6}", client):
            raise Unreachable("payfip: « numcli », the six figures given by the treasury, is missing from the settings")
        asked = {
            "numcli": client,
            "exer": f"{order.year:04d}",
            "refdet": order.reference,
            "objet": _plain(order.label)[:100],
            "montant": str(order.cents),
            "mel": order.email,
            "urlcl": order.notice_url,
            "saisie": order.settings.get("saisie", "T"),
        }
        return Redirection(f"https://{self.host}/tpa/paiement.web?{urlencode(asked)}")

    def reference_of(self, sent: Sent) -> str:
        return sent.form.get("refdet", "") or sent.query.get("refdet", "")

    def confirm(self, _sent: Sent) -> Confirmation:
        raise Forged("PayFiP does not sign its answer: the payment appears with the treasury's import")


def _plain(text: str) -> str:
    """Letters without accents, figures and spaces: all that PayFiP takes."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join("".join(char if char.isalnum() else " " for char in folded).split())
