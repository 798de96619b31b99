"""When the tests happen: at one instant, whatever the day is; or on the days on which calendars go wrong (`make test-days`)."""

import os
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Day(NamedTuple):
    at: str  # when the tests begin; those of tests/data/ each begin then
    zone: str  # of the machine


USUAL = Day("2026-11-24T13:00:00+01:00", "Europe/Paris")
DAYS = {
    "Saturday morning": Day("2026-11-28T07:40:00+01:00", "UTC"),
    "a month's last midnight": Day("2026-11-30T23:59:50+01:00", "America/Martinique"),
    "a midnight in each test": Day("2026-12-07T23:59:59.700+01:00", "Europe/Paris"),
    "seven o'clock": Day("2026-12-09T06:59:50+01:00", "Indian/Reunion"),
    "the morning's letters": Day("2026-12-10T07:29:55+01:00", "UTC"),
    "Christmas Eve": Day("2026-12-24T23:59:00+01:00", "America/Martinique"),
    "New Year": Day("2027-01-01T00:05:00+01:00", "Indian/Reunion"),
    "Sunday": Day("2027-02-07T11:00:00+01:00", "UTC"),
    "the night that lacks an hour": Day("2027-03-28T01:59:55+01:00", "Europe/Paris"),
    "30 June": Day("2027-06-30T10:00:00+02:00", "Indian/Reunion"),
    "14 July": Day("2027-07-14T18:00:00+02:00", "America/Martinique"),
    "31 August": Day("2027-08-31T23:50:00+02:00", "UTC"),
    "1 September": Day("2027-09-01T00:10:00+02:00", "America/Martinique"),
    "5 September": Day("2027-09-05T10:00:00+02:00", "Europe/Paris"),
    "the night with an hour twice": Day("2027-10-31T02:30:00+02:00", "Europe/Paris"),
    "29 February": Day("2028-02-29T10:00:00+01:00", "UTC"),
}
CHANGING = ("the night that lacks an hour", "the night with an hour twice")
CHOICE = ("a midnight in each test", "31 August")  # for some of the tests, each time
ZONE = ZoneInfo("Europe/Paris")  # of the demonstration's sites
THOROUGH = os.environ.get("TESTS_THOROUGH") == "1"  # every example; otherwise some that stand for all
MOMENT = datetime.fromisoformat(os.environ.get("TESTS_AT") or USUAL.at).astimezone(UTC)
