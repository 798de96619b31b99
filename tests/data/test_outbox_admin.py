"""« Courriels »: found among many, sent again, called back; the morning's digest; the server that is not there."""

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from PIL import Image
from sqlmodel import select

from data.accounts import models as accounts
from data.accounts.models import Account
from data.change_requests.models import ChangeRequest, RequestState
from data.core import clock, encryption
from data.core import database as database_module
from data.core.audit import AuditEntry
from data.core.errors import NotFound, UserError
from data.core.system_unit_of_work import system_unit_of_work
from data.families.models import Guardian
from data.mail import delivery, outages
from data.mail import outbox as mail_outbox
from data.mail.outbox import Letter, Mail, Recipient
from data.office import daily_digest, outbox_admin
from data.office.outbox_admin import PAGE, Wanted
from tests.conftest import move_to, stored_path
from tests.counting import statements
from tests.data.test_delivery import _back_to_no_server, outbox, postbox  # noqa: F401
from tests.demo_users import CLAIRE, HELENE, PAUL, account, as_, both, every, last, on_sqlite, set_site, site


def write(kind: str = "password_changed", login: str = CLAIRE, **more: Any) -> int:
    who = account(login)
    now, address = more.pop("now", None), more.pop("to", "claire.aubry@example.org")
    to = Recipient(address, who.name, "fr", who.site_id, who.family_id, who.id)
    with system_unit_of_work(writes=True, now=now) as uow:
        return mail_outbox.write(uow, Mail(kind, to, **({"words": {"login": login}} | more))).id


def change(number: int, **values: Any) -> None:
    with system_unit_of_work(writes=True) as uow:
        row = uow.get(Letter, number)
        for name, value in values.items():
            setattr(row, name, value)
        uow.add(row)


def letter(number: int) -> Letter:
    return next(each for each in every(Letter) if each.id == number)


@both
def test_letters_are_found_by_state_kind_day_name_address_and_family(database: str) -> None:
    write(to="oeuvrard@example.org", login="famille.3001")
    with as_(PAUL) as uow:

        def ids(**wanted: Any) -> set[int]:
            return {each.id for each in outbox_admin.found(uow, Wanted(**wanted))}

        everything = ids()
        assert ids(search="claire.aubry@example.org") == ids(search="AUBRY claire") != set()
        assert ids(search="1042") >= ids(search="claire aubry")
        assert ids(search="%") == ids(search="_") == ids(search="'") == set()
        assert ids(state="failed") | ids(state="sent") | ids(state="waiting") < everything
        assert ids(kind="payment_received") == {each.id for each in every(Letter, Letter.kind == "payment_received")}
        assert ids(since=uow.today) | ids(until=uow.today - timedelta(days=1)) == everything
        assert ids(since=date(2090, 1, 1)) == set()
        counts = outbox_admin.counts(uow, Wanted())
        assert sum(counts.values()) == len(everything)
        assert (counts["failed"], counts["abandoned"], counts["cancelled"]) == (1, 1, 1)
    with as_("petit.jean", "belrive") as uow:
        assert outbox_admin.found(uow, Wanted(search="valmont")) == []
        assert not everything & {each.id for each in outbox_admin.found(uow, Wanted())}
    with as_(CLAIRE) as uow, pytest.raises(NotFound):
        outbox_admin.found(uow, Wanted())


@pytest.mark.parametrize(("error", "expected"), [
    ("550 5.1.1 unknown", "n’existe pas"), ("552 full", "pleine"), ("554 b'5.7.1 spam'", "refuse nos courriels"), ("501 no", "refusée"),
    ("451 4.2.2 full", "pleine pour le moment"), ("421 later", "réessayer"), ("no address", "pas d’adresse"), ("superseded", "remplace"),
    ("expired", "valable"), ("called back", "secrétariat"), ("unsafe address or header", "forme"), ("timed out", "n’a pas répondu"), ("", ""),
])  # fmt: skip
def test_why_a_letter_did_not_leave_is_explained_in_words(error: str, expected: str) -> None:
    assert expected in outbox_admin.reason(Letter.model_construct(error=error))


@both
def test_sending_again_is_a_letter_of_its_own_to_todays_address_once(database: str) -> None:
    number = write(to="old@example.org")
    with as_(PAUL) as uow, pytest.raises(UserError, match="encore en attente"):
        outbox_admin.resend(uow, number)
    change(number, state="failed", error="550 no")
    with as_(PAUL) as uow:
        copy = outbox_admin.resend(uow, number).id
    again = letter(copy)
    assert (again.recipient, again.state, again.resent_of) == ("claire.aubry@example.org", "waiting", number)
    assert (again.blocks, again.subject) == (letter(number).blocks, letter(number).subject)
    assert again.key != letter(number).key
    assert again.message_id != letter(number).message_id
    with as_(PAUL) as uow, pytest.raises(UserError, match="déjà été renvoyé"):
        outbox_admin.resend(uow, number)
    entry = last(AuditEntry)
    assert (entry.action, entry.actor, entry.subject_id) == ("letter sent again", "Paul Renard", number)
    for login, code in ((CLAIRE, "valmont"), ("petit.jean", "belrive")):
        with as_(login, code) as uow, pytest.raises(NotFound):
            outbox_admin.resend(uow, number)


def test_a_letter_about_an_address_goes_to_that_address_again(database: str) -> None:
    number = write("email_change_asked", to="old@example.org", words={"subject": "Claire Aubry"})
    change(number, state="sent")
    with as_(PAUL) as uow:
        assert outbox_admin.resend(uow, number).recipient == "old@example.org"


def test_what_cannot_be_sent_again_says_why(database: str) -> None:
    number, empty = write(), write()
    change(number, state="sent", blocks=[["secret"]], secret="")
    change(empty, state="sent", blocks=[])
    with as_(PAUL) as uow:
        for each, expected in ((number, "mot de passe"), (empty, "plus conservé")):
            with pytest.raises(UserError, match=expected):
                outbox_admin.resend(uow, each)


@both
def test_a_waiting_letter_is_called_back_and_one_that_leaves_is_not(database: str) -> None:
    number, leaving = write(secret="k7Wm3xPqRt9aZb"), write()
    change(leaving, state="sending")
    with as_(PAUL) as uow:
        outbox_admin.call_back(uow, number)
        with pytest.raises(UserError, match="n’attend plus"):
            outbox_admin.call_back(uow, leaving)
    assert (letter(number).state, letter(number).secret, letter(leaving).state) == ("cancelled", "", "sending")
    assert last(AuditEntry).action == "letter called back"
    with as_(PAUL) as uow, pytest.raises(UserError):
        outbox_admin.call_back(uow, number)


def test_a_family_reads_its_own_accounts_letters_and_none_called_back(database: str) -> None:
    mine, marcs = write(), write(login="aubry.marc", to="marc.aubry@example.org")
    with as_(CLAIRE) as uow:
        ids = {each.id for each in outbox_admin.mine(uow)}
    assert mine in ids
    assert marcs not in ids
    change(mine, state="cancelled")
    with as_(CLAIRE) as uow:
        assert mine not in {each.id for each in outbox_admin.mine(uow)}


@on_sqlite
def test_the_office_is_leafed_through_and_searched_by_one_question_each(database: str) -> None:
    """`tests.bench.search` says what that takes among forty thousand letters."""
    for turn in range(PAGE + 2):
        write(to=f"p{turn}.@example.org")
    with as_(PAUL, writes=False) as uow, statements() as asked:
        counts = outbox_admin.counts(uow, Wanted(search="p39.@"))
        found = outbox_admin.found(uow, Wanted(search="p39.@"))
        page = outbox_admin.found(uow, Wanted(search="@example.org"), skip=PAGE)
    assert (counts["waiting"], [each.recipient for each in found]) == (1, ["p39.@example.org"])
    assert 2 <= len(page) <= PAGE
    questions = [(statement, values) for statement, values in asked if statement.startswith("SELECT")]
    assert len(questions) == 3
    with database_module.engine().connect() as connection:
        for statement, values in questions:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            assert not any("CORRELATED" in line[3] for line in plan), statement  # none asked anew for each letter


def test_a_site_sends_no_more_in_a_minute_than_it_lets(outbox: str) -> None:  # noqa: F811
    set_site(letters_per_minute=3)
    for turn in range(5):
        write(to=f"famille.{turn}@example.org")
    with postbox() as box:
        assert delivery.deliver() == 3
        assert delivery.deliver() == 0
        for row in every(Letter, Letter.state == "sent"):
            if row.sent_at:
                change(row.id, sent_at=row.sent_at - timedelta(minutes=2))
        assert delivery.deliver() == 2
    assert len(box.received) == 5


def test_a_server_that_is_away_is_left_alone_after_five_rounds_and_staff_may_try(outbox: str) -> None:  # noqa: F811
    write()
    move_to(SMTP_URL="smtp+plain://127.0.0.1:9")
    for _ in range(7):
        assert delivery.go_round() == 0
    with as_(PAUL) as uow:
        outage = outages.of_site(uow)
        assert outage is not None
        assert (outage.failures, outages.resting(), outage.since <= uow.now) == (5, True, True)
        assert outage.reason
    with postbox() as box:
        assert delivery.go_round() == 0
        with as_(PAUL) as uow:
            outages.try_now(uow)
        assert delivery.go_round() == 1
    assert (len(box.received), every(outages.MailOutage)) == (1, [])


def test_an_address_that_refuses_is_reported_to_staff_and_not_of_the_other_parent(database: str) -> None:
    """Row 101."""
    bounced, other = write(to="claire.aubry@example.org"), write(login="aubry.marc", to="marc.aubry@example.org")
    change(bounced, state="failed", error="550 5.1.1 no such user")
    with as_(PAUL) as uow:
        known = outbox_admin.about(uow, bounced)
        assert (known.refused, outbox_admin.reason(known.letter)) == (1, outbox_admin.REASONS["5.1"])
        assert outbox_admin.about(uow, other).refused == 0
        assert other not in {each.id for each in outbox_admin.found(uow, Wanted(state="failed"))}
    with as_("aubry.marc") as uow:
        assert {each.id for each in outbox_admin.mine(uow)} == {other}
        assert "claire" not in str([each.recipient for each in outbox_admin.mine(uow)])


def test_letters_of_a_protected_family_answer_to_its_number_alone(database: str) -> None:
    number = write()
    with system_unit_of_work(writes=True) as uow:
        for adult in uow.all(select(Guardian).where(Guardian.family_id == account(CLAIRE).family_id)):
            adult.contact_hidden = True
            uow.add(adult)
    for login, shielded in ((PAUL, True), (HELENE, False)):
        with as_(login) as uow:
            for search, there in (("claire.aubry@example.org", not shielded), ("1042", True)):
                assert (number in {each.id for each in outbox_admin.found(uow, Wanted(search=search))}) == there, search
            assert outbox_admin.about(uow, number).shielded == shielded


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2024-02-29"])
def test_the_digest_leaves_at_half_past_seven_of_the_sites_clock_whatever_the_season(database: str, day: str) -> None:
    """Row 109."""
    morning = datetime.fromisoformat(f"{day}T07:30").replace(tzinfo=site().zone).astimezone(UTC)
    daily_digest.go_round(now=morning - timedelta(minutes=1))
    assert every(Letter, Letter.kind == "daily_digest") == []
    daily_digest.go_round(now=morning)
    daily_digest.go_round(now=morning + timedelta(hours=1))
    daily_digest.go_round(now=morning + timedelta(hours=2))
    assert len(every(Letter, Letter.kind == "daily_digest")) == 1


@both
def test_the_mornings_digest_leaves_once_a_day_to_who_wants_it(database: str) -> None:
    today = clock.today(site().zone)  # asked once: a midnight may pass meanwhile

    def digests() -> list[str]:
        return sorted(each.recipient for each in every(Letter, Letter.kind == "daily_digest"))

    def morning(days: int) -> datetime:
        day = today + timedelta(days=days)
        return datetime(day.year, day.month, day.day, 7, 30, tzinfo=site().zone).astimezone(UTC)

    daily_digest.go_round(now=morning(1) - timedelta(minutes=1))
    assert digests() == []
    daily_digest.go_round(now=morning(1))
    daily_digest.go_round(now=morning(1) + timedelta(minutes=3))
    assert digests() == [account(HELENE).email]  # Belrive has nothing waiting
    text = last(Letter, Letter.kind == "daily_digest").blocks
    assert ["fact", "Absences à traiter", "2"] in text
    assert any(block[0] == "fact" and "élèves sur" in block[2] for block in text)  # the campaign that is open
    assert any(
        block[:2] == ["fact", "Fiches à valider"] and block[2].startswith("6, la plus ancienne") for block in text
    )
    with as_(PAUL) as uow:
        accounts.choose_digest(uow, True)
    with as_(HELENE) as uow:
        accounts.choose_digest(uow, False)
    daily_digest.go_round(now=morning(2))
    assert digests() == sorted([account(HELENE).email, account(PAUL).email])
    daily_digest.go_round(now=morning(3) + timedelta(hours=6))
    assert len(digests()) == 2
    with as_(CLAIRE) as uow, pytest.raises(NotFound):
        accounts.choose_digest(uow, True)
    assert site().journal_months == 12


@both
def test_on_mondays_a_manager_reads_how_the_week_went(database: str) -> None:
    day = clock.today(site().zone)
    monday = day + timedelta(days=7 - day.weekday())
    morning = datetime(monday.year, monday.month, monday.day, 7, 30, tzinfo=site().zone).astimezone(UTC)
    with as_(HELENE, now=morning - timedelta(hours=12)) as uow:
        asked = uow.all(select(ChangeRequest).where(ChangeRequest.state == RequestState.PENDING))
        for request in asked:
            request.submitted_at = uow.now - timedelta(hours=5)
        asked[0].state, asked[0].closed_at = RequestState.CLOSED, uow.now
    daily_digest.go_round(now=morning)
    daily_digest.go_round(now=morning + timedelta(hours=1))
    daily_digest.go_round(now=morning + timedelta(days=1))
    weekly = every(Letter, Letter.kind == "weekly_report")
    assert sorted(each.recipient for each in weekly) == sorted(
        each.email for each in every(Account, Account.role == "responsable") if each.wants_digest
    )
    [mine] = [each for each in weekly if each.recipient == account(HELENE).email]
    read = {block[1]: block[2] for block in mine.blocks if block[0] == "fact"}
    assert int(read["Demandes reçues"]) >= len(asked)
    assert int(read["Demandes traitées"]) >= 1
    assert read["Dernière sauvegarde"] == "aucune n’a été faite d’ici"
    assert read["Courriels en échec"] == "0"
    assert read["Place libre pour les documents"].replace("\xa0", " ").endswith(" Go")


@both
def test_a_digest_is_ended_by_its_own_link_as_often_as_it_is_pressed(database: str) -> None:
    """R-37."""
    day = clock.today(site().zone)
    morning = datetime(day.year, day.month, day.day, 7, 30, tzinfo=site().zone).astimezone(UTC)
    daily_digest.go_round(now=morning)
    [address] = [block[1] for block in last(Letter, Letter.kind == "daily_digest").blocks if block[0] == "opt_out"]
    token = address.rpartition("/")[2]
    for wrong in ("", "x" * 120, token[:-4] + "AAAA", encryption.encrypt("letters", str(account(HELENE).id)), "é"):
        assert not daily_digest.unsubscribe(wrong)
    assert account(HELENE).wants_digest
    assert daily_digest.unsubscribe(token)
    assert daily_digest.unsubscribe(token)
    assert not account(HELENE).wants_digest
    [entry] = every(AuditEntry, AuditEntry.action == "digest chosen")
    assert (entry.actor_id, entry.changes) == (account(HELENE).id, {"digest": ["yes", "no"]})
    daily_digest.go_round(now=morning + timedelta(days=1))
    assert len(every(Letter, Letter.kind == "daily_digest")) == 1


def test_the_sites_logo_is_inside_the_letter_small_and_a_lost_one_stops_none(outbox: str) -> None:  # noqa: F811
    drawn, name = io.BytesIO(), "cd" * 16
    Image.new("RGBA", (900, 300), (122, 31, 61, 128)).save(drawn, "PNG")
    set_site(logo=name)
    path = stored_path(site().id, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    write()
    with postbox() as box:
        assert delivery.deliver() == 1
        plain = box.received[0]
        assert [part.get_content_type() for part in plain.walk() if part.get_content_maintype() == "image"] == []
        delivery._small_logo.cache_clear()
        path.write_bytes(drawn.getvalue())
        write()
        assert delivery.deliver() == 1
    whole = box.received[1]
    [picture] = [part for part in whole.walk() if part.get_content_type() == "image/png"]
    assert picture["Content-ID"] == "<logo.png>"
    assert picture.get_content_disposition() == "inline"
    assert Image.open(io.BytesIO(picture.get_content())).size == (336, 112)
    html = whole.get_body(("html",))
    assert html is not None
    assert 'src="cid:logo.png"' in html.get_content()
    assert whole.get_body(("plain",)) is not None
    assert "multipart/related" in {part.get_content_type() for part in whole.walk()}
    delivery._small_logo.cache_clear()
