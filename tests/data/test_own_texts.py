"""What the office writes for families: in English where it gave some, and else as it stands."""

import pytest

from data.core import sites
from data.core.errors import ValidationErrors
from data.core.own_texts import Named, text_of
from data.office import news
from data.reenrolment import campaign_admin, campaigns
from data.reenrolment.campaigns import Campaign
from data.site_admin import settings as site_settings
from tests.demo_users import HELENE, as_, every


def test_an_english_reader_gets_the_english_that_was_given_and_the_next_campaign_keeps_it(database: str) -> None:
    key = every(Campaign, Campaign.state == "active")[0].id
    with as_(HELENE) as uow:
        piece = campaigns.documents_of(uow, key)[0]
        campaign = campaign_admin.save(uow, key, {"introduction": "Cochez.", "introduction_en": " Tick.\r\n"})
        given = {"label": piece.label, "label_en": "Identity photograph"}
        campaign_admin.save_document(uow, key, piece.id, given)
        read = [
            text_of(campaign, name, language) for name in ("introduction", "confirmation") for language in ("fr", "en")
        ]
        copied = campaign_admin.copy(uow, key)
        again = campaigns.documents_of(uow, copied.id)[0]
    assert read == ["Cochez.", "Tick.", campaign.confirmation, campaign.confirmation]
    assert (Named([again]).written("fr"), Named([again]).written("en")) == (
        f"« {piece.label} »",
        "“Identity photograph”",
    )
    assert copied.english == {"introduction": "Tick."}


def test_english_that_is_too_long_is_said_beside_its_field_and_emptied_english_is_gone(database: str) -> None:
    with as_(HELENE) as uow:
        typed = {"title": "Portes ouvertes", "body": "Samedi.", "first_day": "16/06/2026"}
        row = news.save(uow, None, {**typed, "title_en": "Open day"})
        with pytest.raises(ValidationErrors) as refused:
            news.save(uow, row.id, {**typed, "title_en": "x" * 121})
        assert (row.english, list(refused.value.faults)) == ({"title": "Open day"}, ["title_en"])
        assert news.save(uow, row.id, typed).english == {}


def test_ready_sentences_are_in_the_reader_s_language_where_the_office_wrote_them(database: str) -> None:
    with as_(HELENE) as uow:
        site = sites.here(uow)
        site_settings.save(uow, site_settings.SENTENCES_READY, {"refusal_sentences_sheet": "Illisible."})
        assert sites.refusals(site, "sheet", (), "en") == ("Illisible.",)
        site_settings.save(
            uow,
            site_settings.SENTENCES_READY,
            {"refusal_sentences_sheet": "Illisible.", "refusal_sentences_sheet_en": "Unreadable."},
        )
        assert (sites.refusals(site, "sheet", (), "en"), sites.refusals(site, "sheet", (), "fr")) == (
            ("Unreadable.",),
            ("Illisible.",),
        )
