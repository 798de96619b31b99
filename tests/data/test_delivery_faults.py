"""What one letter does is no other letter's; what a person waits for goes first."""

from datetime import UTC, datetime

from sqlmodel import select

from data.accounts.models import Account
from data.core import database as database_module
from data.core.roles import Role
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.mail import delivery
from data.mail import outbox as mail_outbox
from data.mail.outbox import Letter, Mail, Recipient
from data.office import daily_digest, outbox_admin
from tests.data.test_delivery import _back_to_no_server, end_wait, letter, outbox, postbox, write  # noqa: F401
from tests.demo_users import both, every, later, site


def test_what_one_letter_does_to_the_session_is_no_other_letters(outbox: str) -> None:  # noqa: F811
    """The session is reset, or opened anew; each letter that cannot leave says why in « Courriels »."""
    unwritable = write("zoé@example.org")
    unmade, unsafe = write(), write(name="Claire\r\nBcc: x@example.org")
    cut, heavy, fine = write("cut@example.org"), write("heavy@example.org"), write()
    end_wait(unmade, blocks=[["no such block"]])
    with postbox() as box:
        box.answers = {"cut@example.org": "421 4.3.2 good bye", "heavy@example.org": "552 5.3.4 too big"}
        assert delivery.deliver() == 1
    states = [letter(number).state for number in (unwritable, unmade, unsafe, cut, heavy, fine)]
    assert states == ["failed", "waiting", "failed", "waiting", "failed", "sent"]
    assert "ne peut pas écrire à cette adresse" in outbox_admin.reason(letter(unwritable))
    assert "n’a pas pu être composé" in outbox_admin.reason(letter(unmade))
    assert "n’est pas sûr" in outbox_admin.reason(letter(unsafe))
    assert "trop volumineux" in outbox_admin.reason(letter(heavy))
    assert [message["To"] for message in box.received] == ["claire.aubry@example.org"]


def test_a_letter_whose_row_cannot_be_read_is_given_up(outbox: str) -> None:  # noqa: F811
    broken, fine = write(), write()
    with database_module.engine().begin() as connection:
        connection.exec_driver_sql("UPDATE letter SET blocks = '[[' WHERE id = ?", (broken,))
    with postbox() as box:
        assert delivery.deliver() == 1
    with database_module.engine().connect() as connection:
        question = "SELECT state FROM letter WHERE id IN (?, ?) ORDER BY id"
        states = connection.exec_driver_sql(question, (broken, fine)).scalars().all()
    assert (len(box.received), states) == (1, ["failed", "sent"])


@both
def test_what_a_person_waits_for_leaves_before_a_mailing_and_sites_take_turns(outbox: str) -> None:  # noqa: F811
    """A mailing is as long as it is: it leaves a fifth of each minute to the others, and other sites their turn."""
    with system_unit_of_work(writes=True) as uow:
        for number in range(40):
            uow.add(mailing(uow, "valmont", number))
        for number in range(2):
            uow.add(mailing(uow, "belrive", number))
        for row in uow.all(select(Site)):
            row.letters_per_minute = 20
            uow.add(row)
    write(kind="password_changed", secret="", address="ordinary@example.org")
    write(address="password@example.org")
    with postbox() as box:
        box.on_data = lambda: None if len(box.received) != 5 else write(address="later@example.org") and None
        assert delivery.deliver() == 18
        assert delivery.deliver() == 0
        write(address="again@example.org")
        assert delivery.deliver() == 1
    order = [str(message["To"]).partition("@")[0] for message in box.received]
    assert order[:2] == ["password", "ordinary"]
    assert set(order[2:6]) == {"valmont.0", "belrive.0", "valmont.1", "belrive.1"}
    assert order.index("later") <= delivery.AT_ONCE
    assert order[-1] == "again"
    assert len([each for each in order if each.startswith("valmont")]) == 13


def mailing(uow: UnitOfWork, code: str, number: int) -> Letter:
    """One of many, due before whatever is written now."""
    to = Recipient(f"{code}.{number}@example.org", "Camille Tissot", "fr", site(code).id)
    made = mail_outbox.write(uow, Mail("reenrolment_reminder", to, {"year": "", "names": "", "last_day": ""}))
    made.due_at = later(hours=-1)
    return made


def test_a_site_that_cannot_be_worked_at_leaves_the_others_their_digest(database: str) -> None:
    belrive = site("belrive")
    morning = datetime.fromisoformat(f"{later().date()}T07:30").replace(tzinfo=belrive.zone).astimezone(UTC)
    with system_unit_of_work(writes=True) as uow:
        for each in uow.all(select(Account).where(Account.site_id == belrive.id, Account.role == Role.MANAGER)):
            each.digest = "yes"
            uow.add(each)
        broken = uow.get(Site, site().id)
        broken.timezone = "Nowhere/None"
        uow.add(broken)
        nobody = Recipient("", "Camille Tissot", "fr", belrive.id)  # fails at once: something to tell
        mail_outbox.write(uow, Mail("changes_saved", nobody, {"subject": "", "moment": ""}))
    daily_digest.go_round(now=morning)
    assert {each.site_id for each in every(Letter, Letter.kind == "daily_digest")} == {belrive.id}
