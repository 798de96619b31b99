"""What the portal cannot know of a file: each question once for all lines alike, with the values that raise it."""

from collections.abc import Sequence

from markupsafe import Markup

from components.ui import html
from components.ui.markup import acting_form, join
from components.ui.panel import Act
from data.core.formats import NBSP
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.importing import runs as import_runs
from data.importing.matched import holds_again
from data.importing.pipeline import Report
from data.importing.questions import TYPED, Question
from pages.staff.imports.import_lists import lines_in_words

MAX_LINES_SHOWN, MAX_SHOWN = 6, 40  # lines of a question, questions at once


def draw(uow: UnitOfWork, report: Report) -> Markup:
    """Nothing when the file raises none. Answered ones stay, so that an answer can be changed."""
    if not report.questions:
        return Markup()
    asked = acting_form(_asked(uow, report), do="answer", of="", class_="stack-form questions", id="answers")
    return _section(uow, report, asked)


def draw_within(uow: UnitOfWork, report: Report) -> Markup:
    """The same, in a form that sends something else too."""
    if not report.questions:
        return Markup()
    return _section(uow, report, html.div(_asked(uow, report, within=True), class_="stack-form questions"))


def _section(uow: UnitOfWork, report: Report, body: Markup) -> Markup:
    left = sum(each.is_open for each in report.questions)
    title = (
        uow.ngettext("Une réponse est attendue", "{count} réponses sont attendues", count=left)
        if left
        else uow.translate("Ce que vous avez répondu")
    )
    text = uow.translate(
        "Chaque réponse vaut pour toutes les lignes semblables, et pour les prochains fichiers de même forme."
    )
    if any(not holds_again(each.key) for each in report.questions):
        text = f"{text} {uow.translate('Celles qui disent de qui ou de quoi il s’agit ne valent que pour ce fichier.')}"
    return html.section(
        html.h2(title, id="questions", tabindex="-1"),
        html.p(text, class_="soft"),
        body,
        class_="card flow",
        aria_labelledby="questions",
    )


def _asked(uow: UnitOfWork, report: Report, *, within: bool = False) -> Markup:
    """`within` another form: its own button is the one that stands out."""
    left = any(each.is_open for each in report.questions) and not within
    send = uow.translate("Enregistrer et vérifier à nouveau")
    return join(
        [
            *(_question(uow, each) for each in report.questions[:MAX_SHOWN]),
            html.div(html.button(send, type="submit", class_="btn" if left else "btn quiet"), class_="actions"),
        ]
    )


def _question(uow: UnitOfWork, question: Question) -> Markup:
    name = _name(question)
    options = [
        html.label(
            html.input(
                type="radio",
                name=name,
                value=number,
                id=f"{name}-{number}",
                checked=choice.value == question.answer,
            ),
            choice.sentence.message(uow.language),
            class_="check",
            for_=f"{name}-{number}",
        )
        for number, choice in enumerate(question.choices)
    ]
    if question.entry:
        options.append(_entry(uow, question, name))
    return html.fieldset(
        html.legend(question.sentence.message(uow.language), id=f"{name}-legend"),
        html.p(_where(uow, question), class_="soft", id=f"{name}-where"),
        html.div(options, class_="answers"),
        class_="question",
        aria_labelledby=f"{name}-legend {name}-where",  # two columns may ask alike
    )


def _entry(uow: UnitOfWork, question: Question, name: str) -> Markup:
    """A number that may be written in place of a choice: it counts before what is ticked."""
    label = question.entry.message(uow.language) if question.entry else ""
    typed = question.answer.removeprefix(TYPED) if question.answer.startswith(TYPED) else ""
    field = html.input(id=f"{name}-entry", name=f"{name}-entry", value=typed, maxlength=80, autocomplete="off", size=12)
    return html.label(label, " ", field, class_="entry", for_=f"{name}-entry")


def _where(uow: UnitOfWork, question: Question) -> Markup:
    """« Colonne « Montant » · lignes 2, 5, 9… (34 lignes) · « 1.500 », « 2.300 » »."""
    parts = []
    if question.column:
        parts.append(uow.translate("Colonne « {name} »", name=question.column))
    if question.lines:
        parts.append(lines_in_words(uow, question.lines, MAX_LINES_SHOWN))
    if question.samples:
        parts.append(", ".join(f"«{NBSP}{sample}{NBSP}»" for sample in question.samples))
    return Markup(" · ").join([parts[0][:1].upper() + parts[0][1:], *parts[1:]]) if parts else Markup()


def _name(question: Question) -> str:
    """Of its field: the same from one check to the next, whatever else is asked."""
    return f"answer-{import_runs.digest(question.key.encode())[:12]}"


def answer(uow: UnitOfWork, act: Act, run_id: int, questions: Sequence[Question]) -> bool:
    """Keep what was chosen; whether it says something new."""
    answers = {}
    for question in questions:
        given = parse_id(act.values.get(_name(question)))
        typed = (act.values.get(f"{_name(question)}-entry") or "").strip()[:80]
        if question.entry and typed:
            answers[question.key] = TYPED + typed
        elif given is not None and given < len(question.choices):
            answers[question.key] = question.choices[given].value
    if answers:
        import_runs.answer(uow, run_id, answers)
    return any(answers.get(each.key, each.answer) != each.answer for each in questions)
