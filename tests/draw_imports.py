"""`python -m tests.draw_imports`: docs/imports.svg, the folders in the order of their layers and which imports which (`make picture`)."""

import tomllib
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "imports.svg"
PACKAGES = ("pages", "components", "data")
PAGES = ("anyone", "account", "family", "staff")  # side by side: none imports another's screens but by address
CELL, NAMES, HEAD, TEXT = 24, 205, 150, 13
INK, LINE, SELF = "#1d2430", "#d5dae2", "#e9ecf1"
COLOURS = {"pages": "#7a3e9d", "components": "#00695c", "data": "#1f5fa8"}


def folders() -> list[str]:
    """« data.billing »…, from the top: the order that pyproject.toml gives import-linter."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = {
        each["containers"][0]: [name.strip() for layer in each["layers"] for name in layer.split("|")]
        for each in project["tool"]["importlinter"]["contracts"]
        if each["type"] == "layers" and "containers" in each
    }
    return [f"{package}.{name}" for package in PACKAGES for name in layers.get(package, PAGES)]


def folder_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def imports() -> set[tuple[str, str]]:
    """(importer, imported), as folders."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    return {
        (folder_of(module), folder_of(imported))
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
    }


def draw(names: list[str], arrows: set[tuple[str, str]]) -> str:
    """A row a folder; a square where it imports the folder of the column. Down only: nothing stands left of the diagonal."""
    size = CELL * len(names)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {NAMES + size + 10} {HEAD + size + 10}" '
        f'font-family="sans-serif" font-size="{TEXT}" fill="{INK}" role="img">',
        "<title>Which folder imports which: each only what stands after it</title>",
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for at, name in enumerate(names):
        package, own = name.split(".")
        x, y = NAMES + at * CELL, HEAD + at * CELL
        middle = CELL / 2 + TEXT / 3
        colour = COLOURS[package]
        parts += [
            f'<text x="{NAMES - 8}" y="{y + middle:g}" text-anchor="end" fill="{colour}">{package}/{own}</text>',
            f'<text transform="translate({x + middle:g} {HEAD - 8}) rotate(-60)" fill="{colour}">{own}</text>',
            f'<path d="M{NAMES} {y}h{size}M{x} {HEAD}v{size}" stroke="{LINE}"/>',
            f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="{SELF}"/>',
        ]
    for importer, imported in sorted(arrows):
        if importer != imported and importer in names and imported in names:
            x, y = NAMES + names.index(imported) * CELL, HEAD + names.index(importer) * CELL
            colour = COLOURS[importer.split(".")[0]]
            parts.append(
                f'<rect x="{x + 5}" y="{y + 5}" width="{CELL - 10}" height="{CELL - 10}" rx="3" fill="{colour}">'
                f"<title>{importer} imports {imported}</title></rect>"
            )
    return "\n".join([*parts, "</svg>\n"])


if __name__ == "__main__":
    PICTURE.write_text(draw(folders(), imports()), encoding="utf-8")
