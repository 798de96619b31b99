"""What people type, and what sockets bring: read, or refused in words; what is kept reads back."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, time
from typing import Any
from urllib.parse import urlsplit

from hypothesis import strategies as st
from icalendar import Calendar, Event

from components.ui.panel import Act
from components.web import way_on
from data.accounts import offline_copy, passwords, push, unsubscribe_links
from data.accounts.models import normal_login
from data.core import days, ids, plain_text, search_text, transfers
from data.core.errors import NotFound, UserError
from data.core.fields import (
    COUNTRY,
    DATE,
    EMAIL,
    NAME,
    PERSON_NAME,
    PHONE,
    PLACE,
    POSTCODE,
    TEXT,
    YES_NO,
    check_postcode,
    editables,
    is_doubtful,
)
from data.families.models import Guardian, Pupil
from data.group_letters import audience
from tests.fuzz.engine import JSONS, TEXTS, run

FIELDS = [one for table in (Guardian, Pupil) for one in editables(table).values()]
FIGURES = st.text("0123456789 .-/()+²٣９–\u2011", min_size=1, max_size=24)
ADDRESSES = st.builds(
    lambda local, sign, domain, end: local + sign + domain + end,
    st.text(st.sampled_from("abé.+-_\"'\\ <>(),:;@ß\u200b"), max_size=70),
    st.sampled_from(("@", "@@", " @ ", "＠", "")),
    st.text(st.sampled_from("abé.-_xn中ß[]: "), max_size=80),
    st.sampled_from((".org", ".fr", ".con", ".", "", ".é", ".xn--p1ai", ">, b@example.org", "\r\nBcc: b@example.org")),
)
DATES = st.builds(
    lambda parts, sign: sign.join(parts),
    st.lists(st.sampled_from(("1", "01", "31", "2", "02", "13", "2026", "26", "0000", "9999", "99999", "février", "fevrier", "ма", "٣")), max_size=4),
    st.sampled_from(("/", "-", ".", " ", "")),
)  # fmt: skip
PARTS = (
    "https://", "//", "/", "/famille", "\\", "@", ":8443", "?a=b", "#", "..", ".", "fcm.googleapis.com", "web.push.apple.com", ".notify.windows.com",
    "a.notify.windows.com/", "evil.example", "169.254.169.254", "%2f", "FR76", "3000 6000 0112 3456 7890 189", "BNPAFRPP", "17 h 15", "1042;", "²",
    "\r\n", "\0", "\u202e",
)  # fmt: skip
KNOWN_SERVICES = r"fcm\.googleapis\.com|updates\.push\.services\.mozilla\.com|[\w.-]*\.push\.apple\.com|[\w.-]*\.notify\.windows\.com"
TYPED = TEXTS | FIGURES | ADDRESSES | DATES


def outcome(read: Callable[..., Any], *given: Any) -> Any:
    try:
        return read(*given)
    except UserError as refused:
        assert str(refused)
        return refused


def test_every_field() -> None:
    """A value fits its column, reads back from what is kept and from what is shown, and no stranger's header is in it."""
    kinds = (DATE, EMAIL, NAME, PERSON_NAME, PHONE, PLACE, POSTCODE, TEXT, YES_NO, COUNTRY)

    def check(sent: tuple[Any, Any, Any, str]) -> None:
        one, kind, typed, country = sent
        value = outcome(one.read, typed, country)
        if not isinstance(value, UserError):
            kept = one.kind.show(value)
            assert len(kept) <= one.length
            assert "\0" not in kept
            kept.encode()
        if isinstance(typed, str):
            value = outcome(kind.read, typed)
            if not isinstance(value, UserError):
                kept = kind.show(value)
                assert kind.read(kept) == value, kept
                assert kind.read(kind.format_value(kept, "fr")) == value, kept
                assert kind is TEXT or "\n" not in kept

    countries = st.sampled_from(("FR", "", "CH", "BE", "RE", "US", "IT", "XX", "DE"))
    run("fields", st.tuples(st.sampled_from(FIELDS), st.sampled_from(kinds), TYPED | JSONS, countries), check)


def test_identifiers_numbers_searches_and_passwords() -> None:
    def check(typed: str) -> None:
        folded = normal_login(typed)
        assert normal_login(folded) == folded
        found = ids.parse_id(typed)
        assert found is None or 0 <= found <= ids.MAX_ID
        assert plain_text.tidy(plain_text.tidy(typed)) == plain_text.tidy(typed)
        plain_text.fold(typed).encode("utf-8", "surrogatepass")
        for term in search_text.terms_in(typed):
            assert term
        search_text.search_text_of([plain_text.tidy(typed)], [typed])
        day = outcome(days.read_day, plain_text.tidy(typed))
        assert isinstance(day, date | UserError | None)
        outcome(check_postcode, typed, "FR", typed)
        is_doubtful(typed, "FR", typed)
        assert passwords.readable(typed) in {True, False}
        passwords.pasted(typed).encode("utf-8", "surrogatepass")

    run("identifiers, numbers, searches", TYPED | st.text(st.characters(), max_size=400), check)


def test_what_a_page_is_sent() -> None:
    """An event's content is an act of ours or nothing."""
    acts = st.fixed_dictionaries(
        {"do": TEXTS | JSONS},
        optional={"of": TEXTS | JSONS, "values": st.dictionaries(TEXTS, TEXTS, max_size=3) | JSONS, "serial": JSONS},
    )

    def check(sent: Any) -> None:
        act = Act.read(sent)
        if act is None:
            return
        assert len(act.do) <= 40
        assert len(act.of) <= 80
        assert all(isinstance(text, str) for pair in act.values.items() for text in pair)
        with suppress(NotFound):
            assert act.number() >= 0
        assert isinstance(act.value, str)

    run("events", acts | JSONS, check)


def test_addresses_that_lead_on_and_transfers() -> None:
    """No address leads to another host; no device is told of but by a known service; a code of a bank has its eleven lines."""

    def check(typed: str) -> None:
        after = way_on.safe(typed)
        assert not after or (urlsplit(f"https://ours.example{after}").hostname, after[:2] != "//") == (
            "ours.example",
            True,
        )
        if push._is_known(typed):
            assert re.fullmatch(KNOWN_SERVICES, urlsplit(typed).netloc), typed
            assert urlsplit(typed).scheme == "https"
            assert typed.isprintable()
        iban, bic = outcome(transfers.read_iban, typed), outcome(transfers.read_bic, typed)
        assert isinstance(iban, UserError) or re.fullmatch("[A-Z]{2}[0-9A-Z]{14,29}|", iban)
        assert isinstance(bic, UserError) or re.fullmatch("[A-Z0-9]{8,11}|", bic)
        lines = transfers.Transfer(plain_text.tidy(typed), "FR76", "", 1, typed).payload.split("\n")
        assert (len(lines), lines[7]) == (11, "EUR0.01")
        assert isinstance(outcome(days.read_hour, plain_text.tidy(typed)), time | UserError | None)
        numbers, none = audience.read_numbers(typed)
        assert all(0 <= number <= ids.MAX_ID for number in numbers)
        assert len(numbers) + len(none) <= len(typed)
        assert unsubscribe_links.account_of(typed, "lesson letters") is None
        assert offline_copy.standing(typed, None) == "erase"

    nasty = st.builds("".join, st.lists(st.sampled_from(PARTS) | TEXTS, max_size=6))
    run("addresses, transfers, numbers", TYPED | nasty, check)


def test_calendars_say_what_was_written() -> None:
    """The one form of ours that others' programs read: any text of a course comes out as it went in, on lines of 75 bytes."""

    def check(texts: list[str]) -> None:
        feed, event = Calendar(), Event()
        kept = [plain_text.tidy(text) for text in texts]
        for name, text in zip(("summary", "location", "description"), kept, strict=True):
            event.add(name, text)
        feed.add("x-wr-calname", kept[0])
        feed.add_component(event)
        written = feed.to_ical()
        assert all(len(line) <= 75 for line in written.split(b"\r\n"))
        [back] = Calendar.from_ical(written).walk("VEVENT")
        assert [str(back[name]) for name in ("summary", "location", "description")] == kept
        assert sum(line.startswith(b"BEGIN:") for line in written.split(b"\r\n")) == 2

    nasty = TYPED | st.sampled_from(("BEGIN:VEVENT", "\\n", "\\;,:", "a" * 300, "é" * 100, "\r\nATTENDEE:x", "\\\\n"))
    run("ICS", st.lists(nasty, min_size=3, max_size=3), check)
