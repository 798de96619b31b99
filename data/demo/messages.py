"""Messages to the office in the demonstration: one that waits for its answer, one that was answered and is not read yet."""

from datetime import timedelta

from sqlmodel import col, select

from data.billing.models import Invoice, Nature
from data.core import clock, formats
from data.core.unit_of_work import unit_of_work
from data.demo.requests import account_of
from data.messages import review, subjects, submission
from data.messages.models import About, turns
from data.schooling.models import Course, Enrolment


def fill() -> None:
    now = clock.now()
    with unit_of_work(account_of("famille.3004"), writes=True, now=now - timedelta(hours=20)) as uow:
        bills = select(Invoice.id).where(Invoice.nature == Nature.INVOICE, Invoice.day <= uow.today)
        bill = uow.one(bills.order_by(col(Invoice.day).desc(), col(Invoice.id)))
        text = "Bonjour, la remise pour le deuxième enfant est-elle déjà comptée dans cette facture ? Merci d’avance."
        submission.ask(uow, subjects.find(uow, About.INVOICE, bill or 0), text)
    with unit_of_work(account_of("aubry.claire"), writes=True, now=now - timedelta(days=3)) as uow:
        taken = select(Enrolment.id).join(Course, col(Course.id) == Enrolment.course_id)
        current = taken.where(Course.school_year == formats.school_year(uow.today)).order_by(col(Enrolment.id))
        text = "Bonjour, faut-il apporter le métronome de la maison, ou y en a-t-il un dans la salle ?"
        inquiry = submission.ask(uow, subjects.find(uow, About.COURSE, uow.one(current) or 0), text)
    with unit_of_work(account_of("renard.paul"), writes=True, now=now - timedelta(days=2)) as uow:
        text = "Bonjour, il y en a un dans chaque salle : rien à apporter, sauf l’instrument et les partitions."
        review.answer(uow, inquiry.id, text, seen=turns(uow, inquiry.id)[-1].id)
