"""What each name of a module stands for, read from the source alone: through imports, aliases, other modules' namespaces, and literals
given to `getattr` and `import_module`. For rules on who may reach what (tests/test_access_guards.py)."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

IMPORTERS = {"importlib.import_module", "builtins.__import__", "importlib.__import__"}
BUILTINS = {"getattr", "vars", "__import__", "eval", "exec", "compile"}


@cache
def parsed(text: str) -> ast.Module:
    """Each text is parsed once, whatever rules look at it: none changes a tree."""
    return ast.parse(text)


@cache
def nodes_of(tree: ast.AST) -> tuple[ast.AST, ...]:
    """Each tree is walked once, likewise."""
    return tuple(ast.walk(tree))


@dataclass(frozen=True)
class Module:
    """One module of the tree: `names` is what its own names stand for, « data.core.database.engine »."""

    name: str
    tree: ast.Module
    is_package: bool
    names: dict[str, ast.expr | str] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)


class Tree:
    """Modules by name. `target_of` says what an expression of one of them reaches, or "" when that is not known."""

    def __init__(self, sources: Mapping[str, str], packages: frozenset[str] = frozenset()) -> None:
        self.modules = {
            name: Module(name, parsed(text), name in packages or any(each.startswith(name + ".") for each in sources))
            for name, text in sources.items()
        }
        for module in self.modules.values():
            self._bind(module)

    @classmethod
    def of(cls, root: Path, *packages: str) -> "Tree":
        found: dict[str, str] = {}
        for package in packages:
            for path in (
                [root / f"{package}.py"] if (root / f"{package}.py").is_file() else (root / package).rglob("*.py")
            ):
                parts = path.relative_to(root).with_suffix("").parts
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
        return cls(found, frozenset(packages))

    def reached(self, module: Module) -> Iterator[tuple[int, str]]:
        """(line, what it stands for) of each import, name, attribute and literal import of a module."""
        for node in nodes_of(module.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, self.canonical(each.name)) for each in node.names)
            elif isinstance(node, ast.ImportFrom):
                origin = _origin(module, node)
                yield node.lineno, self.canonical(origin)
                yield from ((node.lineno, self.canonical(f"{origin}.{each.name}")) for each in node.names)
            elif isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript) and (
                target := self.target_of(module, node)
            ):
                yield node.lineno, target

    def target_of(self, module: Module, node: ast.expr) -> str:
        written = self._written(module, node)
        return self.canonical(written) if written else ""

    def canonical(self, written: str, seen: frozenset[str] = frozenset()) -> str:
        """Where a dotted name is defined: « data.core.sites.system_unit_of_work » is data/core/system_unit_of_work.py's."""
        if written in seen:
            return written
        parts = written.split(".")
        for cut in range(len(parts), 0, -1):
            holder = self.modules.get(".".join(parts[:cut]))
            if holder is None:
                continue
            if cut == len(parts):
                return written
            target = self._given_by(holder, parts[cut], seen | {written})
            return self.canonical(".".join([target, *parts[cut + 1 :]]), seen | {written}) if target else written
        return written

    def _given_by(self, holder: Module, name: str, seen: frozenset[str]) -> str:
        """What a name of a module's namespace stands for; "" for what the module itself defines."""
        bound = holder.names.get(name)
        if isinstance(bound, str):
            return bound
        if bound is not None:
            return self._written(holder, bound, seen)
        for star in holder.stars:
            if (found := self.canonical(f"{star}.{name}", seen)) != f"{star}.{name}" or self._defines(star, name):
                return found
        return ""

    def _defines(self, module: str, name: str) -> bool:
        there = self.modules.get(module)
        return there is not None and any(getattr(node, "name", None) == name for node in there.tree.body)

    def _bind(self, module: Module) -> None:
        for node in nodes_of(module.tree):
            if isinstance(node, ast.Import):
                for each in node.names:
                    module.names[each.asname or each.name.split(".")[0]] = (
                        each.name if each.asname else each.name.split(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom):
                origin = _origin(module, node)
                for each in node.names:
                    if each.name == "*":
                        module.stars.append(origin)
                    else:
                        module.names[each.asname or each.name] = f"{origin}.{each.name}"
        for node in nodes_of(module.tree):
            for name, value in _aliases(node):
                if name not in module.names and not (isinstance(value, ast.Name) and value.id == name):
                    module.names[name] = value

    def _written(self, module: Module, node: ast.expr, seen: frozenset[str] = frozenset()) -> str:
        """The dotted name that an expression spells, its first name replaced by what that stands for in the module."""
        if isinstance(node, ast.Name):
            mark = f"{module.name}:{node.id}"
            if mark in seen:
                return ""
            if node.id in module.names:
                bound = module.names[node.id]
                return bound if isinstance(bound, str) else self._written(module, bound, seen | {mark})
            if node.id in BUILTINS:
                return f"builtins.{node.id}"
            return next((f"{star}.{node.id}" for star in module.stars if self._defines(star, node.id)), "")
        if isinstance(node, ast.Attribute):
            holder = self._written(module, node.value, seen)
            return f"{holder}.{node.attr}" if holder else ""
        if isinstance(node, ast.Subscript):
            return self._of_mapping(module, node, seen)
        if isinstance(node, ast.Call):
            return self._of_call(module, node, seen)
        if isinstance(node, ast.NamedExpr | ast.Await):
            return self._written(module, node.value, seen)
        return ""

    def _of_call(self, module: Module, node: ast.Call, seen: frozenset[str]) -> str:
        called = self._written(module, node.func, seen)
        literals = [each.value if isinstance(each, ast.Constant) else None for each in node.args]
        if called in IMPORTERS and literals and isinstance(literals[0], str):
            package = literals[1] if len(literals) > 1 else None
            if not literals[0].startswith("."):
                return literals[0]
            return f"{package}.{literals[0].lstrip('.')}" if isinstance(package, str) else ""
        if called == "builtins.getattr" and len(literals) > 1 and isinstance(literals[1], str):
            holder = self._written(module, node.args[0], seen)
            return f"{holder}.{literals[1]}" if holder else ""
        return ""

    def _of_mapping(self, module: Module, node: ast.Subscript, seen: frozenset[str]) -> str:
        """`sys.modules["…"]`, `vars(module)["…"]`, `module.__dict__["…"]`."""
        if not (isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)):
            return ""
        if isinstance(node.value, ast.Call) and self._written(module, node.value.func, seen) == "builtins.vars":
            holder = self._written(module, node.value.args[0], seen) if node.value.args else ""
            return f"{holder}.{node.slice.value}" if holder else ""
        mapping = self._written(module, node.value, seen)
        if mapping == "sys.modules":
            return node.slice.value
        return f"{mapping.removesuffix('.__dict__')}.{node.slice.value}" if mapping.endswith(".__dict__") else ""


def _origin(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    above = parts[: len(parts) - node.level + (1 if module.is_package else 0)]
    return ".".join([*above, *([node.module] if node.module else [])])


def _aliases(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Names that are given a value: `x = …`, `x: T = …`, `(x := …)`, `with … as x`."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                yield from (
                    (each.id, value)
                    for each, value in zip(target.elts, node.value.elts, strict=False)
                    if isinstance(each, ast.Name)
                )
    elif (
        isinstance(node, ast.AnnAssign | ast.NamedExpr) and isinstance(node.target, ast.Name) and node.value is not None
    ):
        yield node.target.id, node.value
