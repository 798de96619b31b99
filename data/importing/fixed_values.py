"""Values that every line of a file has: typed for it, or those of an earlier file or sheet, which are asked again."""

from datetime import date
from typing import Any

from data.core.errors import UserError
from data.importing.columns import Field
from data.importing.conventions import Conventions
from data.importing.matched import AGAIN, NOTHING, Matched, fixed_of
from data.importing.questions import SPLIT, Choice, Question, Questions
from data.importing.records import Record


def fixed_values(
    record: Record, matched: Matched, questions: Questions, today: date, sheet: str = ""
) -> dict[str, Any]:
    """Column -> value, as it was typed once. `sheet`: of a workbook, the one that is read.

    Those of an earlier file hold in the meantime: nothing is written before a person says whether they are this one's.
    """
    given = set(matched.get("columns", {}).values())
    columns = [one for one in record.columns if one.name not in given]
    _ask_again(columns, matched, questions, sheet)
    typed, found = fixed_of(matched), {}
    for one in columns:
        if one.name not in typed:
            continue
        try:
            found[one.name] = one.read(typed[one.name], Conventions(zeros=True, today=today))
        except UserError as error:
            raise UserError("« {column} », valeur fixe : {why}", column=one.label, why=str(error)) from None
    return found


def _ask_again(columns: list[Field], matched: Matched, questions: Questions, sheet: str) -> None:
    """Of all of them at once; of each by itself when they are not all this file's."""
    fixed = matched.get("fixed", {})
    carried = [one for one in columns if one.name in fixed and one.name in matched.get("carried", [])]
    if not carried:
        return
    values = ", ".join(f"{one.label} « {fixed[one.name]} »" for one in carried)
    sentence = UserError(
        "Le fichier ou la feuille d’avant avait, sur toutes ses lignes : {values}. Est-ce vrai ici aussi ?",
        values=values,
    )
    whole = Question(AGAIN, sentence, (Choice("same", UserError("Oui, tout est pareil")), _DIFFERS))
    if questions.ask(whole, sample=sheet) != SPLIT:
        return
    for one in carried:
        same = Choice("same", UserError("{value}, comme avant", value=fixed[one.name]))
        blank = () if one.key and one.required else (Choice(NOTHING, UserError("Rien")),)
        asked = UserError("« {column} » : que faut-il lire sur toutes les lignes ?", column=one.label)
        entry = UserError("ou une autre valeur")
        questions.ask(Question(f"{AGAIN}:{one.name}", asked, (same, *blank), entry=entry), sample=sheet)


_DIFFERS = Choice(SPLIT, UserError("Non : dire chaque valeur"))
