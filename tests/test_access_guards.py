"""Who may go round the row-level access control: no page or component at all, in data/ the modules named here, each with its reason."""

import ast
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.names import IMPORTERS, Module, Tree, nodes_of

ROOT = Path(__file__).resolve().parent.parent
UNSCOPED, TRANSACTION = "data.core.system_unit_of_work", "data.core.unit_of_work.transaction"
ENGINES = {f"data.core.database.{name}" for name in ("engine", "reading_engine", "hurried_engine", "make_engine")}
TABLES = ("data.core.database.metadata", "sqlmodel.SQLModel.metadata")  # the first is another name of the second
LIBRARIES = ("sqlalchemy", "sqlmodel", "alembic", "sqlite3", "psycopg")
FAULTS = "sqlalchemy.exc"  # what the database answers when it cannot: screens may name it, as database.Fault
EVALUATION = {"builtins.eval", "builtins.exec", "builtins.compile"}
# What reaches rows past the scope whatever it is called on: none is a column's or a method's of ours.
NAMES = {"_session", "__table__", "_sa_registry", "_sa_instance_state", "make_transient", "make_transient_to_detached",
         "object_session", "literal_column", "TextClause", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings",
         "from_statement", "exec_driver_sql", "get_bind"}  # fmt: skip
# What reads a module, a function or a frame from within.
REFLECTION = {"__globals__", "__closure__", "__func__", "__getattribute__", "__builtins__", "__subclasses__", "_getframe", "f_globals",
              "f_locals", "f_back", "get_objects", "get_referrers", "getmembers", "resolve_name"}  # fmt: skip
REFLECTING = ("pydoc", "runpy", "pickle", "marshal", "code", "sys.modules")
BOUNDS = {"site_id", "family_id", "account_id", "role", "writes", "kept_back"}  # what a unit of work is bound by

# Modules of data/ that open a unit of work without a scope, and why none of an account would do.
OPENERS = {
    "data.core.sites": "Connexion lists the sites, and nobody is signed in",
    "data.families.models": "the operator’s command writes again what the records of every site are found by",
    "data.mail.delivery": "sends the letters of every site",
    "data.mail.outages": "notes for every site that the mail server is away, and that it is back",
    "data.accounts.forgotten_identifier": "mails the identifiers of an address to it, at every site",
    "data.accounts.sessions": "signs in: whose account it is comes out of it",
    "data.accounts.lost_password": "mails a new password to whoever is not signed in",
    "data.accounts.unsubscribe_links": "a link in a letter; whoever follows it need not be signed in",
    "data.core.audit": "counts what an account of a family did within the hour; a family may not read the journal that holds it",
    "data.accounts.refusals": "counts what accounts were refused; a family may not read the journal that holds it",
    "data.accounts.two_factor_login": "signs in, second step; counts wrong codes in a table of the system",
    "data.accounts.offline_copy": "a device asks by its cookie whether it still keeps pages; nobody need be signed in",
    "data.accounts.push": "tells devices of every site, by itself; a device is forgotten whoever signs in there",
    "data.schooling.calendar_feed": "a calendar asks with a token, from which the account follows",
    "data.schooling.lesson_letters": "writes to the families of every site, by itself; a link in a letter ends it, from which the account follows",
    "data.change_requests.submission": "a link in an e-mail confirms an address; whoever follows it need not be signed in",
    "data.billing.pdf_archive": "the public page checks a certificate of any site by its code",
    "data.billing.online_payments": "the bank answers, not an account",
    "data.privacy.retention": "forgets at every site, by itself",
    "data.privacy.data_export": "adds what the office notes of the family’s requests, which no family’s page may read",
    "data.privacy.orphan_files": "compares the files of every site with their rows, by itself",
    "data.group_letters.sending": "writes the letters that the staff of whatever site sent to a group, by itself",
    "data.reenrolment.planned_reminders": "reminds the families of every site, by itself",
    "data.office.daily_digest": "goes round every site and its staff, then writes as each of them",
    "data.office.dashboard_counts": "tells the operator’s watch one number, of all sites",
    "data.importing.command": "the operator’s command finds the site by its code, then works for that site",
    "data.access_grants.batches": "takes up whatever batch waits, then works as its author",
    "data.access_grants.first_start": "makes sites and their first accounts",
    **dict.fromkeys(
        (
            f"data.demo{name}"
            for name in ("", ".access", ".letters", ".office", ".reenrolment", ".renewal", ".requests")
        ),
        "makes the demonstration, its sites and its accounts",
    ),
    "data.demo.mailbox": "shows the demonstration’s letters to whoever sits at its machine, signed in or not",
}
ENGINE_USERS = {
    "data.core.unit_of_work": "opens its transaction",
    "data.core.schema": "reads the revision, migrates",
    "data.core.relay": "tells the other processes which topics changed; reads no row",
    "data.migrations.env": "migrates",
    "data.ops.backup": "puts a copy back, whole",
}
TABLE_USERS = {
    "data.core.database": "names the constraints",
    "data.core.unit_of_work": "writes thousands of rows at once, for the staff of one site, after its own checks",
    "data.families.pupil_scope": "the question that scopes the others cannot be scoped by itself",
    "data.group_letters.models": "the question that scopes a group’s letters to who got them cannot be scoped by itself",
    "data.migrations.env": "compares them with the database",
    "data.ops.backup": "ends the sessions of a copy before it is put back",
}
STATEMENT_BUILDERS = {
    "data.core.scope",
    "data.core.database",
    "data.core.duties",
    *ENGINE_USERS,
}  # what is in NAMES is their work


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree.of(ROOT, "data", "components", "pages", "main")


def is_screen(name: str) -> bool:
    return name.split(".", maxsplit=1)[0] in {"pages", "components", "main"}


def within(target: str, *holders: str) -> bool:
    return any(target == each or target.startswith(each + ".") for each in holders)


def spelt(module: Module) -> Iterator[tuple[int, str]]:
    """Every identifier, and every text that is one: `getattr(uow, "_session")`, `attrgetter("_session")`."""
    for node in nodes_of(module.tree):
        for name in ("id", "attr", "name", "value"):
            if isinstance(text := getattr(node, name, None), str):
                yield getattr(node, "lineno", 0), text


def faults_of_a_screen(tree: Tree, module: Module) -> Iterator[str]:
    """Each way in which a page or a component reaches rows without a scope."""
    for line, target in tree.reached(module):
        if within(target, UNSCOPED, TRANSACTION, "data.core.scope.ScopedSession", *TABLES, *ENGINES, *EVALUATION):
            yield f"{module.name}:{line}: {target}"
        if within(target, *LIBRARIES, *REFLECTING[:-1]) and not within(target, FAULTS):
            yield f"{module.name}:{line}: {target}"
    for line, text in spelt(module):
        if text in NAMES | REFLECTION or text.split(".")[-1] == "system_unit_of_work":
            yield f"{module.name}:{line}: {text}"
    yield from values_of_a_screen(tree, module)
    for node in nodes_of(module.tree):
        if isinstance(node, ast.Call) and node.args and module.name != "main":  # main.py imports every page, by a walk
            called = tree.target_of(module, node.func)
            computed = not tree.target_of(module, node) and not isinstance(node.args[-1], ast.Constant)
            of_a_module = node.args[0:1] and tree.target_of(module, node.args[0]) in tree.modules
            if computed and (called in IMPORTERS or (called == "builtins.getattr" and of_a_module)):
                yield f"{module.name}:{node.lineno}: a name that is computed: nobody can tell what it reaches"


def values_of_a_screen(tree: Tree, module: Module) -> Iterator[str]:
    """A module given as a value, from which anything can be taken; a unit of work made, or bound anew."""
    holders = {id(node.value) for node in nodes_of(module.tree) if isinstance(node, ast.Attribute)}
    for node in nodes_of(module.tree):
        if isinstance(node, ast.Name | ast.Attribute) and id(node) not in holders and isinstance(node.ctx, ast.Load):
            if tree.target_of(module, node) in tree.modules and module.name != "main":  # it lists the commands
                yield f"{module.name}:{node.lineno}: a module as a value"
            if within(tree.target_of(module, node), *REFLECTING):
                yield f"{module.name}:{node.lineno}: {tree.target_of(module, node)}"
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in BOUNDS:
            yield f"{module.name}:{node.lineno}: {node.attr} is set"
        if isinstance(node, ast.Call):
            if tree.target_of(module, node.func) == "data.core.unit_of_work.UnitOfWork":
                yield f"{module.name}:{node.lineno}: a unit of work is made"
            if any(isinstance(each, ast.Constant) and each.value in BOUNDS for each in node.args[1:2]) and (
                spelt_name(node.func) in {"setattr", "__setattr__"}
            ):
                yield f"{module.name}:{node.lineno}: a unit of work is bound anew"


def spelt_name(node: ast.expr) -> str:
    return str(getattr(node, "id", getattr(node, "attr", "")))


def users_of(tree: Tree, *targets: str) -> set[str]:
    """The modules of data/ that reach one of these, by whatever name; the module that defines it is none of them."""
    return {
        module.name
        for module in tree.modules.values()
        if not is_screen(module.name) and any(within(target, *targets) for _, target in tree.reached(module))
    }


def handed_on(tree: Tree, module: Module) -> Iterator[str]:
    """A unit of work without a scope is opened by `with`, and stays there: no function gives it to whoever called."""
    opened = [item for node in nodes_of(module.tree) if isinstance(node, ast.With) for item in node.items]
    calls = {id(item.context_expr.func) for item in opened if isinstance(item.context_expr, ast.Call)}
    for node in nodes_of(module.tree):
        if isinstance(node, ast.Name | ast.Attribute) and id(node) not in calls:
            if within(tree.target_of(module, node), f"{UNSCOPED}.system_unit_of_work", TRANSACTION):
                yield f"{module.name}:{node.lineno}: not opened by `with`"
        elif isinstance(node, ast.With):
            names = {
                item.optional_vars.id
                for item in node.items
                if isinstance(item.context_expr, ast.Call)
                and within(tree.target_of(module, item.context_expr.func), f"{UNSCOPED}.system_unit_of_work")
                and isinstance(item.optional_vars, ast.Name)
            }
            for inner in ast.walk(node):
                if (
                    isinstance(inner, ast.Return | ast.Yield)
                    and isinstance(inner.value, ast.Name)
                    and inner.value.id in names
                ):
                    yield f"{module.name}:{inner.lineno}: handed to whoever called"


def test_no_screen_reaches_rows_without_a_scope(tree: Tree) -> None:
    screens = [module for name, module in tree.modules.items() if is_screen(name)]
    assert len(screens) > 100
    assert not [fault for module in screens for fault in faults_of_a_screen(tree, module)]


def test_the_modules_that_open_a_unit_of_work_without_a_scope_are_those_named_here(tree: Tree) -> None:
    assert users_of(tree, UNSCOPED) == OPENERS.keys()


def test_only_the_units_of_work_open_a_transaction(tree: Tree) -> None:
    assert users_of(tree, TRANSACTION) == {UNSCOPED}


def test_the_modules_that_use_the_engine_or_core_tables_are_those_named_here(tree: Tree) -> None:
    assert users_of(tree, *ENGINES) == ENGINE_USERS.keys()
    spelling = {name for name, module in tree.modules.items() if any(text == "__table__" for _, text in spelt(module))}
    assert users_of(tree, *TABLES) | spelling == TABLE_USERS.keys()


def test_no_other_module_builds_what_the_scope_cannot_see(tree: Tree) -> None:
    """Core tables, forged rows and SQL as text."""
    for name, module in tree.modules.items():
        if name not in STATEMENT_BUILDERS and not name.startswith("data.migrations."):
            assert not [f"{name}:{line}: {text}" for line, text in spelt(module) if text in NAMES]


def test_nobody_hands_on_a_unit_of_work_without_a_scope(tree: Tree) -> None:
    found = [fault for name, module in tree.modules.items() if name != UNSCOPED for fault in handed_on(tree, module)]
    assert not [fault for fault in found if not fault.startswith("data.core.unit_of_work:")]


# Planted violations: each must be found.

AROUND = {
    "data": "",
    "data.core": "",
    "data.core.database": "from sqlmodel import Session, SQLModel\nmetadata = SQLModel.metadata\ndef engine(): ...\ndef make_engine(url): ...",
    "data.core.unit_of_work": "from data.core import database\ndef transaction(): ...\nclass UnitOfWork: ...",
    UNSCOPED: "from data.core.unit_of_work import transaction\ndef system_unit_of_work(): ...",
    "data.core.sites": "from data.core.system_unit_of_work import system_unit_of_work\nfrom data.core import system_unit_of_work as room",
    "data.mail": "from data.core.sites import system_unit_of_work as everything",
    "data.mail.outbox": "from ..core import unit_of_work as units\nfrom data.core.database import *\nopens = units.transaction",
    "components": "",
    "components.web": "from data.mail import everything as opened",
    "components.web.errors": "from data.core import sites\nimport data.core.unit_of_work\nlater = data.core.unit_of_work",
}
PLANTED = {
    "the function": "from data.core.system_unit_of_work import system_unit_of_work",
    "the function, under another name": "from data.core.system_unit_of_work import system_unit_of_work as unit_of_work",
    "the module, under another name": "from data.core import system_unit_of_work as x",
    "the module": "import data.core.system_unit_of_work",
    "the module, inside a function": "def f():\n    import data.core.system_unit_of_work as x",
    "every name of it": "from data.core.system_unit_of_work import *",
    "a relative import": "from ...data.core import system_unit_of_work as x",
    "attribute of the package": "import data.core\ndata.core.system_unit_of_work",
    "another module's namespace": "from data.core import sites\nsites.system_unit_of_work()",
    "another module's name for the module": "from data.core import sites\nsites.room",
    "an alias of another module": "from data.core import sites as s\nt = s\nt.room",
    "re-exported by a package": "from data.mail import everything",
    "re-exported by a package of components": "from components.web import opened",
    "through two modules": "from components.web import errors\nerrors.sites.room",
    "getattr": "from data.core import sites\ngetattr(sites, 'room')",
    "getattr of the forbidden name": "from data.core import sites\ngetattr(sites, 'system_unit_of_work')",
    "getattr under another name": "g = getattr\nfrom data.core import sites\ng(sites, 'room')",
    "getattr of a computed name": "from data.core import sites\ngetattr(sites, name)",
    "import_module": "import importlib\nimportlib.import_module('data.core.system_unit_of_work')",
    "import_module, under another name": "from importlib import import_module as i\ni('data.core.unit_of_work').transaction",
    "import_module, relative": "import importlib\nimportlib.import_module('.sites', 'data.core').room",
    "import_module of a computed name": "import importlib\nimportlib.import_module('data.' + name)",
    "__import__": "__import__('data.core.system_unit_of_work')",
    "sys.modules": "import sys\nsys.modules['data.core.sites'].room",
    "vars": "from data.core import sites\nvars(sites)['room']",
    "__dict__": "from data.core import sites\nsites.__dict__['room']",
    "the transaction": "from data.core.unit_of_work import transaction",
    "the transaction, as an attribute": "from data.core import unit_of_work\nwith unit_of_work.transaction() as uow: ...",
    "the transaction, by a module's own name": "from data.mail import outbox\noutbox.opens",
    "the transaction, through an assignment": "from components.web import errors\nerrors.later.transaction",
    "the engine": "from data.core import database\ndatabase.engine().connect()",
    "the engine, through the unit of work": "from data.core import unit_of_work\nunit_of_work.database.engine()",
    "the engine, by a star": "from data.mail.outbox import engine",
    "the engine, under another name": "import data.core.database as d\n(e := d).make_engine('sqlite://')",
    "the tables": "from data.core.database import metadata",
    "a session": "from data.core.database import Session",
    "a session of SQLAlchemy": "from sqlalchemy.orm import Session",
    "SQL": "import sqlite3",
    "the session of a unit of work": "def f(uow):\n    uow._session.execute(1)",
    "the session, by getattr": "def f(uow):\n    getattr(uow, '_session')",
    "the session, by attrgetter": "from operator import attrgetter\nattrgetter('_session')",
    "a Core table": "def f(row):\n    type(row).__table__",
    "a row made to be nobody's": "from sqlalchemy.orm import make_transient",
    "evaluation": "eval('1')",
    "the namespace of a method": "def f(uow):\n    uow.all.__globals__['database'].engine()",
    "__getattribute__": "from data.core import sites\nsites.__getattribute__('room')",
    "attrgetter of a module": "from operator import attrgetter\nfrom data.core import sites\nattrgetter('room')(sites)",
    "partial": "from functools import partial\nfrom data.core import sites\npartial(getattr, sites)('room')",
    "a pattern": "from data.core import sites\nmatch sites:\n    case object(room=x):\n        x",
    "resolve_name": "import pkgutil\npkgutil.resolve_name('data.core.sites:room')",
    "pydoc": "import pydoc\npydoc.locate('data.core.sites.room')",
    "every module": "import sys\nfor m in sys.modules.values():\n    m.x",
    "the garbage collector": "import gc\n[x for x in gc.get_objects()]",
    "frames": "import sys\nsys._getframe().f_back.f_globals['x']",
    "inspection": "import inspect\nimport data.core.sites as s\ninspect.getmembers(s)",
    "a module as a default": "from data.core import sites\ndef f(m=sites):\n    m.room",
    "a module as an argument": "from data.core import sites\n(lambda m: m.room)(sites)",
    "a module in a dictionary": "from data.core import sites\n{'a': sites}['a'].room",
    "a unit of work of its own": "from data.core.unit_of_work import UnitOfWork as U\nU(None, None, True)",
    "no site": "def f(uow):\n    uow.site_id = None",
    "another role": "def f(uow):\n    uow.role = 'manager'",
    "nothing kept back": "def f(uow):\n    setattr(uow, 'kept_back', frozenset())",
}  # fmt: skip


@pytest.mark.parametrize("way", PLANTED)
def test_each_way_round_the_scope_is_found_in_a_page(way: str) -> None:
    planted = Tree({**AROUND, "pages": "", "pages.family": "", "pages.family.screen": PLANTED[way]})
    assert list(faults_of_a_screen(planted, planted.modules["pages.family.screen"]))


def test_what_a_page_may_do_is_not_found() -> None:
    text = (
        "from data.core import database, sites\nfrom data.core.unit_of_work import UnitOfWork\nfrom data.core.database import Fault\n"
        "def f(uow: UnitOfWork):\n    sites.here(uow)\n    getattr(uow, name)\n    row.transaction, row.engine, database.file()"
    )
    planted = Tree({**AROUND, "pages": "", "pages.screen": text})
    assert not list(faults_of_a_screen(planted, planted.modules["pages.screen"]))


@pytest.mark.parametrize("text", [
    "from data.core.system_unit_of_work import system_unit_of_work as s\ndef f():\n    return s()",
    "from data.core.system_unit_of_work import system_unit_of_work\nopens = system_unit_of_work",
    "from data.core import system_unit_of_work as s\ndef f():\n    with s.system_unit_of_work() as uow:\n        yield uow",
    "from data.core import system_unit_of_work as s\ndef f():\n    with s.system_unit_of_work() as uow:\n        return uow",
])  # fmt: skip
def test_each_way_to_hand_on_a_unit_of_work_without_a_scope_is_found(text: str) -> None:
    planted = Tree({**AROUND, "data.office": text})
    assert users_of(planted, UNSCOPED) >= {"data.office"}
    assert list(handed_on(planted, planted.modules["data.office"]))


@pytest.mark.parametrize("floor", ["pages", "components"])
@pytest.mark.parametrize("text", [
    "import data.core.system_unit_of_work",
    "from data.core import system_unit_of_work as x",
    "def f():\n    from data.core.system_unit_of_work import system_unit_of_work",
])  # fmt: skip
def test_the_contract_fails_when_a_screen_imports_the_unit_of_work_without_a_scope(
    tmp_path: Path, floor: str, text: str
) -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    [contract] = [each for each in contracts if each.get("forbidden_modules") == [UNSCOPED]]
    lines = [f"{key} = {json.dumps(value)}" for key, value in contract.items()]
    (tmp_path / "pyproject.toml").write_text(
        "\n".join(
            (
                '[tool.importlinter]\nroot_packages = ["pages", "components", "data"]\n[[tool.importlinter.contracts]]',
                *lines,
            )
        ),
        encoding="utf-8",
    )
    for folder in ("pages", "components", "data", "data/core"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").touch()
    (tmp_path / "data/core/system_unit_of_work.py").touch()
    linter = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    for planted, outcome in (("", "KEPT"), (text, "BROKEN")):
        (tmp_path / floor / "screen.py").write_text(planted, encoding="utf-8")
        done = subprocess.run(linter, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert f"{contract['name']} {outcome}" in done.stdout, done.stdout + done.stderr
