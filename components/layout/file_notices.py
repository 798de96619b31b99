"""What is told of a file that was sent, and the words of the script that sends files."""

import json

from markupsafe import Markup

from components.layout.plain_layout import alert, info, success
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import Content, ending, join
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.uploads import validation
from data.uploads.limits import MAX_JOINED_PAGES, MAX_UPLOAD_BYTES
from data.uploads.validation import ACCEPTED, REFUSALS, REMARKS

WORDS = {  # what components/assets/theme/upload.js and upload_pages.js say
    "again": _("Reprendre la photo"),
    "choose": _("Choisissez un fichier."),
    "sending": _("Envoi en cours…"),
    "checking": _("Fichier envoyé, vérification en cours…"),
    "busy": _("Le portail est très sollicité, votre fichier attend son tour…"),
    "failed": _("La connexion est interrompue : rien n’est perdu. Appuyez sur « Importer » pour réessayer."),
    "failedThere": _("La connexion est interrompue : rien n’est reçu. Choisissez de nouveau ce fichier."),
    "oneKind": _("Choisissez un seul fichier, ou plusieurs photos d’un même document."),
    "failedAlone": _("La connexion est interrompue : rien n’est perdu. Envoyez de nouveau."),
    "interrupted": _("Envoi interrompu : {names}. Choisissez de nouveau ce qui n’est pas affiché ici comme reçu."),
    "received": _("Reçu"),
    "receivedOne": _("Le document est reçu."),
    "receivedMany": _("{count} documents sont reçus."),
    "added": _("« {name} » est ajouté."),
    "addedMany": _("{count} fichiers sont ajoutés."),
    "removed": _("« {name} » est retiré."),
    "oneLeft": _("1 document à envoyer."),
    "manyLeft": _("{count} documents à envoyer."),
    "close": _("Fermer"),
    "leave": _("Retirer de l’envoi"),
    "name": _("Nom du document"),
    "nameFirst": _("Choisissez le document…"),
    "noName": _("Choisissez le nom du document."),
    "twice": _("Deux fichiers ont le même document : choisissez-en un autre, ou réunissez les photos."),
    "replace": _("Remplacer « {name} », déjà reçu"),
    "mayReplace": _(
        "Un fichier est déjà reçu pour ce document : cochez la case pour le remplacer, ou choisissez un autre document."
    ),
    "photo": _("Photo"),
    "pdf": _("PDF"),
    "file": _("Fichier"),
    "join": _("Réunir les {count} photos en un seul document"),
    "pages": _("Document de {count} pages"),
    "page": _("Page {count}"),
    "up": _("Monter"),
    "down": _("Descendre"),
    "turn": _("Tourner"),
    "takeOut": _("Retirer"),
    "add": _("Ajouter une page"),
    "moved": _("Page {count} sur {total}"),
    "turned": _("Page {count} tournée"),
}


def file_field(label: str, accept: str, *hint: Markup, id_: str = "fichier") -> Markup:
    """Where a file is chosen."""
    return html.div(
        html.label(label, for_=id_),
        html.input(id=id_, name="fichier", type="file", accept=accept, required=True),
        hint,
        class_="field",
    )


def sends_at_once(
    uow: UnitOfWork,
    id_: str,
    where: str,
    about: Content,
    *,
    replaces: bool = False,
    photo: bool = True,
    **marks: object,
) -> Markup:
    """« Ajouter » (« Remplacer »), and on a telephone « Prendre en photo »: what is chosen leaves at once (components/assets/theme/
    upload_at_once.js, `data-texts` around it), and is told by `sending_place`. `about` is what the file is for."""
    ways = (
        ("add", _("Remplacer") if replaces else _("Ajouter"), "paper", {"accept": ACCEPTED, "multiple": True}),
        ("photo", _("Prendre en photo"), "camera", {"accept": "image/*", "capture": "environment"}),
    )
    return join(
        html.label(
            icon(drawing),
            uow.translate(label),
            ending(uow.language, about),
            html.input(
                type="file",
                id=f"{way}-{id_}",
                class_="unseen",
                data_sends=where,
                data_place=f"sending-{id_}",
                data_replaces=replaces,
                **more,
                **marks,
            ),
            class_="btn quiet small" if way == "add" else "btn quiet small of-touch",
        )
        for way, label, drawing, more in (ways if photo else ways[:1])
    )


def sending_place(id_: str) -> Markup:
    """Where it is told how far the file of `sends_at_once` is."""
    return html.div(id=f"sending-{id_}", class_="at-once", data_own=True)


def file_form(uow: UnitOfWork, *content: Content, action: str, class_: str) -> Markup:
    """Sends one file by plain HTTP, as every file is, and says how far it is."""
    return html.form(
        content,
        method="post",
        action=action,
        enctype="multipart/form-data",
        class_=class_,
        data_alone=True,
        data_texts=script_texts(uow),
    )


def script_texts(uow: UnitOfWork) -> str:
    """For `data-texts` of a form that sends files: each sentence in the reader's language, and the limits."""
    words: dict[str, object] = {name: uow.translate(sentence) for name, sentence in WORDS.items()}
    words |= {name: uow.translate(REMARKS[name]) for name in ("sombre", "flou")}
    words["heavy"] = validation.refusal("lourde").message(uow.language)
    words["tooMany"] = validation.refusal("feuilles").message(uow.language)
    return json.dumps(words | {"mostBytes": MAX_UPLOAD_BYTES, "mostPages": MAX_JOINED_PAGES}, ensure_ascii=False)


def file_notice(uow: UnitOfWork, code: str, received: str) -> Markup | None:
    """« recu » with what is remarked (« recu-flou »), or the name of a refusal, as the address of a page has it.
    `received` is the sentence of the page."""
    state, *remarks = code.split("-")
    if state in {"recu", "recue"}:
        remarked = [info(uow.translate(REMARKS[each])) for each in remarks if each in REMARKS]
        return join([success(received), *remarked])
    return alert(validation.refusal(state).message(uow.language)) if state in REFUSALS else None


def received_code(remarks: tuple[str, ...]) -> str:
    return "-".join(("recu", *remarks))
