"""How a file is read: all that a person chose or corrected, and what of it holds for the next file of that shape."""

import re
from collections.abc import Mapping
from typing import Any

from typing_extensions import TypedDict

from data.importing.questions import PART, SPLIT, TYPED


class Matched(TypedDict, total=False):
    """Places are columns from 0, as text; so are lines."""

    columns: dict[str, str]  # place -> name of ours
    fixed: dict[str, str]  # name -> what every line has
    carried: list[str]  # names of `fixed` that an earlier file or sheet had: asked again before anything is written
    erase: bool  # a blank cell erases
    zeros: bool  # give back the zeros that a spreadsheet took
    reading: dict[str, Any]  # spreadsheets.Reading: sheet, titles' line, coding, separator…
    answers: dict[str, str]  # key of a question -> value of its choice
    corrections: dict[str, dict[str, str]]  # line -> place -> what stands there instead
    left_out: list[int]  # lines that are not imported


SAME_PEOPLE = re.compile("(pupil|payer):[0-9a-f]{12}")  # questions about one name, with what else is said of it
AGAIN, NOTHING = (
    "again",
    "-",
)  # the question whether a value of an earlier file holds here too; the answer that none does
WHICH_TEST = "test"  # the question which assessment the marks of a sheet are of
# Answers that hold for the people, or for the values, of one file.
OF_ONE_FILE = {"same-family", "other-family", "other-birth", "payer", "pupil", AGAIN, WHICH_TEST}
# Fixed values that say which record the lines of one file are about: the next file is about another one.
OF_ITS_RECORD = {
    "kind", "day", "class_average", "assessment", "code", "title", "performance", "starts", "number", "pupil", "family",
}  # fmt: skip


def holds_again(key: str) -> bool:
    """Whether an answer says something of other files of the same titles."""
    return PART not in key and key.partition(":")[0] not in OF_ONE_FILE


def of_the_same_people(answers: Mapping[str, str]) -> dict[str, str]:
    """Who names stand for: true in every sheet of a file."""
    return {key: answer for key, answer in answers.items() if SAME_PEOPLE.fullmatch(key)}


def fixed_of(matched: Matched) -> dict[str, str]:
    """What every line has, with what a person said of the values that an earlier file had."""
    found, answers = dict(matched.get("fixed", {})), matched.get("answers", {})
    if answers.get(AGAIN) == SPLIT:
        for name in matched.get("carried", []):
            said = answers.get(f"{AGAIN}:{name}", "")
            if said == NOTHING:
                found.pop(name, None)
            elif said.startswith(TYPED):
                found[name] = said.removeprefix(TYPED).strip()
    return found


def of_the_shape(matched: Matched) -> Matched:
    """What holds for other files of the same titles: nothing of single lines or records, nor where the titles are."""
    kept: Matched = {**matched}
    kept.pop("reading", None)
    kept.pop("corrections", None)
    kept.pop("left_out", None)
    kept.pop("carried", None)
    if "fixed" in kept:
        kept["fixed"] = {name: typed for name, typed in fixed_of(matched).items() if name not in OF_ITS_RECORD}
    if "answers" in kept:
        kept["answers"] = {key: answer for key, answer in kept["answers"].items() if holds_again(key)}
    return kept


def taught(proposed: Matched, earlier: Matched | None) -> Matched:
    """As proposed, or as an earlier file or sheet of that shape was matched; its fixed values are asked again."""
    if earlier is None:
        return proposed
    kept, own = of_the_shape(earlier), proposed.get("fixed", {})
    fixed = kept.get("fixed", {})
    carried = [*proposed.get("carried", []), *(name for name in fixed if name not in own)]
    return {**proposed, **kept, "fixed": {**fixed, **own}, "carried": list(dict.fromkeys(carried))}
