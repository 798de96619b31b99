"""What belongs together in the settings of payments."""

from collections.abc import Mapping

from data.core.errors import UserError
from data.core.fields import TEXT
from data.core.i18n import _
from data.core.transfers import MAX_NAME
from data.core.unit_of_work import UnitOfWork
from data.site_admin.setting_kinds import BIC, IBAN

TRANSFERS = (  # the setting’s name, its label, its kind, how long it may be, a hint
    (
        "payment.iban",
        _("Virements : IBAN"),
        IBAN,
        60,
        _("Celui du RIB. Les factures portent alors un code que lit l’application d’une banque. Vide : pas de code"),
    ),
    ("payment.beneficiary", _("Virements : titulaire du compte"), TEXT, MAX_NAME, _("Comme sur le RIB")),
    ("payment.bic", _("Virements : BIC"), BIC, 20, _("Facultatif")),
)


def check(_uow: UnitOfWork, values: Mapping[str, object]) -> dict[str, UserError]:
    faults: dict[str, UserError] = {}
    number = str(values.get("payment.numcli", ""))
    if values.get("payment.gateway") == "payfip" and not (len(number) == 6 and number.isdecimal()):
        faults["payment_numcli"] = UserError("Donnez les six chiffres du contrat PayFiP.")
    iban, beneficiary, bic = (values.get(f"payment.{name}", "") for name in ("iban", "beneficiary", "bic"))
    if iban and not beneficiary:
        faults["payment_beneficiary"] = UserError("Donnez le titulaire du compte, comme sur le RIB.")
    if (beneficiary or bic) and not iban:
        faults["payment_iban"] = UserError("Donnez l’IBAN de ce compte, ou videz les deux autres champs.")
    return faults
