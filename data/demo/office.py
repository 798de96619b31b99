"""What the office of the demonstration does beside deciding: a letter to a group that some read and accepted, a draft; notes on requests."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from data.accounts.models import Account
from data.core import clock
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import unit_of_work
from data.demo import reenrolment
from data.demo.requests import account_of
from data.group_letters import reading, sending, writing
from data.group_letters.models import GroupRecipient
from data.reenrolment import follow_up
from data.reenrolment.campaigns import Campaign, CampaignState
from data.reenrolment.models import Reenrolment

SENT = timedelta(days=4)  # ago
LOAN = {
    "numbers": "1077, 3002, 3004, 3007, 3008, 3010, 3012, 3014, 3020, 3021",  # two of them are told otherwise
    "asks": "on",
    "subject": "Prêt d’instruments : les conditions à lire et à accepter",
    "text": (
        "Le conservatoire vous prête un instrument cette année. Les conditions sont jointes à ce courrier : entretien, "
        "assurance, retour de l’instrument.\n"
        "Merci de les lire et de les accepter dans le portail, pour {élèves}."
    ),
}
REMINDER = {
    "state": "unsent",
    "subject": "Réinscriptions : pensez à envoyer votre demande",
    "text": (
        "Nous n’avons pas encore reçu la réinscription de {élèves}. Les demandes sont ouvertes jusqu’au {clôture}.\n"
        "Une question ? Écrivez-nous depuis le portail, ou appelez-nous."
    ),
}


def fill() -> None:
    now = clock.now()
    _loan(now - SENT)
    with system_unit_of_work() as uow:
        campaign = uow.all(select(Campaign).where(Campaign.state == CampaignState.ACTIVE))[0]
        waiting = {
            login: sent_id
            for sent_id, login in uow.rows(
                select(Reenrolment.id, Account.login).join(Account, col(Account.id) == Reenrolment.author_id)
            )
        }
    with unit_of_work(account_of("renard.paul"), writes=True, now=now - timedelta(hours=22)) as uow:
        writing.save(uow, None, {**REMINDER, "campaign": str(campaign.id)})
        text = "Au téléphone : le mercredi est complet. Hélène voit avec le professeur si un autre créneau se libère."
        helene = account_of("lemoine.helene")
        follow_up.write(uow, waiting["famille.3001"], text, revisit=False, assignee_id=helene.id if helene else None)
        follow_up.write(uow, waiting["famille.3011"], "", revisit=True, assignee_id=None)


def _loan(at: datetime) -> None:
    """Every third household accepted, every third only read it; the others have still to open theirs."""
    with unit_of_work(account_of("renard.paul"), writes=True, now=at) as uow:
        letter = writing.save(uow, None, LOAN)
        content = reenrolment.paper("Conditions de prêt", "application/pdf")
        writing.add_document(uow, letter.id, content, "application/pdf", "conditions-de-pret.pdf")
        sending.send(uow, letter.id, letter.version)
    sending.go_round(now=at + timedelta(minutes=1))
    with system_unit_of_work() as uow:
        readers = uow.rows(
            select(GroupRecipient.family_id, Account)
            .join(Account, col(Account.family_id) == GroupRecipient.family_id)
            .where(
                GroupRecipient.letter_id == letter.id,
                col(Account.login).startswith("famille."),
                Account.password_hash != "",
            )
            .order_by(col(Account.id))
        )
    for nth, (_, account) in enumerate(readers):
        with unit_of_work(account, writes=True, now=at + timedelta(hours=3 + nth % 60)) as uow:
            if nth % 3 == 0:
                reading.accept(uow, letter.id)
            elif nth % 3 == 1:
                reading.mark_read(uow, letter.id)
