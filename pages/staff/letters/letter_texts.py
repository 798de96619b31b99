"""« Courriels », room « Textes »: what each letter says, in each language; edited beside the letter a real family would get."""

from dataclasses import dataclass, field

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import desk_panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import letter_view
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button, tag
from components.ui.panel import Act, Answer
from data.core import formats
from data.core.errors import Faulty, Refused
from data.core.i18n import LANGUAGES, Language, language, say
from data.core.unit_of_work import Visit
from data.mail import custom_templates
from data.mail.custom_templates import LONGEST_BODY, LONGEST_LINK, LONGEST_SUBJECT, PARTS, Words
from data.mail.templates import TEMPLATES
from data.office import template_preview
from pages.staff.letters import letters

PATH = "/gestion/courriels/textes"


@dataclass
class Desk:
    """What one open page shows: the text, its language, whose data fill the preview; what was typed and not kept yet."""

    kind: str
    tongue: Language = "fr"
    family: int | None = None
    draft: Words | None = None
    faults: dict[str, Refused] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return path_of(self.kind, self.tongue)


def path_of(kind: str, tongue: str) -> str:
    return f"{PATH}?genre={kind}" + ("&langue=en" if tongue == "en" else "")


@screen(PATH, Audience.STAFF, title="Textes des courriels")
def texts(v: Visit, genre: str = "", langue: str = "fr") -> None:
    desk = Desk(genre if genre in TEMPLATES else next(iter(TEMPLATES)), language(langue))
    acts = {"open": _open, "tongue": _tongue, "look": _look, "keep": _keep, "restore": _restore, "trial": _trial}
    desk_panel(v, desk, _draw, acts, [("letter texts", v.site_id or 0)])


def _draw(v: Visit, desk: Desk) -> Markup:
    under = v.say(
        "Ce que dit chaque courriel, dans chaque langue. Les familles reçoivent la langue qu’elles ont choisie."
    )
    return (
        head(v.say("Textes des courriels"), under)
        + letters.tabs(v, "/textes")
        + tag(
            "div",
            tag("section", _list(v, desk), class_="card list-card"),
            _editor(v, desk),
            class_="queue opened letters",
        )
    )


def _list(v: Visit, desk: Desk) -> Markup:
    own = custom_templates.edited(v)
    titles = template_preview.titles()

    def row(kind: str) -> Markup:
        changed = [LANGUAGES[tongue] for tongue in LANGUAGES if (kind, tongue) in own]
        told = (
            v.say("Texte du conservatoire : {languages}", languages=", ".join(changed))
            if changed
            else v.say("Texte d’origine")
        )
        link = tag(
            "a",
            tag("span", tag("strong", v.say(titles[kind])), tag("br"), tag("span", told, class_="soft")),
            href=path_of(kind, desk.tongue),
            data_do="open",
            data_of=kind,
            id=f"open-{kind}",
            data_open=True,
            aria_current="true" if kind == desk.kind else None,
        )
        return tag("tr", tag("td", link), class_="current" if kind == desk.kind else None)

    return tag(
        "table",
        tag("caption", v.say("{count} texte#{count} textes", count=len(TEMPLATES))),
        tag("thead", tag("tr", tag("th", tag("span", v.say("Courriel"), class_="unseen"), scope="col", class_="bare"))),
        tag("tbody", (row(kind) for kind in TEMPLATES), data_rows=True),
    )


def _editor(v: Visit, desk: Desk) -> Markup:
    kept = custom_templates.in_use(v, desk.kind, desk.tongue)
    languages = (
        tag(
            "a",
            name,
            href=path_of(desk.kind, tongue),
            data_do="tongue",
            data_of=tongue,
            id=f"tongue-{tongue}",
            lang=tongue,
            class_="chip-link",
            aria_current="true" if tongue == desk.tongue else None,
        )
        for tongue, name in LANGUAGES.items()
    )
    if kept.own:
        moment = formats.moment(kept.own.changed_at, v.zone, v.tongue)
        told = v.say("Modifié par {name} le {moment}.", name=kept.own.changed_by, moment=moment)
    else:
        told = v.say("Texte d’origine, non modifié.")
    return tag(
        "section",
        tag(
            "div",
            tag(
                "div",
                tag("h2", v.say(template_preview.titles()[desk.kind]), id="text-title", tabindex="-1"),
                tag("p", told),
            ),
            tag("nav", languages, class_="chip-links", aria_label=v.say("Langue du texte")),
            class_="head",
        ),
        tag("div", _form(v, desk, kept), _preview(v, desk, kept), class_="editor"),
        class_="card request flow",
        aria_labelledby="text-title",
    )


def _form(v: Visit, desk: Desk, kept: Words) -> Markup:
    shown, key = desk.draft or kept, f"{desk.kind}-{desk.tongue}"
    parts = [say(PARTS[part], desk.tongue) for part in TEMPLATES[desk.kind].body if part in PARTS]
    known = (
        tag("div", tag("dt", tag("code", "{" + name + "}")), tag("dd", v.say(template_preview.WORDS.get(name, name))))
        for name in custom_templates.variables(desk.kind)
    )
    restore = (
        button(icon("undo"), v.say("Rétablir le texte d’origine"), do="restore", of=kept.version, class_="btn bad")
        if kept.own
        else None
    )
    return acting_form(
        labelled(v, "words-subject", "Objet", "text", value=shown.subject, fault=desk.faults.get("subject"), required=True,
                 maxlength=LONGEST_SUBJECT, lang=desk.tongue),
        labelled(v, "words-text", "Texte", "textarea", value=shown.paragraphs(desk.tongue), fault=desk.faults.get("text"),
                 hint="Une ligne vide sépare deux paragraphes.", required=True, rows=14, maxlength=LONGEST_BODY, lang=desk.tongue),
        TEMPLATES[desk.kind].link
        and labelled(v, "words-link", "Mots du bouton", "text", value=shown.link, fault=desk.faults.get("link"), required=True,
                     maxlength=LONGEST_LINK, lang=desk.tongue),
        parts and tag("p", v.say("À garder, seul sur sa ligne : {parts}", parts=" ".join(parts)), class_="small"),
        tag("details", tag("summary", v.say("Variables de ce courriel")), tag("dl", known, class_="sheet-facts")),
        tag(
            "div",
            tag("label", v.say("Aperçu pour la famille n°"), for_="words-family"),
            tag("input", id="words-family", name="family", value=desk.family or "", inputmode="numeric", maxlength=9, autocomplete="off"),
            class_="field",
        ),
        tag(
            "div",
            restore and tag("span", restore, class_="first"),
            tag("button", v.say("Aperçu"), type="submit", name="then", value="look", class_="btn quiet"),
            tag("button", icon("mail"), v.say("Envoyer un essai"), type="submit", name="then", value="trial", class_="btn quiet"),
            tag("button", v.say("Enregistrer"), type="submit", name="then", value="keep", class_="btn"),
            class_="actions",
        ),
        do="look",
        of=kept.version,
        data_keep=f"words-{key}",
        class_="words-form",
    )  # fmt: skip


def _preview(v: Visit, desk: Desk, kept: Words) -> Markup:
    shown = desk.draft or (kept if kept.own else None)
    letter, whose = template_preview.sample(v, desk.kind, desk.tongue, shown, desk.family)
    told = v.say("Aperçu, {family}", family=whose) if whose else v.say("Aperçu")
    return tag(
        "div",
        tag("h3", told, id="preview-title", tabindex="-1"),
        tag("p", tag("strong", letter.subject)),
        letter_view.draw(v, letter),
        class_="text-preview flow",
    )


def _typed(act: Act, desk: Desk) -> Words:
    """What was typed, kept for the next drawing; Faulty when it cannot be a letter's text."""
    values = act.values
    desk.faults = {}
    try:
        desk.draft = custom_templates.read(
            desk.kind, desk.tongue, values.get("subject", ""), values.get("text", ""), values.get("link", "")
        )
    except Faulty as faulty:
        desk.faults = faulty.faults
        raise Faulty({f"words-{name}": refused for name, refused in faulty.faults.items()}) from None
    return desk.draft


def _family(act: Act, desk: Desk) -> None:
    number = act.values.get("family", "").strip()
    if number and not (number.isdecimal() and len(number) < 10):
        raise Refused("Un numéro de famille n’a que des chiffres.")
    desk.family = int(number) if number else None


def _open(_v: Visit, act: Act, desk: Desk) -> Answer:
    desk.kind, desk.draft, desk.faults = custom_templates.known(act.of), None, {}
    return Answer(url=desk.url, focus="text-title")


def _tongue(_v: Visit, act: Act, desk: Desk) -> Answer:
    desk.tongue, desk.draft, desk.faults = language(act.of), None, {}
    return Answer(url=desk.url, focus=f"tongue-{desk.tongue}")


def _look(v: Visit, act: Act, desk: Desk) -> Answer:
    """The form's own submit: what follows is in the button that was pressed."""
    then = act.values.get("then", "look")
    words = _typed(act, desk)
    before = desk.family
    _family(act, desk)
    try:
        template_preview.sample(v, desk.kind, desk.tongue, words, desk.family)
    except Refused:
        desk.family = before
        raise
    if then == "keep":
        return _keep(v, act, desk)
    if then == "trial":
        return _trial(v, act, desk)
    return Answer(focus="preview-title", say=v.say("L’aperçu est à jour."))


def _keep(v: Visit, act: Act, desk: Desk) -> Answer:
    words = _typed(act, desk)
    custom_templates.save(v, desk.kind, desk.tongue, words, version=int(act.of) if act.of.isdecimal() else 0)
    desk.draft = None
    return Answer(
        toast=v.say("Le texte est enregistré : les prochains courriels le diront ainsi."),
        focus="text-title",
        forget=f"words-{desk.kind}-{desk.tongue}",
    )


def _restore(v: Visit, act: Act, desk: Desk) -> Answer:
    custom_templates.restore(v, desk.kind, desk.tongue, version=int(act.of) if act.of.isdecimal() else 0)
    desk.draft, desk.faults = None, {}
    return Answer(
        toast=v.say("Le texte d’origine est rétabli."), focus="text-title", forget=f"words-{desk.kind}-{desk.tongue}"
    )


def _trial(v: Visit, act: Act, desk: Desk) -> Answer:
    to = template_preview.send_trial(v, desk.kind, desk.tongue, _typed(act, desk), desk.family)
    return Answer(toast=v.say("Un essai part vers {address}.", address=to), focus="text-title")
