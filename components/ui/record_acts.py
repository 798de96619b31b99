"""What the form of a record does: « Modifier », withdrawing what waits, reading a refusal, the towns of a post code."""

from collections.abc import Mapping
from typing import Any

from components.ui.forms import PASSWORD, Typed, record_key
from components.ui.panel import Act, Answer, Handler, only_shows
from data.accounts import sessions
from data.accounts.caller import Caller
from data.change_requests import submission as change_requests
from data.core import fields
from data.core.errors import UserError, ValidationErrors
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families.models import Guardian, Record

RECEIPT = _("Un accusé de réception vous est envoyé par e-mail.")
NO_RECEIPT = _("Aucun accusé de réception n’a pu partir : votre fiche n’a pas d’adresse e-mail.")
THEN = _("Le conservatoire vérifie vos modifications ; elles sont marquées « En attente » d’ici là.")


def acts(table: type[Any], typed: Typed) -> dict[str, Handler]:
    """The actions of a page's records."""

    async def save(caller: Caller, act: Act) -> Answer:
        return await _save(caller, table, act, typed)

    return {
        "save": save,
        "withdraw": lambda uow, act: _withdraw(uow, uow.get(table, act.number()), typed),
        "read": lambda uow, act: _read(uow, table, act),
        "towns": only_shows(lambda uow, act: _propose_towns(uow, act, typed)),
    }


async def _save(caller: Caller, table: type[Any], act: Act, typed: Typed) -> Answer:
    """What « Modifier » does: the request and its message; or each fault beside its field, the first one focused."""
    values = {name: value for name, value in act.values.items() if name != PASSWORD}
    with caller.unit_of_work(writes=True) as uow:
        row = uow.get(table, act.number())
        if not _changes_own_address(uow, row, values):
            return _propose(uow, row, values, typed)
    word = act.values.get(PASSWORD, "")
    right = caller.account is not None and await sessions.is_mine(caller.account, word)
    with caller.unit_of_work(writes=True) as uow:
        row = uow.get(table, act.number())
        if right:
            return _propose(uow, row, values, typed)
        error = (
            UserError("Ce n’est pas votre mot de passe actuel.")
            if word
            else UserError("Saisissez votre mot de passe actuel pour changer l’e-mail.")
        )
        conflict = _conflict(row, values, typed)
        town = {"town": conflict} if conflict else {}
        return _faults(row, {**change_requests.faults(uow, row, values), **town, PASSWORD: error}, typed)


def _propose(uow: UnitOfWork, row: Record, values: Mapping[str, str], typed: Typed) -> Answer:
    if conflict := _conflict(row, values, typed):
        return _faults(row, {**change_requests.faults(uow, row, values), "town": conflict}, typed)
    try:
        outcome = change_requests.propose(uow, row, values)
    except ValidationErrors as invalid:
        return _faults(row, invalid.faults, typed)
    typed.faults.pop(record_key(row), None)
    return Answer(dialog=_outcome_message(uow, outcome), forget=f"{record_key(row)}-{uow.account_id}")


def _conflict(row: Record, values: Mapping[str, str], typed: Typed) -> UserError | None:
    """A post code and a town that do not go together are asked about once; sent again, they are taken."""
    pair = ("".join(values.get("postcode", "").split()), values.get("town", "").strip())
    if not isinstance(row, Guardian) or pair == (row.postcode, row.town):
        return None
    if typed.doubted.get(record_key(row)) == pair or not fields.is_doubtful(
        pair[0], values.get("country", ""), pair[1]
    ):
        return None
    typed.doubted[record_key(row)] = pair
    return UserError(
        "{town} n’a pas le code postal {postcode} d’après nos listes. Vérifiez-les, ou pressez de nouveau « Modifier » pour les garder.",
        town=pair[1],
        postcode=pair[0],
    )


def _faults(row: Record, faults: dict[str, UserError], typed: Typed) -> Answer:
    typed.faults[record_key(row)] = faults
    return Answer(focus=f"{record_key(row)}-{next(iter(faults))}")


def _changes_own_address(uow: UnitOfWork, row: Record, values: Mapping[str, str]) -> bool:
    """A guardian's address receives lost passwords: whoever changes it shows that they know the present one."""
    wanted = values.get("email", "").strip().casefold()
    if not isinstance(row, Guardian) or "email" not in values or wanted == row.email.casefold():
        return False
    waiting = change_requests.pending(uow, [row])["guardian", row.id].get("email")
    return waiting is None or wanted != waiting.new.casefold()


def _outcome_message(uow: UnitOfWork, outcome: change_requests.Outcome) -> str:
    if outcome.nothing:
        return uow.translate("Aucune modification à enregistrer.")
    if not (outcome.asked or outcome.saved):
        return uow.translate("Les modifications retirées n’attendent plus de validation.")
    receipt = uow.translate(RECEIPT) if outcome.mailed else uow.translate(NO_RECEIPT)
    return " ".join(
        [
            uow.translate("La fiche d’identité a été mise à jour."),
            receipt,
            *([uow.translate(THEN)] if outcome.asked else []),
        ]
    )


def _withdraw(uow: UnitOfWork, row: Record, typed: Typed) -> Answer:
    typed.faults.pop(record_key(row), None)
    change_requests.withdraw(uow, row)
    return Answer(
        toast=uow.translate("Vos modifications en attente sont annulées."),
        forget=f"{record_key(row)}-{uow.account_id}",
        focus=f"{record_key(row)}-save",
    )


def _read(uow: UnitOfWork, table: type[Any], act: Act) -> Answer:
    number, _sign, name = act.of.partition("-")
    row: Record = uow.get(table, Act(act.do, number).number())
    change_requests.read_refusal(uow, row, {name})
    change_requests.announce(uow, row, uow.family_id)
    return Answer(focus="fichier" if name == "photo" else f"{record_key(row)}-{name}")


def _propose_towns(uow: UnitOfWork, act: Act, typed: Typed) -> Answer:
    """The towns of the post code just typed; the only one is written for the person, and so is the recorded one with its own
    code. A town of the code before leaves with it."""
    key, code, town = act.of, "".join(act.values.get("postcode", "").split()), act.values.get("town", "").strip()
    sheet, _sign, number = key.partition("-")
    if sheet != "guardian":
        return Answer()
    row: Guardian = uow.get(Guardian, Act(act.do, number).number())
    waiting = change_requests.pending(uow, [row])["guardian", row.id]
    known = {name: waiting[name].new if name in waiting else getattr(row, name) for name in ("postcode", "town")}
    before, found = typed.postcodes.get(key, known["postcode"]), fields.towns(code)
    typed.postcodes[key] = code
    wanted = known["town"] if code == known["postcode"] else found[0] if len(found) == 1 else None
    if wanted is None and found and town in fields.towns(before) and town not in found:
        wanted = ""
    if wanted is None or wanted == town:
        return Answer()
    text = uow.translate("Ville : {town}", town=wanted) if wanted else uow.translate("Choisir la ville")
    return Answer(fill={f"{key}-town": wanted}, announce=text)
