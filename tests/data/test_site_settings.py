"""What a « responsable » decides: kept, journalled old and new, UserError in words; nobody else decides anything."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader

from data.core import appearance, sites
from data.core.audit import AuditEntry
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.fields import editables
from data.core.system_unit_of_work import system_unit_of_work
from data.families.models import Guardian
from data.mail import letterhead
from data.mail.outbox import Letter
from data.mail.rendering import html_of
from data.office import family_home, news
from data.office.news import News
from data.pdf.page import PageCanvas
from data.privacy import records, retention
from data.schooling import school_days
from data.site_admin import field_policies
from data.site_admin import settings as site_settings
from data.site_admin.settings import (
    ACCESS,
    CALENDAR,
    IDENTITY,
    KEEPING,
    LOOK,
    MAIL,
    PARTS,
    PAYMENT,
    SECURITY,
    SENTENCES_READY,
)
from tests.conftest import stored_path
from tests.demo_users import CLAIRE, HELENE, PAUL, as_, both, every, last, later, site, today


@both
def test_numbers_are_kept_as_numbers(database: str) -> None:
    with as_(HELENE) as uow:
        assert site_settings.save(uow, MAIL, {"letters_per_minute": " 25 "}) == {"letters_per_minute": ["60", "25"]}
        site_settings.save(uow, KEEPING, {"journal_months": "6"})
    assert (site().letters_per_minute, site().journal_months) == (25, 6)
    with as_(PAUL) as uow, pytest.raises(NotFound):
        site_settings.save(uow, MAIL, {"letters_per_minute": "600"})


def test_a_setting_is_kept_and_the_journal_has_both_values(database: str) -> None:
    with as_(HELENE) as uow:
        changes = site_settings.save(
            uow, IDENTITY, {"phone": "0387001122", "opening_hours": "le lundi", "help_phone": ""}
        )
    assert changes == {
        "phone": ["03 82 00 10 42", "03 87 00 11 22"],
        "opening_hours": ["du mardi au samedi, de 14 h à 19 h", "le lundi"],
    }
    assert site().phone == "03 87 00 11 22"
    assert site("belrive").phone == "03 89 00 20 17"
    assert last(AuditEntry, AuditEntry.action == "settings changed").changes == changes
    with as_(HELENE) as uow:
        assert site_settings.save(uow, IDENTITY, {"phone": "03 87 00 11 22"}) == {}


@pytest.mark.parametrize(
    ("part", "typed", "invalid"),
    [
        (IDENTITY, {"name": " "}, "name"),
        (IDENTITY, {"email": "nothing"}, "email"),
        (IDENTITY, {"phone": "12"}, "phone"),
        (IDENTITY, {"name": "x" * 121}, "name"),
        (IDENTITY, {"timezone": "Mars/Olympus"}, "timezone"),
        (
            ACCESS,
            {"legal_accessibility": "totalement conforme", "legal_accessibility_audit": ""},
            "legal_accessibility_audit",
        ),
        (ACCESS, {"legal_accessibility": "", "legal_accessibility_audit": "01/01/2090"}, "legal_accessibility_audit"),
        (ACCESS, {"legal_accessibility": "", "legal_accessibility_rate": "101"}, "legal_accessibility_rate"),
        (KEEPING, {"retention_letters": "0"}, "retention_letters"),
        (KEEPING, {"retention_letters": "-5"}, "retention_letters"),
        (KEEPING, {"journal_months": "5"}, "journal_months"),
        (KEEPING, {"journal_months": "13"}, "journal_months"),
        (MAIL, {"letters_per_minute": "0"}, "letters_per_minute"),
        (MAIL, {"letters_per_minute": ""}, "letters_per_minute"),
        (PAYMENT, {"payment_gateway": "payfip", "payment_numcli": "12"}, "payment_numcli"),
        (PAYMENT, {"payment_gateway": "nobody"}, "payment_gateway"),
        (
            PAYMENT,
            {"payment_iban": "FR76 9999 9000 4200 0010 4200 102", "payment_beneficiary": "Régie"},
            "payment_iban",
        ),
        (
            PAYMENT,
            {"payment_iban": "FR76 9999 9000 4200 0010 4200 101", "payment_beneficiary": " "},
            "payment_beneficiary",
        ),
        (PAYMENT, {"payment_iban": "", "payment_beneficiary": "Régie"}, "payment_iban"),
        (PAYMENT, {"payment_bic": "ABC"}, "payment_bic"),
        (SENTENCES_READY, {"refusal_sentences_sheet": "\n".join("abcdefghijklmn")}, "refusal_sentences_sheet"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_nothing_is_kept(database: str, part, typed, invalid) -> None:
    before = site().model_dump()
    with pytest.raises(ValidationErrors) as raised, as_(HELENE) as uow:
        site_settings.save(uow, part, typed)
    assert set(raised.value.faults) == {invalid}
    assert site().model_dump() == before


def test_what_is_chosen_of_a_list_can_be_unchosen(database: str) -> None:
    """A site that follows no zone is shown none, and saving its closures gives it none."""
    for code in ("valmont", "belrive"):
        for one in (each for part in PARTS for each in part.settings if each.kind.control == "choice"):
            assert one.shown(site(code)) in one.kind.options, (code, one.name)
    with as_(HELENE) as uow:
        site_settings.save(uow, CALENDAR, {"calendar_zone": "", "calendar_closures": "le 14/07/2027 : fête"})
    assert school_days.between(site(), date(2027, 2, 1), date(2027, 2, 28)) == []


def test_nobody_but_a_manager_decides(database: str) -> None:
    for login in (PAUL, CLAIRE):
        for part in PARTS:
            with pytest.raises(NotFound), as_(login) as uow:
                site_settings.save(uow, part, {})
        for act in (
            lambda uow: field_policies.save(uow, {}, {}),
            lambda uow: site_settings.save_key(uow, "key", "secret"),
            lambda uow: site_settings.set_logo(uow, ""),
            site_settings.try_mail,
            site_settings.mail_arrived,
            news.every,
            lambda uow: news.save(uow, None, {}),
            lambda uow: news.delete(uow, 1),
            lambda uow: news.move(uow, 1, 1),
        ):
            with pytest.raises(NotFound), as_(login) as uow:
                act(uow)


def test_a_box_that_is_not_ticked_is_off(database: str) -> None:
    with as_(HELENE) as uow:
        changes = site_settings.save(uow, SECURITY, {"second_factor_required": "true"})
    assert changes == {"must_change_mailed_password": ["true", ""], "second_factor_required": ["", "true"]}
    assert not site().must_change_mailed_password


def test_a_policy_is_kept_and_applied(database: str) -> None:
    with as_(HELENE) as uow:
        field_policies.save(uow, {"guardian.phone_home": "hidden"}, {"guardian.phone_mobile": True})
    field = editables(Guardian)
    assert "phone_home" not in sites.open_fields(site(), Guardian)
    assert sites.is_required(site(), field["phone_mobile"], Guardian)
    for policies, required in (
        ({"guardian.email": "immediate"}, {}),
        ({"guardian.phone_mobile": "hidden"}, {}),
        ({"guardian.phone_work": "whatever"}, {}),
    ):
        with pytest.raises(ValidationErrors), as_(HELENE) as uow:
            field_policies.save(uow, policies, required)


def test_a_payment_key_is_sealed_and_only_the_gateway_reads_it(database: str) -> None:
    with as_(HELENE) as uow:
        site_settings.save_key(uow, "secret_key", "very secret")
    stored = site()
    assert "very secret" not in str(stored.model_dump())
    assert sites.payment_settings(stored)["secret_key"] == "very secret"
    assert "very secret" not in str([entry.model_dump() for entry in every(AuditEntry)])


@pytest.mark.parametrize("colour", ["#ff0000", "#767676", "#ffffff", "#12345", "red", "#12345g"])
def test_a_colour_that_cannot_be_read_is_refused_with_the_reason(colour: str) -> None:
    with pytest.raises(UserError) as raised:
        appearance.read_accent(colour)
    assert "contraste" in str(raised.value) or "Écrivez" in str(raised.value)


@pytest.mark.parametrize(
    "colour", ["#17495a", "#7a1f3d", "#1d4ed8", "#666666", "#000000", "#c2410c", "#006b3f", "#4b0082"]
)
def test_an_accent_has_contrast_wherever_it_stands_in_both_schemes(colour: str) -> None:
    assert appearance.read_accent(colour) in {colour, ""}
    light, dark = appearance.light(colour), appearance.dark(colour)
    for accent, grounds in (
        (light.accent, (appearance.PAPER, appearance.SURFACE, light.soft, light.on)),
        (dark.accent, (appearance.DARK_PAPER, appearance.DARK_SURFACE, dark.soft, dark.on)),
    ):
        assert min(appearance.contrast(accent, ground) for ground in grounds) >= 4.5


def test_news_are_read_between_their_days_in_their_order(database: str) -> None:
    with as_(CLAIRE) as uow:
        shown, *others = [each.title for each in family_home.exchange(uow).news]
        assert shown.startswith("Audition ")
        assert not others  # one is over, one is still to come
    with as_(HELENE) as uow:
        made = news.save(uow, None, {"title": "Concert", "body": "Ce soir.", "first_day": "", "last_day": ""})
        news.move(uow, made.id, -9)
    with as_(CLAIRE) as uow:
        assert family_home.exchange(uow).news[0].title == "Concert"
    with pytest.raises(ValidationErrors) as raised, as_(HELENE) as uow:
        news.save(uow, None, {"title": "", "body": "x", "first_day": "32/01/2026", "last_day": ""})
    assert set(raised.value.faults) == {"title", "first_day"}
    with pytest.raises(NotFound), as_("petit.jean", "belrive") as uow:
        news.delete(uow, made.id)
    with as_(HELENE) as uow:
        news.delete(uow, made.id)
    assert not every(News, News.title == "Concert")


@both
def test_old_letters_lose_their_text_after_the_sites_own_time(database: str) -> None:
    with as_(HELENE) as uow:
        site_settings.save(uow, KEEPING, {"retention_letters": "7"})
        site_settings.try_mail(uow)
    with system_unit_of_work(writes=True) as uow:
        row = uow.get(Letter, last(Letter).id)
        row.state, row.created_at = "sent", later(days=-8)
        uow.add(row)
        assert records.SIGN_INS.kept(site()) == 30
    retention.sweep()
    assert last(Letter).blocks == []
    assert last(Letter).created_at < later() - timedelta(days=7)


def test_the_logo_and_the_colour_stand_on_papers_and_the_colour_in_letters(database: str) -> None:
    picture = BytesIO()
    Image.new("RGBA", (300, 100), (122, 31, 61, 128)).save(picture, "PNG")
    name = "ab" * 16
    with as_(HELENE) as uow:
        site_settings.save(uow, LOOK, {"accent": "#7a1f3d"})
        site_settings.set_logo(uow, name)
        site_settings.try_mail(uow)
        path = stored_path(uow.site_id or 0, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture.getvalue())
    sheet = PageCanvas(letterhead.letterhead_of(site()), "Facture", today(), "fr")
    sheet.draw_letterhead()
    sheet.headline()
    [page] = PdfReader(BytesIO(sheet.render())).pages
    [drawn] = page.images
    assert drawn.image is not None
    assert drawn.image.size == (300, 100)
    assert ".478" in page.get_contents().get_data().decode("latin-1")  # 7a of ff, the red of the title
    letter = html_of(last(Letter), accent=site().accent)
    assert "#7a1f3d" in letter
    assert appearance.ACCENT not in letter
