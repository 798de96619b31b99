"""Credit transfers in euros: the account that receives them, and the code that a bank's application reads to make one.

IBAN: ISO 13616, its two check digits by ISO 7064 (97-10). The code: EPC069-12 of the European Payments Council, version 2.
"""

import re
import unicodedata
from dataclasses import dataclass

import segno

from data.core.errors import UserError
from data.core.plain_text import tidy

LENGTHS = {  # of an IBAN, in the countries that such a transfer reaches
    "AD": 24, "AL": 28, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24,
    "RS": 22, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "VA": 22,
}  # fmt: skip
BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
MAX_NAME = 70
UNKNOWN_TO_BANKS = re.compile(r"[^A-Za-z0-9/?:().,'+ -]")


def read_iban(typed: str) -> str:
    """Without its spaces; "" of nothing. UserError says what is wrong with it."""
    iban = re.sub(r"[\s.\-]", "", tidy(typed)).upper().removeprefix("IBAN").lstrip(":")
    if not iban:
        return ""
    length = LENGTHS.get(iban[:2])
    if length is None:
        raise UserError("Un IBAN commence par le code d’un pays de la zone SEPA. Exemple : FR76, puis 23 caractères.")
    if len(iban) != length:
        raise UserError(
            "Cet IBAN a {count} caractères au lieu de {length}. Recopiez-le du RIB.", count=len(iban), length=length
        )
    if (
        not (iban.isascii() and iban.isalnum())
        or int("".join(str(int(each, 36)) for each in iban[4:] + iban[:4])) % 97 != 1
    ):
        raise UserError("Cet IBAN contient une erreur de frappe : sa clé de contrôle ne va pas. Recopiez-le du RIB.")
    return iban


def spaced(iban: str) -> str:
    """« FR76 9999 9000 4200 », as it is read on paper."""
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))


def read_bic(typed: str) -> str:
    bic = re.sub(r"\s", "", tidy(typed)).upper()
    if bic and not BIC.fullmatch(bic):
        raise UserError("Un BIC a 8 ou 11 caractères. Recopiez-le du RIB, ou laissez vide.")
    return bic


@dataclass(frozen=True)
class Transfer:
    """What is asked for: to whom, how much, and what goes with the money."""

    beneficiary: str
    iban: str
    bic: str
    cents: int
    reference: str

    @property
    def payload(self) -> str:
        """Line by line: service, version, UTF-8, kind, BIC, name, IBAN, amount, no purpose, no structured reference, the words."""
        amount = f"EUR{self.cents // 100}.{self.cents % 100:02d}"
        plain = unicodedata.normalize("NFKD", self.reference.replace("’", "'")).encode("ascii", "ignore").decode()
        words = UNKNOWN_TO_BANKS.sub(" ", plain)
        lines = (
            "BCD",
            "002",
            "1",
            "SCT",
            self.bic,
            self.beneficiary[:MAX_NAME],
            self.iban,
            amount,
            "",
            "",
            words[:140],
        )
        return "\n".join(lines)

    def code(self) -> segno.QRCode:
        """As the guidelines want it: level M, never more."""
        return segno.make_qr(self.payload, error="m", boost_error=False, encoding="utf-8")
