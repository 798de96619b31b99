"""A site writes its own letters: what is compulsory stays, unknown variables are refused, nothing typed is more than text."""

import re
from typing import Any

import pytest

from data.core.audit import AuditEntry
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.scope import ScopeViolation
from data.core.system_unit_of_work import system_unit_of_work
from data.mail import custom_templates, outbox
from data.mail.custom_templates import PARTS, LetterText, TemplateText
from data.mail.outbox import Letter
from data.mail.rendering import html_of, message_of, text_of
from data.mail.templates import TEMPLATES
from data.office import template_preview
from tests.demo_users import CLAIRE, HELENE, PAUL, account, as_, both, every, last

KIND = "request_decided"
BODY = "Bonne nouvelle de {site}.\n\n[changements]\n[message]\n[lien]"


def read(text: str = BODY, subject: str = "Votre demande", link: str = "Ouvrir", kind: str = KIND) -> TemplateText:
    return custom_templates.read(kind, "fr", subject, text, link)


def faults(*given: Any, **more: Any) -> dict[str, str]:
    with pytest.raises(ValidationErrors) as invalid:
        read(*given, **more)
    return {name: str(raised) for name, raised in invalid.value.faults.items()}


def save(text: str = BODY, *, login: str = PAUL, version: int = 0, **more: Any) -> None:
    with as_(login) as uow:
        custom_templates.save(uow, more.get("kind", KIND), "fr", read(text, **more), version=version)


def write(kind: str = KIND, code: str = "valmont", **more: Any) -> Letter:
    who = account(CLAIRE, code)
    given: dict[str, Any] = {"changes": [("Ville", "Valmont", "Metz", "")], "message": "À bientôt.", **more}
    with system_unit_of_work(writes=True) as uow:
        return outbox.write(uow, kind, to="claire.aubry@example.org", name=who.name, language="fr", site_id=who.site_id,
                             family_id=who.family_id, account_id=who.id, **given)  # fmt: skip


@both
def test_letters_say_what_the_site_wrote_in_that_language_and_no_other_sites_do(database: str) -> None:
    with as_(HELENE) as uow:
        custom_templates.restore(uow, KIND, "fr", version=1)  # the demonstration's own
    save()
    text = text_of(write())
    assert "Bonne nouvelle de Conservatoire de Valmont." in text
    for expected in ("Metz", "À bientôt.", "Ouvrir : http"):
        assert expected in text
    assert last(Letter).subject == "Votre demande – Conservatoire de Valmont"
    assert "Bonne nouvelle" not in text_of(write(code="belrive"))
    with as_("petit.jean", "belrive") as uow:
        assert custom_templates.in_use(uow, KIND, "fr").own is None
        assert custom_templates.in_use(uow, KIND, "en").own is None


def test_the_text_that_came_can_be_read_back_from_its_own_editing(database: str) -> None:
    for kind in TEMPLATES:
        for language in ("fr", "en"):
            given = custom_templates.given(kind, language)
            again = custom_templates.read(kind, language, given.subject, given.paragraphs(language), given.link)
            assert (again.subject, again.body, again.link) == (given.subject, given.body, given.link), kind


@pytest.mark.parametrize("part", ["[changements]", "[message]", "[lien]"])
def test_what_is_compulsory_stays_once(part: str) -> None:
    assert f"Gardez {part}" in faults(BODY.replace(part, ""))["text"]
    assert f"Gardez {part}" in faults(f"{BODY}\n{part}")["text"]
    assert f"Gardez {part}" in faults(BODY.replace(part, f"voir {part} ici"))["text"]


def test_a_password_letter_keeps_its_password() -> None:
    assert "[mot de passe]" in faults("Bonjour\n\n[lien]", kind="new_password")["text"]
    assert "retirez-le" in faults(f"{BODY}\n[mot de passe]")["text"]


@pytest.mark.parametrize(("sentence", "text"), [
    ("Bonjour {prenom}", "{prenom} n’existe pas"), ("{site.__class__}", "accolade"), ("{}", "{} n’existe pas"), ("{0}", "{0} n’existe pas"),
    ("{site!r}", "accolade"), ("une { seule", "accolade"), ("{{site}}", "accolade"), ("x" * 4_001, "trop"), ("a\n\n" * 40, "paragraphes"),
])  # fmt: skip
def test_a_variable_that_is_none_is_refused_in_words(sentence: str, text: str) -> None:
    assert text in faults(f"{sentence}\n\n{BODY}")["text"]


@pytest.mark.parametrize(("field", "value"), [
    ("subject", ""), ("subject", "x" * 121), ("subject", "Pour {name}"), ("link", ""), ("link", "x" * 61), ("link", "{name}"),
])  # fmt: skip
def test_subject_and_button_are_plain_words(field: str, value: str) -> None:
    assert list(faults(**{field: value})) == [field]


def test_what_staff_type_never_becomes_markup_or_a_header(database: str) -> None:
    evil = "<script>alert(1)</script> <b>{site}</b> \"'&"
    with as_(HELENE) as uow:
        custom_templates.restore(uow, KIND, "fr", version=1)
    save(f"{evil}\n\n{BODY}", subject="Objet\r\nBcc: evil@example.org", link="<img src=x>")
    letter = write(message="<i>{name}</i>")
    html = html_of(letter)
    assert not re.search("<script|<b>|<i>|<img", html)
    assert "&lt;script&gt;" in html
    assert "{name}" in text_of(letter)  # a person's own words are filled in by nobody
    message = message_of(letter, "", "portail@example.org", "Conservatoire").decode()
    assert "\nBcc:" not in message


@both
def test_a_colleagues_text_is_not_overwritten_unseen_and_the_journal_keeps_who(database: str) -> None:
    with as_(PAUL) as uow, pytest.raises(UserError, match="Hélène Lemoine a modifié"):
        custom_templates.save(uow, KIND, "fr", read(), version=0)
    save(version=1)
    entry = last(AuditEntry, AuditEntry.action == "letter text changed")
    assert (entry.actor, entry.changes["letter"]) == ("Paul Renard", ["", KIND])
    assert "Merci de tenir" in entry.changes["Texte"][0]
    with as_(HELENE) as uow:
        custom_templates.restore(uow, KIND, "fr", version=2)
        assert custom_templates.in_use(uow, KIND, "fr").own is None
    assert last(AuditEntry).action == "letter text restored"
    with as_(PAUL) as uow, pytest.raises(UserError, match="rétabli"):
        custom_templates.save(uow, KIND, "fr", read(), version=2)


def test_families_read_texts_and_write_none(database: str) -> None:
    with as_(CLAIRE) as uow, pytest.raises(NotFound):
        custom_templates.save(uow, KIND, "fr", read(), version=1)
    with pytest.raises(ScopeViolation), as_(CLAIRE) as uow:
        uow.add(LetterText(site_id=uow.site_id, kind="x", language="fr", subject="x", changed_at=uow.now))
    with as_("petit.jean", "belrive") as uow:
        assert custom_templates.edited(uow) == {}


def test_the_preview_is_a_real_familys_and_nothing_is_kept(database: str) -> None:
    before = len(every(Letter))
    with as_(PAUL) as uow:
        for kind in TEMPLATES:
            letter, whose = template_preview.sample(uow, kind, "fr", None, 1042)
            assert (letter.name, whose) == ("Claire Aubry", "famille n° 1042")
            assert "{" not in text_of(letter), kind
        assert CLAIRE in text_of(template_preview.sample(uow, "new_password", "fr", None, 1042)[0])
        for number in (9999, 2**31, -1):
            with pytest.raises(UserError, match="Aucune famille"):
                template_preview.sample(uow, KIND, "fr", None, number)
        assert template_preview.sample(uow, KIND, "en", None, None)[1] == "famille n° 1042"
    with as_(CLAIRE) as uow, pytest.raises(NotFound):
        template_preview.sample(uow, KIND, "fr", None, 1042)
    assert len(every(Letter)) == before


def test_a_trial_goes_to_whoever_asks_and_holds_no_password(database: str) -> None:
    with as_(PAUL) as uow:
        to = template_preview.send_trial(uow, "new_password", "fr", custom_templates.given("new_password", "fr"), 1042)
    trial = last(Letter)
    assert (trial.recipient, trial.kind, trial.family_id, trial.secret) == (to, "trial", None, "")
    assert to == account(PAUL).email
    assert trial.subject.startswith("[Essai] Votre nouveau mot de passe")
    assert last(AuditEntry).action == "letter tried"


def test_every_template_uses_parts_that_are_known() -> None:
    for kind, template in TEMPLATES.items():
        assert not [part for part in template.body if part.islower() and " " not in part and part not in PARTS], kind
