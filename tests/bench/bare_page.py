"""The layer: the Famille screen's content as a bare Starlette and Jinja page, without database or session."""

import sys

import uvicorn
from jinja2 import Environment
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from data.core.fields import countries, editables
from data.families.models import Guardian

PAGE = Environment(autoescape=True).from_string("""<!doctype html><html lang="fr"><head><meta charset="utf-8">
<title>Famille</title><meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/portal.css"></head><body>
<header><p>{{ site }}</p><nav>{% for text in menu %}<a href="/{{ loop.index }}">{{ text }}</a>{% endfor %}</nav></header><main>
<h1>Famille</h1><p>{{ name }}</p><form method="post">{% for field in fields %}<div><label for="f{{ loop.index }}">{{ field.mark.label }}
</label>{% if field.kind.control == "country" %}<select id="f{{ loop.index }}" name="{{ field.name }}">{% for code, name in countries %}
<option value="{{ code }}">{{ name }}</option>{% endfor %}</select>{% else %}<input id="f{{ loop.index }}" name="{{ field.name }}"
value="{{ values[loop.index0] }}" maxlength="{{ field.length }}">{% endif %}</div>{% endfor %}<button>Modifier</button></form></main>
<footer>{% for text in foot %}<a href="/{{ loop.index }}">{{ text }}</a>{% endfor %}</footer></body></html>""")
MENU = ("Accueil", "Famille", "Élèves", "Facturation", "Accessibilité", "Mot de passe", "Déconnexion")
FOOT = ("Accessibilité : non conforme", "Aide", "Données personnelles", "Mentions légales", "English")


async def page(request: Request) -> HTMLResponse:
    fields = list(editables(Guardian).values())
    return HTMLResponse(
        PAGE.render(
            site="Conservatoire de Valmont",
            name="Responsable : Mme Claire Aubry",
            menu=MENU,
            foot=FOOT,
            fields=fields,
            values=[field.mark.label for field in fields],
            countries=list(countries().items()),
        )
    )


app = Starlette(
    routes=[Route("/page", page)], middleware=[Middleware(GZipMiddleware, minimum_size=500, compresslevel=5)]
)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
