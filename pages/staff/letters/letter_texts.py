"""« Courriels », room « Textes »: what each letter says, in each language; edited beside the letter a real family would get."""

from dataclasses import dataclass, field

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import page_panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html, letter_view
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button
from components.ui.panel import Act, Answer
from data.core import formats
from data.core.errors import UserError, ValidationErrors
from data.core.i18n import LANGUAGES, Language, _, as_language, translate
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.mail import custom_templates
from data.mail.custom_templates import MAX_BODY_LENGTH, MAX_LINK_LENGTH, MAX_SUBJECT_LENGTH, PARTS, TemplateText
from data.mail.templates import TEMPLATES, LetterKind
from data.office import template_preview
from pages.staff.letters import letters

PATH = "/gestion/courriels/textes"


@dataclass
class PageState:
    """What one open page shows: the text, its language, whose data fill the preview; what was typed and not kept yet."""

    kind: LetterKind
    language: Language = "fr"
    family: int | None = None
    draft: TemplateText | None = None
    faults: dict[str, UserError] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return path_of(self.kind, self.language)


def path_of(kind: LetterKind, language: str) -> str:
    return f"{PATH}?genre={kind}" + ("&langue=en" if language == "en" else "")


@screen(PATH, Audience.STAFF, title=_("Textes des courriels"))
def texts(uow: UnitOfWork, genre: str = "", langue: str = "fr") -> None:
    page_state = PageState(LetterKind(genre) if genre in TEMPLATES else next(iter(TEMPLATES)), as_language(langue))
    acts = {"open": _open, "language": _language, "look": _look, "keep": _keep, "restore": _restore, "trial": _trial}
    page_panel(uow, page_state, _draw, acts, [("letter texts", uow.site_id or 0)])


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    under = uow.translate(
        "Ce que dit chaque courriel, dans chaque langue. Les familles reçoivent la langue qu’elles ont choisie."
    )
    return (
        head(uow.translate("Textes des courriels"), under)
        + letters.tabs(uow, "/textes")
        + html.div(
            html.section(_list(uow, page_state), class_="card list-card"),
            _editor(uow, page_state),
            class_="queue opened letters",
        )
    )


def _list(uow: UnitOfWork, page_state: PageState) -> Markup:
    own = custom_templates.edited(uow)
    titles = template_preview.titles()

    def row(kind: LetterKind) -> Markup:
        changed = [LANGUAGES[language] for language in LANGUAGES if (kind, language) in own]
        text = (
            uow.translate("Texte du conservatoire : {languages}", languages=", ".join(changed))
            if changed
            else uow.translate("Texte d’origine")
        )
        link = html.a(
            html.span(html.strong(uow.translate(titles[kind])), html.br(), html.span(text, class_="soft")),
            href=path_of(kind, page_state.language),
            data_do="open",
            data_of=kind,
            id=f"open-{kind}",
            data_open=True,
            aria_current="true" if kind == page_state.kind else None,
        )
        return html.tr(html.td(link), class_="current" if kind == page_state.kind else None)

    return html.table(
        html.caption(uow.ngettext("{count} texte", "{count} textes", count=len(TEMPLATES))),
        html.thead(
            html.tr(html.th(html.span(uow.translate("Courriel"), class_="unseen"), scope="col", class_="bare")),
        ),
        html.tbody((row(kind) for kind in TEMPLATES), data_rows=True),
    )


def _editor(uow: UnitOfWork, page_state: PageState) -> Markup:
    stored = custom_templates.in_use(uow, page_state.kind, page_state.language)
    languages = (
        html.a(
            name,
            href=path_of(page_state.kind, language),
            data_do="language",
            data_of=language,
            id=f"language-{language}",
            lang=language,
            class_="chip-link",
            aria_current="true" if language == page_state.language else None,
        )
        for language, name in LANGUAGES.items()
    )
    if stored.own:
        moment = formats.moment(stored.own.changed_at, uow.zone, uow.language)
        text = uow.translate("Modifié par {name} le {moment}.", name=stored.own.changed_by, moment=moment)
    else:
        text = uow.translate("Texte d’origine, non modifié.")
    return html.section(
        html.div(
            html.div(
                html.h2(uow.translate(template_preview.titles()[page_state.kind]), id="text-title", tabindex="-1"),
                html.p(text),
            ),
            html.nav(languages, class_="chip-links", aria_label=uow.translate("Langue du texte")),
            class_="head",
        ),
        html.div(_form(uow, page_state, stored), _preview(uow, page_state, stored), class_="editor"),
        class_="card request flow",
        aria_labelledby="text-title",
    )


def _form(uow: UnitOfWork, page_state: PageState, stored: TemplateText) -> Markup:
    shown, key = page_state.draft or stored, f"{page_state.kind}-{page_state.language}"
    parts = [translate(PARTS[part], page_state.language) for part in TEMPLATES[page_state.kind].body if part in PARTS]
    known = (
        html.div(
            html.dt(html.code("{" + name + "}")),
            html.dd(uow.translate(template_preview.SAMPLE_VALUES.get(name, name))),
        )
        for name in custom_templates.variables(page_state.kind)
    )
    restore = (
        button(
            icon("undo"),
            uow.translate("Rétablir le texte d’origine"),
            do="restore",
            of=stored.version,
            class_="btn bad",
        )
        if stored.own
        else None
    )
    return acting_form(
        labelled(uow, "template-subject", "Objet", "text", value=shown.subject, fault=page_state.faults.get("subject"), required=True,
                 maxlength=MAX_SUBJECT_LENGTH, lang=page_state.language),
        labelled(uow, "template-text", "Texte", "textarea", value=shown.paragraphs(page_state.language), fault=page_state.faults.get("text"),
                 hint=_("Une ligne vide sépare deux paragraphes."), required=True, rows=14, maxlength=MAX_BODY_LENGTH, lang=page_state.language),
        TEMPLATES[page_state.kind].link
        and labelled(uow, "template-link", "Mots du bouton", "text", value=shown.link, fault=page_state.faults.get("link"), required=True,
                     maxlength=MAX_LINK_LENGTH, lang=page_state.language),
        parts and html.p(uow.translate("À garder, seul sur sa ligne : {parts}", parts=" ".join(parts)), class_="small"),
        html.details(html.summary(uow.translate("Variables de ce courriel")), html.dl(known, class_="record-facts")),
        html.div(html.label(uow.translate("Aperçu pour la famille n°"), for_="template-family"),
            html.input(id="template-family", name="family", value=page_state.family or "", inputmode="numeric", maxlength=9, autocomplete="off"),
            class_="field",
        ),
        html.div(restore and html.span(restore, class_="first"),
            html.button(uow.translate("Aperçu"), type="submit", name="then", value="look", class_="btn quiet"),
            html.button(icon("mail"), uow.translate("Envoyer un essai"), type="submit", name="then", value="trial", class_="btn quiet"),
            html.button(uow.translate("Enregistrer"), type="submit", name="then", value="keep", class_="btn"),
            class_="actions",
        ),
        do="look",
        of=stored.version,
        data_draft=f"template-{key}",
        class_="template-form",
    )  # fmt: skip


def _preview(uow: UnitOfWork, page_state: PageState, stored: TemplateText) -> Markup:
    shown = page_state.draft or (stored if stored.own else None)
    letter, whose = template_preview.sample(uow, page_state.kind, page_state.language, shown, page_state.family)
    text = uow.translate("Aperçu, {family}", family=whose) if whose else uow.translate("Aperçu")
    return html.div(
        html.h3(text, id="preview-title", tabindex="-1"),
        html.p(html.strong(letter.subject)),
        letter_view.draw(uow, letter),
        class_="text-preview flow",
    )


def _typed(act: Act, page_state: PageState) -> TemplateText:
    """What was typed, kept for the next drawing; ValidationErrors when it cannot be a letter's text."""
    values = act.values
    page_state.faults = {}
    try:
        page_state.draft = custom_templates.read(
            page_state.kind,
            page_state.language,
            values.get("subject", ""),
            values.get("text", ""),
            values.get("link", ""),
        )
    except ValidationErrors as invalid:
        page_state.faults = invalid.faults
        raise ValidationErrors({f"template-{name}": error for name, error in invalid.faults.items()}) from None
    return page_state.draft


def _family(act: Act, page_state: PageState) -> None:
    number = act.values.get("family", "").strip()
    page_state.family = parse_id(number)
    if number and page_state.family is None:
        raise UserError("Un numéro de famille n’a que des chiffres.")


def _open(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.kind, page_state.draft, page_state.faults = custom_templates.known(act.of), None, {}
    return Answer(url=page_state.url, focus="text-title")


def _language(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.language, page_state.draft, page_state.faults = as_language(act.of), None, {}
    return Answer(url=page_state.url, focus=f"language-{page_state.language}")


def _look(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """The form's own submit: what follows is in the button that was pressed."""
    then = act.values.get("then", "look")
    text = _typed(act, page_state)
    before = page_state.family
    _family(act, page_state)
    try:
        template_preview.sample(uow, page_state.kind, page_state.language, text, page_state.family)
    except UserError:
        page_state.family = before
        raise
    if then == "keep":
        return _keep(uow, act, page_state)
    if then == "trial":
        return _trial(uow, act, page_state)
    return Answer(focus="preview-title", announce=uow.translate("L’aperçu est à jour."))


def _keep(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    text = _typed(act, page_state)
    custom_templates.save(uow, page_state.kind, page_state.language, text, version=parse_id(act.of) or 0)
    page_state.draft = None
    return Answer(
        toast=uow.translate("Le texte est enregistré : les prochains courriels le diront ainsi."),
        focus="text-title",
        forget=f"template-{page_state.kind}-{page_state.language}",
    )


def _restore(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    custom_templates.restore(uow, page_state.kind, page_state.language, version=parse_id(act.of) or 0)
    page_state.draft, page_state.faults = None, {}
    return Answer(
        toast=uow.translate("Le texte d’origine est rétabli."),
        focus="text-title",
        forget=f"template-{page_state.kind}-{page_state.language}",
    )


def _trial(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    to = template_preview.send_trial(
        uow, page_state.kind, page_state.language, _typed(act, page_state), page_state.family
    )
    return Answer(toast=uow.translate("Un essai part vers {address}.", address=to), focus="text-title")
