"""The documents a household gives: given, replaced, given for a brother or a sister too, taken back, until validated.

A file is written whole before its row (data/files.py); what is replaced or taken back is met by nobody from then on, and its
file goes when the sweep passes (data/file_sweep.py).
"""

from sqlmodel import col, select

from data import families, files, journal, reenrolment
from data.campaigns import Campaign, RequiredDocument
from data.families import Pupil
from data.files import StoredFile
from data.i18n import Refused
from data.reenrolment import Piece, Situation, SuppliedDocument
from data.visits import NotYours, Visit

MOST_FILES = 10  # for one document, replacements included
FIRST_CHOOSE = (
    "Cochez d’abord, dans la partie 1, « Réinscription administrative » ou les cursus et disciplines de l’an prochain."
)


ONLY_READ = "Vous pouvez consulter ce dossier, mais pas le modifier. Adressez-vous au conservatoire."
CLOSED = {  # short name, for an address -> why nothing is taken
    "fini": reenrolment.OVER,
    "suspendu": reenrolment.SUSPENDED,
    "choisir": FIRST_CHOOSE,
    "depart": "L’élève ne se réinscrit pas : aucune pièce n’est demandée.",
    "repondu": "Le conservatoire a déjà répondu à cette demande de réinscription.",
    "foyer": "L’autre foyer de l’élève a déjà envoyé la demande de réinscription.",
    "lire": ONLY_READ,
    "validee": "Cette pièce est validée : elle ne peut plus être remplacée.",
    "souvent": "Cette pièce a déjà été remplacée dix fois : adressez-vous au conservatoire.",
}


def refusal(now: Situation, *, piece: Piece | None = None) -> Refused | None:
    """Why « Importer » is closed, or closed for that document; None when a file can be given.

    A document may be given until it is validated, also after the request was sent: one that was refused is replaced.
    """
    if not now.may_change:
        return Refused(CLOSED["lire"])
    if now.sent and not now.mine:
        return Refused(CLOSED["foyer"])
    if now.sent and now.sent.state == "refused":
        return Refused(CLOSED["repondu"])
    if now.period_over:
        return now.period_over
    if now.way == "leaving":
        return Refused(CLOSED["depart"])
    if not now.way:
        return Refused(CLOSED["choisir"])
    if piece and piece.state == "validated":
        return Refused(CLOSED["validee"])
    if piece and piece.supplied and piece.supplied.times >= MOST_FILES:
        return Refused(CLOSED["souvent"])
    return None


def kept_because(now: Situation, piece: Piece) -> Refused | None:
    """Why what was given stays; None when it can be taken back."""
    if piece.supplied and piece.supplied.state == "validated":
        return Refused("Cette pièce est validée : elle ne peut plus être retirée.")
    if not now.may_change:
        return Refused(CLOSED["lire"])
    if now.period_over:
        return now.period_over
    if now.mine and now.sent and now.sent.state != "to_correct" and piece.document.required:
        return Refused("Votre demande est envoyée avec cette pièce : remplacez-la plutôt que de la retirer.")
    return None


def accepts(v: Visit, pupil: Pupil, document_id: int) -> None:
    """Refused, or NotYours, when `supply` would be: asked before a file is looked at."""
    campaign = v.get(Campaign, v.get(RequiredDocument, document_id).campaign_id)
    now = reenrolment.situation(v, pupil, campaign)
    piece = next((each for each in now.pieces if each.document.id == document_id), None)
    if piece is None:
        raise NotYours(f"document {document_id} of pupil {pupil.id}")
    if refused := refusal(now, piece=piece):
        raise refused


def supply(
    v: Visit, pupil: Pupil, document_id: int, content: bytes, media_type: str, file_name: str
) -> SuppliedDocument:
    """Keep a checked file (data/documents.py) for that document; it replaces the one before. Refused in words;
    NotYours when the document is not asked of this pupil."""
    now, piece = _piece(v, pupil, document_id)
    if refused := refusal(now, piece=piece):
        raise refused
    stored = files.keep(v, pupil.id, f"campaign {now.campaign.id}", content, media_type, file_name)
    supplied, replaced = piece.supplied, None
    if supplied:
        replaced, supplied.times, supplied.version = supplied.file_id, supplied.times + 1, supplied.version + 1
    else:
        supplied = SuppliedDocument(
            site_id=pupil.site_id,
            family_id=v.family_id,
            campaign_id=now.campaign.id,
            document_id=document_id,
            pupil_id=pupil.id,
            file_name="",
            size=0,
            given_at=v.now,
            author_id=0,
        )
    supplied.file_id, supplied.file_name, supplied.size = stored.id, stored.shown, stored.size
    supplied.state, supplied.reason, supplied.expires_on = "received", "", None
    supplied.given_at, supplied.author_id = v.now, v.account_id or 0
    supplied.decided_at, supplied.decided_by = None, ""
    v.add(supplied)
    _forget(v, replaced)
    _told(v, now, supplied, "document given", ["", supplied.file_name])
    return supplied


def remove(v: Visit, pupil: Pupil, supplied_id: int) -> None:
    """Take a document back. Refused once it is validated, or when a request that was sent stands on it."""
    supplied = v.get(SuppliedDocument, supplied_id)
    if supplied.pupil_id != pupil.id or supplied.family_id != v.family_id:
        raise NotYours(f"document {supplied_id}")
    now, piece = _piece(v, pupil, supplied.document_id)
    supplied = v.get(SuppliedDocument, supplied_id, lock=True)
    if refused := kept_because(now, piece):
        raise refused
    v.delete(supplied)
    v.flush()
    _forget(v, supplied.file_id)
    _told(v, now, supplied, "document taken back", [supplied.file_name, ""])


def _piece(v: Visit, pupil: Pupil, document_id: int) -> tuple[Situation, Piece]:
    """The pupil's situation, locked, and that document in it; NotYours when it is not asked of this pupil."""
    now = reenrolment.locked(v, pupil, v.get(RequiredDocument, document_id).campaign_id)
    for piece in now.pieces:
        if piece.document.id == document_id:
            return now, piece
    raise NotYours(f"document {document_id} of pupil {pupil.id}")


def _forget(v: Visit, file_id: int | None) -> None:
    if file_id is not None:
        files.discard(v, v.get(StoredFile, file_id).name)


def _told(v: Visit, now: Situation, supplied: SuppliedDocument, action: str, change: list[str]) -> None:
    if now.sent:
        now.sent.version += 1
        v.add(now.sent)
    journal.note(v, action, subject="supplied_document", subject_id=supplied.id, changes={"file": change})
    reenrolment.announce(v, now.pupil.site_id, v.family_id, now.pupil.id)


def offers(v: Visit, now: Situation) -> dict[int, tuple[SuppliedDocument, Pupil]]:
    """Document -> the same one given for a brother or a sister, where this pupil lacks it: « Reprendre »."""
    wanted = {piece.document.label: piece.document.id for piece in now.pieces if piece.state == "missing"}
    if not wanted or refusal(now):
        return {}
    return {
        wanted[label]: (supplied, pupil)
        for supplied, label, pupil in v.rows(
            select(SuppliedDocument, RequiredDocument.label, Pupil)
            .join(RequiredDocument, col(RequiredDocument.id) == SuppliedDocument.document_id)
            .join(Pupil, col(Pupil.id) == SuppliedDocument.pupil_id)
            .where(
                SuppliedDocument.pupil_id != now.pupil.id,
                SuppliedDocument.family_id == now.family_id,
                col(SuppliedDocument.file_id).is_not(None),
                col(SuppliedDocument.state).in_(["received", "validated"]),
                col(RequiredDocument.label).in_(wanted),
            )
            .order_by(col(SuppliedDocument.given_at))
        )
    }


def needing(v: Visit, supplied: SuppliedDocument) -> list[tuple[Pupil, RequiredDocument]]:
    """The brothers and sisters of whom the same document is asked, and who lack it: « Aussi pour … »."""
    label = v.get(RequiredDocument, supplied.document_id).label
    found: list[tuple[Pupil, RequiredDocument]] = []
    shown = reenrolment.shown_campaigns(v, [pupil.id for pupil, _ in families.pupils(v)])
    for pupil, _link in families.pupils(v):
        if pupil.id != supplied.pupil_id and pupil.id in shown:
            now = reenrolment.situation(v, pupil, shown[pupil.id])
            found += [
                (pupil, piece.document)
                for piece in now.pieces
                if piece.document.label == label and piece.state == "missing" and not refusal(now, piece=piece)
            ]
    return found


def again_for(v: Visit, pupil: Pupil, document_id: int, supplied_id: int) -> SuppliedDocument:
    """The file that this household gave for another of its pupils, given for this one too: a copy of its own."""
    theirs = v.get(SuppliedDocument, supplied_id)
    if theirs.family_id != v.family_id or theirs.file_id is None or theirs.pupil_id == pupil.id:
        raise NotYours(f"document {supplied_id}")
    stored, content = files.content_of(v, v.get(StoredFile, theirs.file_id).name)
    return supply(v, pupil, document_id, content, stored.media_type, theirs.file_name)
