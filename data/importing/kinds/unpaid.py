"""Payments that did not come, or went back: refused, cancelled, given back, still waited for. None of them is entered as cashed.

Their lines are put aside, and told with their reason and sum; what the portal has as cashed and the file says came back is asked.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from data.billing.models import EntryState, Payment
from data.core import formats
from data.core.errors import UserError
from data.core.fields import TEXT, fold
from data.core.i18n import _
from data.importing.columns import column, pick
from data.importing.kinds import named_people, settling
from data.importing.questions import Choice, Question
from data.importing.snapshot import Draft, Entity, Line, Snapshot

RETURNED = "returned"  # of a line's rows: the payment that it says came back
CANCELLED, REFUNDED = "cancelled", "refunded"  # states that files know, and payments of the portal do not
OWN: dict[str, str] = {EntryState.CASHED: "encaissé", EntryState.WAITING: "en attente", EntryState.REJECTED: "rejeté"}
STEMS = (  # of the words of other programs; the first that is there holds
    (r"rembours|refund|restitu", REFUNDED),
    (r"annul|abandon|cancel|expir", CANCELLED),
    (r"rejet|refus|echec|echou|impaye|contest|litige|retourn|opposition|insuffisan|declin|fail|reject", EntryState.REJECTED),
    (r"attente|en cours|a venir|prevu|planifi|programm|a encaisser|non encaisse|pending|incident", EntryState.WAITING),
)  # fmt: skip
CASHED_WORDS = (
    "encaissee", "regle", "reglee", "paye", "payee", "valide", "validee", "autorise", "autorisee", "effectue", "effectuee", "reussi", "reussie",
    "succes", "accepte", "acceptee", "confirme", "confirmee", "ok", "paid", "succeeded",
)  # fmt: skip
_STATE = pick(OWN, dict.fromkeys(CASHED_WORDS, EntryState.CASHED))
REASONS = {
    EntryState.REJECTED: _("Règlement refusé ou rejeté : rien n’a été encaissé."),
    EntryState.WAITING: _("Règlement en attente : il n’est pas encaissé."),
    CANCELLED: _("Règlement annulé : rien n’a été encaissé."),
    REFUNDED: _("Règlement remboursé : il n’est plus encaissé."),
}
WITH_REASON = {
    EntryState.REJECTED: _("Règlement refusé ou rejeté : rien n’a été encaissé. Motif : {reason}"),
    CANCELLED: _("Règlement annulé : rien n’a été encaissé. Le fichier dit : {reason}"),
    REFUNDED: _("Règlement remboursé : il n’est plus encaissé. Le fichier dit : {reason}"),
}
NO = re.compile(r"(non?|faux|false|neant|ras|aucune?|sans|ok|-*|0*[.,]?0*(?:\s?€)?)")
# A file may have several of them: each counts.
FLAGS = (
    column("rejected", "Rejeté", TEXT, "Rejet", "Rejetée", "Impayé", "Impayés", "Refusé", "Rejected", only_read=True),
    column("reject_reason", "Motif de rejet", TEXT, "Motif rejet", "Motif du rejet", "Libellé rejet", "Raison du rejet", "Motif retour",
           "Motif impayé", "Motif de refus", only_read=True),
    column("reject_code", "Code rejet", TEXT, "Code retour", "Code motif", "Code motif rejet", "Code impayé", only_read=True),
    column("reject_day", "Date de rejet", TEXT, "Date du rejet", "Date rejet", "Date retour", "Date impayé", "Rejeté le", only_read=True),
    column("refunded", "Remboursé", TEXT, "Montant remboursé", "Remboursement", "Date remboursement", "Remboursé le", "Refunded", only_read=True),
    column("cancelled", "Annulé", TEXT, "Annulée", "Annulation", "Date annulation", "Annulé le", only_read=True),
)  # fmt: skip


def _read_state(typed: str) -> str:
    word = fold(typed)
    if word in map(fold, OWN.values()):
        return str(_STATE.read(typed))
    found = next((state for stem, state in STEMS if re.search(stem, word)), "")
    return str(found or _STATE.read(typed))


STATE = replace(_STATE, read=_read_state)


def take(lines: Iterable[Line], snapshot: Snapshot) -> None:
    """Before anything else is done with the lines: each that is no money, put aside, or its payment noted as come back."""
    own = fold(snapshot.titles.get("state", "")) == fold("État")  # a file of the portal: its rejected payments are kept
    for line in lines:
        state, reason = _said(line)
        if line.get("cents", 0) < 0:
            line.values.pop("state", None)  # what was given back is asked about by itself
        elif state not in {"", EntryState.CASHED}:
            _not_cashed(line, snapshot, state, reason, own=own)


def _not_cashed(line: Line, snapshot: Snapshot, state: str, reason: str, *, own: bool) -> None:
    known = snapshot.find(Payment, ("number", fold(str(line.get("number"))))) if line.get("number") else None
    if known is None and state in {EntryState.REJECTED, REFUNDED} and not own:
        known = _of_the_family(line, snapshot)
    if known is not None and known["state"] == EntryState.CASHED and state != EntryState.WAITING:
        _came_back(line, snapshot, known)
    elif state in OWN and (own or known is not None):
        line.values["state"] = state
    else:
        _put_aside(line, snapshot, state, reason)


def _of_the_family(line: Line, snapshot: Snapshot) -> Entity | None:
    """The only payment of that family which can be meant: cashed, of the same amount, not later, by the same operation if the line has one."""
    family = named_people.family_of(line, snapshot)
    if family is None:
        return None
    day, operation = line.get("day"), line.get("operation")
    theirs = [
        each
        for each in snapshot.every(Payment)
        if each["family_id"] == family.id
        and each["cents"] == line.get("cents")
        and each["state"] == EntryState.CASHED
        and (day is None or each["day"] is None or each["day"] <= day)
    ]
    same = [each for each in theirs if operation and each["operation"] == operation]
    found = same or theirs
    return found[0] if len(found) == 1 else None


def _said(line: Line) -> tuple[str, str]:
    """(state, why) of a line, by whichever of its columns says that nothing is cashed."""
    flags = {
        name: text for name in (one.name for one in FLAGS) if (text := str(line.values.pop(name, "") or "").strip())
    }
    flags = {name: text for name, text in flags.items() if not NO.fullmatch(fold(text))}
    state, means = str(line.get("state", "")), str(line.get("method", ""))
    refused = [flags[name] for name in ("reject_reason", "reject_code", "rejected", "reject_day") if name in flags]
    if refused:
        return EntryState.REJECTED, ", ".join(dict.fromkeys(refused))
    for name, found in (("refunded", REFUNDED), ("cancelled", CANCELLED)):
        if name in flags:
            return found, flags[name]
    if not state and (stem := next((found for stem, found in STEMS if re.search(stem, fold(means))), "")):
        return stem, means  # « rejeté » among the means of payment
    return state, ""


def _put_aside(line: Line, snapshot: Snapshot, state: str, reason: str) -> None:
    line.values.pop("state", None)
    said = reason and WITH_REASON.get(state)
    why = UserError(said, reason=reason[:80]) if said else UserError(REASONS[state])
    snapshot.put_aside(line, why, about_of(line), line.get("cents", 0))


def _came_back(line: Line, snapshot: Snapshot, known: Entity) -> None:
    sentence = UserError(
        "Le portail a ces règlements comme encaissés ; le fichier les dit rejetés, annulés ou remboursés."
    )
    choices = (
        Choice("rejected", UserError("Les noter « rejeté » : leurs factures sont à nouveau dues")),
        Choice("leave", UserError("Les laisser encaissés : ces lignes sont mises de côté")),
    )
    asked = Question("came-back", sentence, choices)
    sample = f"{known['number']} : {formats.euros(known['cents'], 'fr')}"
    answer = snapshot.questions.ask_part(asked, known["number"], line=line.number, sample=sample)
    if answer == "rejected":
        line.found[RETURNED] = known
    elif answer:
        why = UserError("Règlement que vous avez laissé encaissé.")
        snapshot.put_aside(line, why, about_of(line), line.get("cents", 0))
    else:
        line.bad.add("state")


def note_rejected(line: Line, snapshot: Snapshot, known: Entity) -> None:
    """A payment of the portal, cashed until now, came back: what it settled is due again."""
    settling.unsettle(snapshot, known)
    values = {"state": EntryState.REJECTED}
    snapshot.put(line, Draft(Payment, [("number", fold(known["number"]))], values, found=known), once=False)


def about_of(line: Line) -> str:
    """A payment in a few words: whom it is of, what it says."""
    names = (line.get("payer_first_name"), line.get("payer_last_name"), line.get("payer"))
    whose = " ".join(str(each) for each in names if each) or str(line.get("family", ""))
    return " · ".join(filter(None, (str(line.get("number", "")), whose, str(line.get("label", "")))))[:120]
