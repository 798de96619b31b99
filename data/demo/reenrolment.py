"""The demonstration's campaign, with requests and documents in every state; for many families, as many as a June brings."""

import hashlib
import io
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw, ImageFont
from sqlmodel import col, select

from data.accounts.models import Account
from data.core import clock, formats
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork, unit_of_work
from data.families import models as families
from data.families import stored_files
from data.families.models import Pupil, PupilLink
from data.families.stored_files import StoredFile
from data.pdf import scripts
from data.reenrolment import campaign_admin, campaigns
from data.reenrolment import documents as reenrolment_documents
from data.reenrolment import review as reenrolment_review
from data.reenrolment import submission as request
from data.reenrolment.campaigns import Campaign, CampaignState, RequiredDocument, Sensitive
from data.reenrolment.models import Reenrolment, ReenrolmentState, SuppliedDocument, Way, Wish
from data.schooling.models import Course, Enrolment

MAX_REQUESTS = 300
DANCE = ["Danse classique", "Danse contemporaine"]
ADDRESS, PORTRAIT, INSURANCE = "Justificatif d’adresse", "Photo d’identité", "Attestation d’assurance"
DOCUMENTS: tuple[dict[str, object], ...] = (
    {"label": ADDRESS, "hint": "De moins de trois mois : facture d’énergie, avis d’imposition…"},
    {"label": PORTRAIT, "hint": "De face, récente.", "shared": False},
    {"label": INSURANCE, "hint": "Responsabilité civile, pour l’année qui vient."},
    {"label": "Certificat médical (danse)", "departments": DANCE, "sensitive": Sensitive.HEALTH, "shared": False},
    {
        "label": "Justificatif de quotient familial",
        "hint": "Sans lui, le tarif plein s’applique.",
        "required": False,
        "sensitive": Sensitive.INCOME,
    },
)


def fill() -> None:
    """An open campaign at Valmont, one being prepared at Belrive; what the demonstration's people and a few families made of theirs."""
    now = clock.now()
    first = int(formats.school_year(clock.today(ZoneInfo("Europe/Paris")))[:4]) + 1
    year = f"{first}-{first + 1}"
    campaign_id = _campaign("lemoine.helene", "valmont", year, now - timedelta(days=12))
    _campaign("petit.jean", "belrive", year, now - timedelta(days=2))
    with _as("lemoine.helene", now - timedelta(days=10)) as uow:
        campaign_admin.activate(uow, campaign_id)
    irina = _Household("aubry.claire", "Irina", now - timedelta(days=3))
    irina.give(ADDRESS, "facture-energie.pdf")
    irina.give(PORTRAIT, "irina-vacances.jpg")
    irina.decide(PORTRAIT, "Le visage est trop petit sur cette photo : envoyez un portrait de face.")
    _Household("famille.3001", "", now - timedelta(days=6), message="Serait-il possible de garder le mercredi ?").send()
    _Household("famille.3008", "", now - timedelta(days=1)).send()
    _Household("famille.3011", "", now - timedelta(hours=5), way=Way.ADMINISTRATIVE).send()
    back = _Household("famille.3002", "", now - timedelta(days=5)).send()
    back.answer(reenrolment_review.send_back, "L’attestation d’assurance est celle de l’an dernier.")
    done = _Household("famille.3004", "", now - timedelta(days=8)).send()
    done.decide(PORTRAIT)
    done.decide(INSURANCE, expires_in=-1)
    done.answer(reenrolment_review.validate)
    full = _Household("famille.3007", "", now - timedelta(days=7)).send()
    full.answer(reenrolment_review.refuse, "Il n’y a plus de place dans cette classe l’an prochain. Appelez-nous.")
    leaving = _Household("famille.3010", "", now - timedelta(days=2), way=Way.LEAVING).send()
    leaving.answer(reenrolment_review.validate)
    _Household("famille.3012", "", now - timedelta(hours=2))
    _many(now)


def _campaign(login: str, site: str, year: str, at: datetime) -> int:
    """For the school year after today's, though it opened in the one before; its documents."""
    with _as(login, at, site) as uow:
        campaign = campaign_admin.save(
            uow,
            None,
            {
                "school_year": year,
                "title": f"Réinscriptions {year}",
                "opens_on": uow.today,
                "closes_on": uow.today + timedelta(days=50),
                "introduction": "Cochez ce que l’élève continue l’an prochain. Un changement se demande plus bas, dans « Demandes complémentaires ».",
                "confirmation": "Les horaires de l’an prochain seront choisis début septembre, avec le professeur.",
            },
        )
        for each in DOCUMENTS:
            campaign_admin.save_document(uow, campaign.id, None, each)
        return campaign.id


class _Household:
    """One family's pupil, at a moment that moves on with each act."""

    def __init__(self, login: str, pupil: str, at: datetime, *, way: str = Way.COURSES, message: str = "") -> None:
        self.login, self.at, self.way, self.sent_id = login, at, way, 0
        with self._unit_of_work() as uow:
            self.pupil = next(each for each, _ in families.pupils(uow) if pupil in {"", each.first_name})
            self.campaign = uow.all(select(Campaign).where(Campaign.state == CampaignState.ACTIVE))[0]
            lines = uow.all(
                select(Enrolment.id)
                .join(Course, col(Course.id) == Enrolment.course_id)
                .where(Enrolment.pupil_id == self.pupil.id, Course.school_year == self.campaign.source_year)
                .order_by(col(Enrolment.id))
            )
            chosen = lines[:2] if way == Way.COURSES else ()
            request.choose(uow, self.pupil, self.campaign.id, way, chosen)
            text = {"message": message, "reason": "Déménagement" if way == Way.LEAVING else ""}
            request.write(uow, self.pupil, self.campaign.id, text)

    def _unit_of_work(self) -> AbstractContextManager[UnitOfWork]:
        self.at += timedelta(minutes=3)
        return _as(self.login, self.at)

    def give(self, label: str, name: str) -> None:
        with self._unit_of_work() as uow:
            wanted = uow.all(
                select(RequiredDocument).where(
                    RequiredDocument.campaign_id == self.campaign.id, RequiredDocument.label == label
                )
            )[0]
            media_type = "application/pdf" if name.endswith("pdf") else "image/jpeg"
            reenrolment_documents.supply(uow, self.pupil, wanted.id, paper(label, media_type), media_type, name)

    def send(self) -> "_Household":
        names = {PORTRAIT: "portrait.jpg", ADDRESS: "justificatif.pdf", INSURANCE: "assurance.pdf"}
        if self.way != Way.LEAVING:
            with self._unit_of_work() as uow:
                asked = [
                    each.label
                    for each in campaigns.documents_of(uow, self.campaign.id)
                    if each.required and (not each.departments or self.pupil.discipline in DANCE)
                ]
            for label in asked:
                self.give(label, names.get(label, "document.pdf"))
        with self._unit_of_work() as uow:
            self.sent_id = request.submit(uow, self.pupil, self.campaign.id, {}).id
        return self

    def decide(self, label: str, reason: str = "", expires_in: int = 0) -> None:
        self.login, login = "renard.paul", self.login
        with self._unit_of_work() as uow:
            supplied = uow.all(
                select(SuppliedDocument)
                .join(RequiredDocument, col(RequiredDocument.id) == SuppliedDocument.document_id)
                .where(SuppliedDocument.pupil_id == self.pupil.id, RequiredDocument.label == label)
            )[0]
            if reason:
                reenrolment_review.refuse_document(uow, supplied.id, reason)
            else:
                until = uow.today + timedelta(days=expires_in) if expires_in else None
                reenrolment_review.validate_document(uow, supplied.id, expires_on=until)
        self.login = login

    def answer(self, decide: Callable[..., object], *reason: str) -> None:
        self.login, login = "renard.paul", self.login
        with self._unit_of_work() as uow:
            decide(uow, self.sent_id, *reason)
        self.login = login


def _as(login: str, at: datetime, site: str = "valmont") -> AbstractContextManager[UnitOfWork]:
    with system_unit_of_work() as uow:
        account = uow.one(
            select(Account).join(Site, col(Site.id) == Account.site_id).where(Account.login == login, Site.code == site)
        )
    return unit_of_work(account, writes=True, now=at)


@lru_cache(maxsize=16)
def paper(label: str, media_type: str) -> bytes:
    """A record that says what it is: a real file, a few kilobytes."""
    sheet = Image.new("RGB", (420, 594), "#faf8f3")
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((24, 24, 396, 570), outline="#17495a", width=3)
    bold, plain = (
        ImageFont.truetype(str(scripts.face(scripts.MAIN, thick)), size) for thick, size in ((True, 20), (False, 16))
    )
    pen.text((48, 60), label, fill="#1a2236", font=bold)
    pen.text((48, 92), "Document de démonstration", fill="#4b5469", font=plain)
    out = io.BytesIO()
    sheet.save(out, "PDF" if media_type == "application/pdf" else "JPEG", quality=60)
    return out.getvalue()


def _many(now: datetime) -> None:
    """For a large demonstration: 300 requests of other families, with three documents each."""
    with system_unit_of_work(writes=True, now=now) as uow:
        campaign = uow.all(select(Campaign).where(Campaign.state == CampaignState.ACTIVE))[0]
        documents = [
            each for each in campaigns.documents_of(uow, campaign.id) if each.label in {ADDRESS, PORTRAIT, INSURANCE}
        ]
        pupils = uow.rows(
            select(Pupil, PupilLink.family_id, Account.id)
            .join(PupilLink, col(PupilLink.pupil_id) == Pupil.id)
            .join(Account, col(Account.family_id) == PupilLink.family_id)
            .where(Pupil.site_id == campaign.site_id, Pupil.number >= 30240)
            .order_by(col(Pupil.id))
        )
        chosen = pupils[:: max(1, len(pupils) // MAX_REQUESTS)][:MAX_REQUESTS]
        lines: dict[int, list[int]] = {}
        for pupil_id, enrolment_id in uow.rows(
            select(Enrolment.pupil_id, Enrolment.id)
            .join(Course, col(Course.id) == Enrolment.course_id)
            .where(
                Course.school_year == campaign.source_year,
                col(Enrolment.pupil_id).in_([pupil.id for pupil, _, _ in chosen]),
            )
        ):
            lines.setdefault(pupil_id, []).append(enrolment_id)
        stored = [
            _stored(uow, campaign, pupil.id, family_id, each) for pupil, family_id, _ in chosen for each in documents
        ]
        uow.add_all(stored)
        rows: list[Wish | Reenrolment | SuppliedDocument] = []
        for at, (pupil, family_id, account_id) in enumerate(chosen):
            mine = stored[at * len(documents) : (at + 1) * len(documents)]
            rows += _one(
                campaign, pupil, family_id, account_id, lines.get(pupil.id, []), now - timedelta(minutes=at * 25)
            )
            rows += [
                SuppliedDocument(
                    site_id=campaign.site_id,
                    family_id=family_id,
                    campaign_id=campaign.id,
                    document_id=each.id,
                    pupil_id=pupil.id,
                    file_id=file.id,
                    file_name=file.shown,
                    size=file.size,
                    given_at=now - timedelta(minutes=at * 25 + 9),
                    author_id=account_id,
                )
                for each, file in zip(documents, mine, strict=True)
            ]
        uow.add_all(rows)


def _stored(
    uow: UnitOfWork, campaign: Campaign, pupil_id: int, family_id: int, document: RequiredDocument
) -> StoredFile:
    media_type = "image/jpeg" if document.label == PORTRAIT else "application/pdf"
    content = paper(document.label, media_type)
    return StoredFile(
        site_id=campaign.site_id,
        pupil_id=pupil_id,
        giver_id=family_id,
        name=stored_files.write(campaign.site_id, content),
        shown="portrait.jpg" if document.label == PORTRAIT else "document.pdf",
        kind=f"campaign {campaign.id}",
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created_at=uow.now - timedelta(days=2),
    )


def _one(
    campaign: Campaign, pupil: Pupil, family_id: int, account_id: int, lines: Sequence[int], at: datetime
) -> list[Wish | Reenrolment | SuppliedDocument]:
    """The wish and the request of one pupil; most wait, some were sent back."""
    same: dict[str, Any] = {
        "site_id": campaign.site_id,
        "campaign_id": campaign.id,
        "pupil_id": pupil.id,
        "author_id": account_id,
        "way": Way.COURSES if lines else Way.ADMINISTRATIVE,
        "chosen": list(lines),
    }
    corrected = pupil.id % 12 == 0
    return [
        Wish(**same, family_id=family_id, changed_at=at, answer="Le justificatif est illisible." if corrected else ""),
        Reenrolment(
            **same,
            household_id=family_id,
            submitted_at=at,
            state=ReenrolmentState.TO_CORRECT if corrected else ReenrolmentState.SUBMITTED,
            decided_at=at + timedelta(hours=1) if corrected else None,
            decided_by="Paul Renard" if corrected else "",
        ),
    ]
