"""How much of the chosen invoices a family pays online: all of it, what falls due next, or an amount of its own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from data.billing.models import Entry
from data.core.errors import ErrorCode, UserError
from data.core.formats import Euros

MIN_CENTS = 100  # less costs more than it brings
AMOUNT = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{1,2}))?")


@dataclass(frozen=True)
class HowMuch:
    """Of the chosen invoices: all of it, the part of each that falls due next, or an amount."""

    next_part: bool = False
    cents: int | None = None

    def of(self, chosen: Sequence[Entry]) -> list[list[int]]:
        """[[invoice id, cents], …], in the order in which they are settled; UserError for an amount that cannot be."""
        if self.next_part:
            return [[entry.row.id, min(entry.next_part or entry.due, entry.due)] for entry in chosen]
        total = sum(entry.due for entry in chosen)
        left = total if self.cents is None else self.cents
        if not min(MIN_CENTS, total) <= left <= total:
            raise UserError(
                "Indiquez un montant de {least} à {most}.",
                code=ErrorCode.AMOUNT,
                least=Euros(min(MIN_CENTS, total)),
                most=Euros(total),
            )
        parts = []
        for entry in chosen:
            part = min(left, entry.due)
            left -= part
            parts += [[entry.row.id, part]] if part else []
        return parts


WHOLE = HowMuch()


def read_amount(typed: str) -> int:
    """Cents: « 50 », « 1 234,50 € »."""
    found = AMOUNT.fullmatch("".join(typed.replace("€", "").split()))
    if found is None:
        raise UserError("Écrivez un montant en euros. Exemple : 50,00.", code=ErrorCode.AMOUNT)
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
