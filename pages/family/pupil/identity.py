"""« Identité » of a pupil: the same flow as the family's own sheet."""

from markupsafe import Markup

from components import forms
from components.icons import icon
from components.markup import tag
from components.panel import Panel
from components.screen import Audience, screen
from data import families, moderation, sites
from data.families import Pupil
from data.visits import Visit
from pages.family.pupil.dossier import dossier_head


@screen("/eleves/{n}/identite", Audience.FAMILY, title="Identité")
def identity(v: Visit, n: int) -> None:
    pupil, _ = families.pupil_by_number(v, n)
    typed, key = forms.Typed(), pupil.id
    Panel(
        v,
        lambda w: _draw(w, n, typed),
        follows=[("family", v.family_id or 0), ("pupil", key)],
        classes="flow",
        on={
            "save": lambda w, act: forms.save(w, w.get(Pupil, act.number()), act, typed),
            "withdraw": lambda w, act: forms.withdraw(w, w.get(Pupil, act.number()), typed),
        },
    )


def _draw(v: Visit, n: int, typed: forms.Typed) -> Markup:
    pupil, link = families.pupil_by_number(v, n)
    waiting = moderation.pending(v, [pupil])["pupil", pupil.id]
    may = link.rights == "all"
    notice = (
        None
        if may
        else tag(
            "div",
            icon("info"),
            tag("p", v.say("Vous pouvez consulter cette fiche. Pour la modifier, adressez-vous au conservatoire.")),
            class_="notice",
        )
    )
    return (
        dossier_head(v, pupil, "identite")
        + (notice or "")
        + tag(
            "section",
            forms.sheet(v, sites.here(v), pupil, waiting, typed, may_change=may),
            class_="card",
            aria_label=v.say("Identité"),
        )
    )
