"""How a file was read, with what says so: its sheet, its titles, its characters, the lines left aside. Each can be changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from components.ui import html
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import button, join
from components.ui.panel import Act, Answer, Handler
from components.ui.tables import facts
from data.accounts.caller import Caller
from data.core.errors import UserError
from data.core.i18n import Language, _, pair, plural
from data.core.ids import parse_id
from data.core.spreadsheets import Reading
from data.core.unit_of_work import UnitOfWork
from data.importing import first_reading, jobs, programs, recognition
from data.importing import runs as import_runs
from data.importing.kinds.registry import KINDS
from data.importing.pipeline import CODING_NAMES, Looked
from data.importing.recognition import Likeness
from data.importing.runs import ImportRun

DELIMITERS = {";": _("point-virgule ( ; )"), ",": _("virgule ( , )"), "\t": _("tabulation"), "|": _("barre ( | )")}
TITLES = {"1": _("sur une ligne"), "2": _("sur deux lignes")}
FORMULAS = plural(
    "{count} cellule lue par le résultat de sa formule", "{count} cellules lues par le résultat de leur formule"
)
CONSERVATOIRES = _(
    "un élève, ses responsables, sa discipline et son cycle par ligne, comme en écrivent les logiciels de conservatoire (Rhapsodie, DuoNET, "
    "iConservatoire, Opentalent…)"
)
MAX_HEADS_SHOWN = 5


def draw_reading(uow: UnitOfWork, run: ImportRun) -> Markup:
    looked = first_reading.looked_of(run)
    title = html.h2(uow.translate("Ce que le portail a reconnu"), id="reading", tabindex="-1")
    if looked is None:
        text = uow.translate("Le fichier a été lu : {how}.", how=run.about)
        see = button(uow.translate("Voir comment, ou corriger"), do="look", class_="btn quiet small")
        body = (title, _kind(uow, run, []), html.p(text), see)
        return html.section(body, class_="card flow tight", aria_labelledby="reading")
    return html.section(
        title,
        _kind(uow, run, looked.likely),
        facts((uow.translate(label), value) for label, value in _evidence(uow, run, looked)),
        _left_out(uow, looked),
        html.details(
            html.summary(uow.translate("Corriger la lecture")),
            html.div(_controls(uow, looked), class_="fixed"),
            open=bool(looked.reading.skip_hidden or looked.reading.keep_all or run.matched.get("reading")),
        ),
        class_="card flow tight reading",
        aria_labelledby="reading",
    )


def _kind(uow: UnitOfWork, run: ImportRun, likely: Sequence[Likeness]) -> Markup:
    """What the file holds: the likeliest kinds first."""
    names = list(dict.fromkeys([each.kind for each in likely] + list(KINDS)))
    options = {name: KINDS[name].label for name in names if import_runs.has_kind(uow, name)}
    text = uow.translate("Ce fichier ressemble à un autre genre : {kind}. La direction l’importe.",
                         kind=uow.translate(KINDS[names[0]].label))  # fmt: skip
    notice = None if names[0] in options else html.p(icon("info"), " ", text, class_="soft")
    return join(
        [
            notice,
            labelled(
                uow,
                "reading-kind",
                _("Ce fichier contient"),
                "select",
                options=options,
                value=run.kind,
                span=1,
                data_change="kind",
            ),
        ]
    )


def _recognised(uow: UnitOfWork, run: ImportRun, looked: Looked) -> str:
    """The columns that say so, with values that stand in them, and the program that wrote the file."""
    found = next((each for each in looked.likely if each.kind == run.kind), None)
    if found is None:
        return ""
    columns = sorted(found.evidence, key=lambda each: run.heads.index(each.title) if each.title in run.heads else 0)
    shown = " · ".join(f"{each.title} ({', '.join(each.samples[:2])})" for each in columns[:MAX_HEADS_SHOWN])
    by = uow.translate("des titres de {program}", program=looked.program) if looked.program else ""
    if not by and programs.of_conservatoires(found.columns.values()):
        by = uow.translate(CONSERVATOIRES)
    return " · ".join(filter(None, (by, shown)))


def _evidence(uow: UnitOfWork, run: ImportRun, looked: Looked) -> list[tuple[str, Any]]:
    reading = looked.reading
    coding = next((each for each in looked.codings if each.name == reading.coding), None)
    titles = ", ".join(f"« {head} »" for head in run.heads[:MAX_HEADS_SHOWN])
    if len(run.heads) > MAX_HEADS_SHOWN:
        titles += "…"
    hidden = uow.translate(
        "{rows} lignes et {columns} colonnes masquées dans le tableur",
        rows=looked.hidden_rows,
        columns=looked.hidden_columns,
    )
    return [
        (_("Reconnu à"), _recognised(uow, run, looked)),
        (_("Feuille"), reading.sheet),
        (_("Ensuite"), ", ".join(f"« {name} »" for name in import_runs.remaining(uow, run))),
        (_("Titres"), uow.translate("ligne {line} : {titles}", line=reading.titles_line, titles=titles)),
        (_("Au-dessus"), " · ".join(looked.above[:3])),
        (_("Caractères"), _coding(coding.name, coding.sample, uow.language) if coding else ""),
        (_("Séparateur"), uow.translate(DELIMITERS[reading.delimiter]) if reading.delimiter in DELIMITERS else ""),
        (_("Masqué"), hidden if looked.hidden_rows or looked.hidden_columns else ""),
        (_("Formules"), uow.ngettext(*FORMULAS, count=looked.formulas) if looked.formulas else ""),
    ]


def _coding(name: str, sample: str, language: Language) -> str:
    known = CODING_NAMES.get(name, name.upper())
    return pair(known, sample, language) if sample else known


def _left_out(uow: UnitOfWork, looked: Looked) -> Markup:
    """Lines that are no records are shown, never dropped in silence."""
    if not looked.left_out_count:
        return Markup()
    count = uow.ngettext(
        "{count} ligne laissée de côté", "{count} lignes laissées de côté", count=looked.left_out_count
    )
    lines = (
        html.li(
            html.strong(uow.translate("ligne {line}", line=each.line)),
            pair("", "", uow.language),
            each.text,
            " — ",
            each.why.message(uow.language),
        )
        for each in looked.left_out
    )
    more = looked.left_out_count - len(looked.left_out)
    rest = (
        html.p(uow.ngettext("… et {count} autre.", "… et {count} autres.", count=more), class_="soft")
        if more > 0
        else None
    )
    return html.details(html.summary(count), html.ul(lines, class_="plain-list"), rest)


def _controls(uow: UnitOfWork, looked: Looked) -> list[Markup]:
    reading = looked.reading
    line = str(reading.titles_line)
    found = [
        labelled(
            uow,
            "reading-titles_line",
            "Ligne des titres",
            "text",
            value=line,
            inputmode="numeric",
            span=1,
            data_change="reread",
            data_of="titles_line",
        ),
        _choice(uow, "titles_lines", _("Les titres sont"), TITLES, str(reading.titles_lines)),
    ]
    if len(looked.sheets) > 1:
        hidden = uow.translate("masquée")
        sheets = {name: f"{name} ({hidden})" if name in looked.hidden_sheets else name for name in looked.sheets}
        found.append(_choice(uow, "sheet", _("Feuille"), sheets, reading.sheet))
    if looked.codings:
        codings = {each.name: _coding(each.name, each.sample, uow.language) for each in looked.codings}
        found.append(_choice(uow, "coding", _("Caractères"), codings, reading.coding))
    if reading.delimiter:
        signs = DELIMITERS if reading.delimiter in DELIMITERS else {**DELIMITERS, reading.delimiter: reading.delimiter}
        found.append(_choice(uow, "delimiter", _("Séparateur"), signs, reading.delimiter))
    if looked.hidden_rows or looked.hidden_columns or reading.skip_hidden:
        found.append(
            _box(uow, "skip_hidden", _("Laisser de côté ce que le tableur masque"), ticked=reading.skip_hidden)
        )
    if looked.left_out_count or reading.keep_all:
        found.append(_box(uow, "keep_all", _("Lire toutes les lignes, totaux compris"), ticked=reading.keep_all))
    return found


def _choice(uow: UnitOfWork, name: str, label: str, options: Mapping[str, str], value: str) -> Markup:
    id_ = f"reading-{name}"
    return labelled(uow, id_, label, "select", options=options, value=value, span=1, data_change="reread", data_of=name)


def _box(uow: UnitOfWork, name: str, text: str, *, ticked: bool) -> Markup:
    id_ = f"reading-{name}"
    box = html.input(type="checkbox", id=id_, name=id_, checked=ticked, data_change="reread", data_of=name)
    return html.label(box, uow.translate(text), class_="check", for_=id_)


def acts(run_id: int) -> dict[str, Handler]:
    """Slow ones: reading a file is done off the loop."""

    async def look(caller: Caller, act: Act) -> Answer:
        """What says how the file was read was forgotten since."""
        await jobs.in_turn(first_reading.looked, caller.unit_of_work, run_id)
        return Answer(focus="reading")

    async def reread(caller: Caller, act: Act) -> Answer:
        """The kept file, as the person says."""
        with caller.unit_of_work() as uow:
            chosen = import_runs.run_of(uow, run_id).matched.get("reading", {})
        await jobs.in_turn(jobs.reread, caller.unit_of_work, run_id, Reading.of({**chosen, **_changed(act)}))
        return Answer(announce=caller.translate("Le fichier est lu à nouveau."), focus=f"reading-{act.of}")

    return {"look": look, "reread": reread}


def _changed(act: Act) -> dict[str, object]:
    """What one control says; titles are found anew in another sheet, or with another separator."""
    typed = act.value[:120]
    if act.of in {"sheet", "delimiter"}:
        return {act.of: typed, "titles_line": 0, "titles_lines": 0}
    if act.of == "coding":
        return {act.of: typed}
    if act.of in {"titles_line", "titles_lines"} and (number := parse_id(typed)):
        return {act.of: number}
    if act.of in {"skip_hidden", "keep_all"}:
        return {act.of: typed == "true"}
    raise UserError("Écrivez le numéro de la ligne, tel que le tableur le montre.")


def choose_kind(uow: UnitOfWork, act: Act, run_id: int) -> Answer:
    """The file holds something else than was believed."""
    recognition.choose_kind(uow, run_id, act.value[:40])
    return Answer(announce=uow.translate("Les colonnes sont proposées à nouveau."), focus="reading-kind")
