"""What the staff do with campaigns: write one, choose its pupils and its documents, activate, suspend, close, copy.

`campaigns.how_many` counts who would see it: show it before `activate`.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlmodel import col, delete, select

from data.core import audit, own_texts, sites
from data.core.audit import Action
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.fields import fold
from data.core.ids import parse_id
from data.core.plain_text import tidy_lines
from data.core.unit_of_work import UnitOfWork
from data.families import stored_files
from data.families.models import Pupil
from data.reenrolment.campaigns import (
    Campaign,
    CampaignAudience,
    CampaignPupil,
    CampaignState,
    RequiredDocument,
    Sensitive,
    documents_of,
    how_many,
)
from data.reenrolment.models import SuppliedDocument
from data.schooling.models import Course

REMINDER_DAYS = (21, 14, 7, 3, 1)  # before the last day, to choose from
TEXTS = {"introduction": 2000, "documents_text": 1000, "confirmation": 2000}  # of a campaign, and how long they may be
DOCUMENT_TEXTS = {"label": 120, "hint": 300}
MOVED = {
    CampaignState.ACTIVE: Action.CAMPAIGN_ACTIVE,
    CampaignState.SUSPENDED: Action.CAMPAIGN_SUSPENDED,
    CampaignState.CLOSED: Action.CAMPAIGN_CLOSED,
}


def every(uow: UnitOfWork) -> list[Campaign]:
    """The site's campaigns, the latest first."""
    uow.staff_only()
    return list(uow.all(select(Campaign).order_by(col(Campaign.school_year).desc(), col(Campaign.id).desc())))


def departments(uow: UnitOfWork, school_year: str) -> list[str]:
    """What can be chosen from, by name."""
    uow.staff_only()
    found = select(Course.department).where(Course.school_year == school_year).distinct()
    return sorted((name for name in uow.all(found) if name), key=fold)


def cycles(uow: UnitOfWork) -> list[str]:
    uow.staff_only()
    return sorted((name for name in uow.all(select(Pupil.cycle).distinct()) if name), key=fold)


def save(uow: UnitOfWork, campaign_id: int | None, values: Mapping[str, Any]) -> Campaign:
    """A new campaign (None) or what changes in one; keys are Campaign's columns. ValidationErrors names what cannot be."""
    uow.staff_only()
    taken = {name: value for name, value in values.items() if name in _WRITTEN}
    before = uow.get(Campaign, campaign_id, lock=True) if campaign_id is not None else None
    now = {name: getattr(before, name) for name in _WRITTEN} if before else {}
    twins, too_long = own_texts.read(values, TEXTS)
    if faults := _faults({**now, **taken}) | too_long:
        raise ValidationErrors(faults)
    for name in TEXTS:
        if name in taken:
            taken[name] = tidy_lines(str(taken[name]))
    campaign = before or Campaign(
        site_id=uow.site_id or 0,
        created_at=uow.now,
        school_year=taken["school_year"],
        title=taken["title"],
        opens_on=taken["opens_on"],
        closes_on=taken["closes_on"],
    )
    changes = {name: [_plain(now.get(name)), _plain(value)] for name, value in taken.items() if now.get(name) != value}
    changes |= own_texts.changed(campaign.english, twins, TEXTS)
    for name, value in taken.items():
        setattr(campaign, name, value)
    campaign.english = twins
    campaign.version += 1
    uow.add(campaign)
    _note_change(uow, campaign, Action.CAMPAIGN_SAVED if before else Action.CAMPAIGN_MADE, changes)
    return campaign


_WRITTEN = (
    "school_year", "title", "opens_on", "closes_on", "audience", "chosen", "administrative", "introduction",
    "documents_text", "confirmation", "reminder_days",
)  # fmt: skip


def _plain(value: object) -> object:
    return str(value) if isinstance(value, date) else value


def _faults(values: Mapping[str, Any]) -> dict[str, UserError]:
    faults: dict[str, UserError] = {}
    year = str(values.get("school_year") or "")
    first = year[:4]
    if not (first.isdecimal() and first.isascii() and year == f"{first}-{int(first) + 1}"):
        faults["school_year"] = UserError("Écrivez l’année ainsi : 2027-2028.")
    if not str(values.get("title") or "").strip() or len(str(values["title"])) > 120:
        faults["title"] = UserError("Donnez un titre à la campagne, en 120 caractères au plus.")
    for name in ("opens_on", "closes_on"):
        if not isinstance(values.get(name), date):
            faults[name] = UserError("Indiquez une date.")
    if not faults and values["closes_on"] < values["opens_on"]:
        faults["closes_on"] = UserError("La fermeture est avant l’ouverture.")
    if values.get("audience", CampaignAudience.ALL) not in set(CampaignAudience):
        faults["audience"] = UserError("Choisissez qui voit la campagne.")
    if not set(values.get("reminder_days") or ()) <= set(REMINDER_DAYS):
        faults["reminder_days"] = UserError("Choisissez dans la liste.")
    if values.get("audience") in {CampaignAudience.DEPARTMENTS, CampaignAudience.CYCLES} and not values.get("chosen"):
        faults["chosen"] = UserError("Choisissez-en au moins un.")
    for name, most in TEXTS.items():
        if len(str(values.get(name) or "")) > most:
            faults[name] = UserError("Ce texte est trop long : {most} caractères au plus.", most=most)
    return faults


def choose_pupils(uow: UnitOfWork, campaign_id: int, pupil_ids: Iterable[int]) -> int:
    """The pupils of a campaign « by hand », instead of those before; how many there are."""
    uow.staff_only()
    campaign = uow.get(Campaign, campaign_id, lock=True)
    wanted = list(uow.all(select(Pupil.id).where(col(Pupil.id).in_(set(pupil_ids)))))
    uow.change(delete(CampaignPupil).where(col(CampaignPupil.campaign_id) == campaign.id))
    uow.add_all(CampaignPupil(site_id=campaign.site_id, campaign_id=campaign.id, pupil_id=each) for each in wanted)
    _note_change(uow, campaign, Action.CAMPAIGN_PUPILS, {"pupils": ["", len(wanted)]})
    return len(wanted)


def save_document(
    uow: UnitOfWork, campaign_id: int, document_id: int | None, values: Mapping[str, Any]
) -> RequiredDocument:
    """A document asked for, new (None) or changed; keys are RequiredDocument's columns but the model's."""
    uow.staff_only()
    campaign = uow.get(Campaign, campaign_id, lock=True)
    document = _document(uow, campaign, document_id) if document_id is not None else None
    label = str(values.get("label", document.label if document else "")).strip()
    faults: dict[str, UserError] = {}
    if not label or len(label) > 120:
        faults["label"] = UserError("Nommez le document, en 120 caractères au plus.")
    if len(str(values.get("hint") or "")) > 300:
        faults["hint"] = UserError("Ce texte est trop long : {most} caractères au plus.", most=300)
    for name in ("min_age", "max_age"):
        age = values.get(name)
        if age is not None and (not isinstance(age, int) or not 0 <= age <= 120):
            faults[name] = UserError("Indiquez un âge en années, de 0 à 120.")
    if values.get("sensitive", "") not in set(Sensitive):
        faults["sensitive"] = UserError("Choisissez dans la liste.")
    english, too_long = own_texts.read(values, DOCUMENT_TEXTS)
    if faults := faults | too_long:
        raise ValidationErrors(faults)
    document = document or RequiredDocument(
        site_id=campaign.site_id, campaign_id=campaign.id, label=label, rank=len(documents_of(uow, campaign.id)) + 1
    )
    for name in ("rank", "hint", "required", "shared", "min_age", "max_age", "departments", "cycles", "sensitive"):
        if name in values:
            setattr(document, name, values[name])
    changes = {"label": ["", label], **own_texts.changed(document.english, english, DOCUMENT_TEXTS)}
    document.label, document.english = label, english
    uow.add(document)
    _note_change(uow, campaign, Action.CAMPAIGN_DOCUMENT, changes)
    return document


def set_model(uow: UnitOfWork, document_id: int, content: bytes, media_type: str, name: str) -> RequiredDocument:
    """The file to fill in, already checked (data/uploads/validation.py); it replaces the one before."""
    uow.staff_only()
    document = uow.get(RequiredDocument, document_id, lock=True)
    document.model = stored_files.write(document.site_id, content)
    document.model_name, document.model_type = name[:100], media_type[:40]
    uow.add(document)
    _note_change(
        uow, uow.get(Campaign, document.campaign_id), Action.CAMPAIGN_DOCUMENT, {"model": ["", document.model_name]}
    )
    return document


def remove_document(uow: UnitOfWork, document_id: int) -> None:
    """UserError once a family has given one: what was given is not lost."""
    uow.staff_only()
    document = uow.get(RequiredDocument, document_id, lock=True)
    if uow.one(select(SuppliedDocument).where(SuppliedDocument.document_id == document.id)) is not None:
        raise UserError("Des familles ont déjà fourni ce document : rendez-le facultatif plutôt que de le retirer.")
    uow.delete(document)
    _note_change(
        uow, uow.get(Campaign, document.campaign_id), Action.CAMPAIGN_DOCUMENT, {"label": [document.label, ""]}
    )


def _document(uow: UnitOfWork, campaign: Campaign, document_id: int) -> RequiredDocument:
    found = uow.get(RequiredDocument, document_id, lock=True)
    if found.campaign_id != campaign.id:
        raise NotFound(f"document {document_id}")
    return found


def activate(uow: UnitOfWork, campaign_id: int) -> Campaign:
    """Families see it from its first day on. UserError when it is over or nobody would see it."""
    uow.staff_only()
    campaign = uow.get(Campaign, campaign_id, lock=True)
    sites.here(uow)
    if campaign.closes_on < uow.today:
        raise UserError("La date de fermeture est passée : changez-la avant d’activer la campagne.")
    if not how_many(uow, campaign):
        raise UserError("Aucun élève ne verrait cette campagne : vérifiez qui la voit.")
    campaign.activated_at = campaign.activated_at or uow.now
    return _move(uow, campaign, CampaignState.ACTIVE)


def suspend(uow: UnitOfWork, campaign_id: int) -> Campaign:
    """Nothing is lost; families see nothing until it is activated again."""
    uow.staff_only()
    campaign = uow.get(Campaign, campaign_id, lock=True)
    if campaign.state != CampaignState.ACTIVE:
        raise UserError("Cette campagne n’est pas active.")
    return _move(uow, campaign, CampaignState.SUSPENDED)


def close(uow: UnitOfWork, campaign_id: int) -> Campaign:
    """Nothing more is accepted; drafts are kept, and what was sent is still shown to its families."""
    uow.staff_only()
    return _move(uow, uow.get(Campaign, campaign_id, lock=True), CampaignState.CLOSED)


def _move(uow: UnitOfWork, campaign: Campaign, state: CampaignState) -> Campaign:
    if campaign.state != state:
        before, campaign.state = campaign.state, state
        campaign.version += 1
        uow.add(campaign)
        _note_change(uow, campaign, MOVED[state], {"state": [before, state]})
    return campaign


def copy(uow: UnitOfWork, campaign_id: int) -> Campaign:
    """The same for the year after, as a draft: texts, audience and documents, dates a year later."""
    uow.staff_only()
    model = uow.get(Campaign, campaign_id)
    first = int(model.school_year[:4]) + 1
    year = f"{first}-{first + 1}"
    made = uow.add(
        Campaign(
            **model.model_dump(include={*_WRITTEN, "english"} - {"school_year", "title", "opens_on", "closes_on"}),
            site_id=model.site_id,
            school_year=year,
            title=model.title.replace(model.school_year, year)[:120],
            opens_on=_a_year_later(model.opens_on),
            closes_on=_a_year_later(model.closes_on),
            created_at=uow.now,
        )
    )
    uow.add_all(
        RequiredDocument(
            **each.model_dump(exclude={"id", "campaign_id"}),
            campaign_id=made.id,
        )
        for each in documents_of(uow, model.id)
    )
    _note_change(uow, made, Action.CAMPAIGN_MADE, {"copy": ["", model.title]})
    return made


def _a_year_later(day: date) -> date:
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _note_change(uow: UnitOfWork, campaign: Campaign, action: Action, changes: dict[str, Any]) -> None:
    audit.note_record(uow, action, campaign, changes=changes)
    uow.publish(("campaigns", campaign.site_id), ("campaign", campaign.id), ("queue", campaign.site_id))


def choose_by_number(uow: UnitOfWork, campaign_id: int, typed: str) -> tuple[int, list[str]]:
    """Pupils « by hand », by their dossier's number, written one after the other: (how many, what is nobody's number)."""
    uow.staff_only()
    numbers = {word: parse_id(word) for word in typed.replace(",", " ").replace(";", " ").split()}
    asked = [number for number in numbers.values() if number is not None]
    known = dict(uow.rows(select(Pupil.number, Pupil.id).where(col(Pupil.number).in_(asked))))
    unknown = [word for word, number in numbers.items() if number not in known]
    return choose_pupils(uow, campaign_id, known.values()), unknown


def chosen_pupils(uow: UnitOfWork, campaign_id: int) -> list[Pupil]:
    """Those of a campaign « by hand », by name."""
    uow.staff_only()
    return list(
        uow.all(
            select(Pupil)
            .join(CampaignPupil, col(CampaignPupil.pupil_id) == Pupil.id)
            .where(CampaignPupil.campaign_id == campaign_id)
            .order_by(col(Pupil.last_name), col(Pupil.first_name))
        )
    )
