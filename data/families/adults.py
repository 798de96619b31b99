"""The adults of several families at once, as lists, exports and letters need them."""

from collections.abc import Iterable

from sqlmodel import col, select

from data.core.unit_of_work import UnitOfWork
from data.families.models import Guardian


def of_families(uow: UnitOfWork, family_ids: Iterable[int | None]) -> dict[int, list[Guardian]]:
    """Family -> its adults, the responsible one first; a family without any is absent. One question."""
    found: dict[int, list[Guardian]] = {}
    for adult in uow.all(
        select(Guardian)
        .where(col(Guardian.family_id).in_({each for each in family_ids if each is not None}))
        .order_by(col(Guardian.rank), col(Guardian.id))
    ):
        found.setdefault(adult.family_id or 0, []).append(adult)
    return found
