# Every target makes its own set-up: only Python 3.11 to 3.13 and make are needed (and apt, for the tests' browser and PostgreSQL).
PYTHON ?= python3
VENV := .venv/bin
READY := .venv/.ready
NEXT = $(shell ls data/migrations/versions | sed -n 's/^\([0-9]\{4\}\)_.*/\1/p' | sort -n | tail -1 | awk '{ printf "%04d", $$1 + 1 }')
BIOME := node_modules/@biomejs/biome/bin/biome

.DEFAULT_GOAL := help
.PHONY: help install run dev test test-thorough test-days test-postgresql test-nicegui test-cluster test-browsers fuzz coverage lint supply format migration translations picture rules digests audit deployment screens bench browser browsers clean

# These lines: each target with the comment above it.
help:
	@awk '/^# / { text = substr($$0, 3) } /^[a-z-]+:/ { if (text) printf "make %-12s %s\n", substr($$1, 1, length($$1) - 1), text } !/^#/ { text = "" }' Makefile

# What a server needs, without the tests' tools, ready for a user who may not write here (deploy/README.md).
install:
	test -x $(VENV)/python || $(PYTHON) -m venv .venv || { echo "The venv module is missing: apt-get install python3-venv"; exit 1; }
	$(VENV)/python -m pip install --quiet "uv>=0.9"
	UV_PROJECT_ENVIRONMENT=.venv $(VENV)/uv sync --frozen --quiet --no-dev --inexact --compile-bytecode --python $(VENV)/python
	$(VENV)/python -m compileall -q main.py components data pages

# The demonstration, on http://localhost:8080.
run: $(READY)
	DEMO=1 $(VENV)/python main.py serve

# The same on a database of its own, under var/dev, started anew at each change of a file.
dev: $(READY)
	DEMO=1 DATABASE_URL=sqlite:///var/dev/anacrouse.db FILES_DIR=var/dev/files \
		$(VENV)/watchfiles --target-type command "$(VENV)/python main.py serve" main.py data components pages

# Every test.
test: $(READY) browser
	$(VENV)/python -m tests

# What `make test` takes some screens and examples of, with all of them: minutes.
test-thorough: $(READY) browser
	$(VENV)/python -m tests --thorough

# All tests but the browser's, on the days on which calendars go wrong (tests/days.py): an hour or two.
test-days: $(READY) browser
	$(VENV)/python -m tests --days

# What shows the rules of docs/security.md, on PostgreSQL where `make test` asks SQLite alone.
test-postgresql: $(READY) browser
	TESTS_DATABASE=postgresql $(VENV)/python -m pytest $$($(VENV)/python -m tests.rules data web)
	TESTS_DATABASE=postgresql $(VENV)/python -m pytest $$($(VENV)/python -m tests.rules browser)

# Two processes behind Debian's Caddy on PostgreSQL: one is killed, all are renewed, under load; some three minutes.
test-cluster: $(READY) browser
	@$(PYTHON) tests/install.py cluster
	$(VENV)/python -m pytest -s tests/cluster/walk_*.py

# Every journey of a family and of the office in Firefox and WebKitGTK: a quarter of an hour.
test-browsers: $(READY) browsers
	$(VENV)/python -m pytest tests/engines/journeys_*.py

# What strangers may send, made by machine, and acts in any order: half an hour, a minute a target (FUZZ_SECONDS=60).
fuzz: $(READY) browser
	$(VENV)/python -m pytest -s tests/fuzz/fuzz_*.py

# What stands on NiceGUI's internals, and real pages, with its last three minor versions: before the pin in pyproject.toml moves.
test-nicegui: $(READY) browser
	$(VENV)/python -m tests.nicegui_versions

# How much of data/ its tests go through, file by file.
coverage: $(READY)
	$(VENV)/python -m pytest --cov --cov-report=term:skip-covered tests/data

# What a change must pass besides the tests: ruff, mypy, the layers of imports, typos; biome for stylesheets and scripts.
lint: $(READY) $(BIOME)
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy .
	$(VENV)/lint-imports
	$(VENV)/typos
	$(VENV)/node $(BIOME) check --error-on-warnings

# What the portal is made of: known advisories (ADVISORIES=file asks no network), licences, var/sbom.cdx.json.
supply: $(READY)
	$(VENV)/python -m tests.supply $(if $(ADVISORIES),--advisories $(ADVISORIES))

# What ruff and biome can mend by themselves.
format: $(READY) $(BIOME)
	$(VENV)/ruff check --fix .
	$(VENV)/ruff format .
	$(VENV)/node $(BIOME) check --write

# A migration, drafted from what the tables say now: make migration WHAT="second names of pupils".
migration: $(READY)
	rm -f var/migration.db
	DATABASE_URL=sqlite:///var/migration.db WHAT="$(WHAT)" $(VENV)/python -c "import os; from alembic import command; \
		from data.core.schema import configuration as how; command.upgrade(how(), 'head'); \
		command.revision(how(), os.environ['WHAT'], autogenerate=True, rev_id='$(NEXT)')"

# The catalogue of sentences, from the code: new ones want their English in data/locale.
translations: $(READY)
	$(VENV)/python -m tests.catalogue

# docs/imports.svg: which folder imports which.
picture: $(READY)
	$(VENV)/python -m tests.draw_imports

# docs/security.md: which tests show each rule.
rules: $(READY)
	$(VENV)/python -m tests.rules

# What a new migration says, kept: it is never edited after that.
digests: $(READY)
	$(VENV)/python -m tests.migration_digests

# Every screen at several widths and in every mode, by five engines; every act on a slow line: an hour, so no part of the tests.
audit: $(READY) $(BIOME) browser
	$(VENV)/python -m pytest tests/browser/every_screen.py tests/browser/every_form.py

# deploy/README.md word for word, in a clean Debian: minutes, as root, with mmdebstrap.
deployment: $(READY)
	$(VENV)/python -m tests.deployment

# Pictures of every screen for docs/screens, from the running demonstration.
screens: $(READY) browser
	$(VENV)/python -m tests.pictures

# What this machine takes for pages, imports, searches, and the office’s lists of twenty thousand.
bench: $(READY) browser
	$(VENV)/python -m tests.bench

# uv, put into the environment by pip, installs exactly what uv.lock names.
$(READY): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else "Python 3.11, 3.12 or 3.13 is needed, this is " + sys.version)'
	test -x $(VENV)/python || $(PYTHON) -m venv .venv || { echo "The venv module is missing: apt-get install python3-venv"; exit 1; }
	$(VENV)/python -m pip install --quiet "uv>=0.9"
	UV_PROJECT_ENVIRONMENT=.venv $(VENV)/uv sync --frozen --quiet --compile-bytecode --python $(VENV)/python
	touch $(READY)

# biome and the audit's engines, of the versions that package-lock.json names; node and npm come with the development group.
$(BIOME): package.json package-lock.json $(READY)
	$(VENV)/npm ci --silent --no-audit --no-fund --ignore-scripts
	touch $@

# Chromium and PostgreSQL for the tests, by apt when they are absent and apt may be used.
browser:
	@$(PYTHON) tests/install.py

# Firefox and WebKitGTK for them, in the same way.
browsers:
	@$(PYTHON) tests/install.py browsers

# Away with what was installed and kept; var/ stays.
clean:
	rm -rf .venv node_modules .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
