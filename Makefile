# Every target makes its own set-up: only Python 3.11 to 3.13 and make are needed (and apt, for the tests' browser and PostgreSQL).
PYTHON ?= python3
VENV := .venv/bin
READY := .venv/.ready

.PHONY: run test test-days test-nicegui lint format bench audit screens clean browser

run: $(READY)
	DEMO=1 $(VENV)/python main.py serve

test: $(READY) browser
	$(VENV)/python -m tests

# All but the browser's, on the days on which calendars go wrong (tests/days.py): an hour or two.
test-days: $(READY) browser
	$(VENV)/python -m tests --days

# What stands on NiceGUI's internals, and real pages, with its last three minor versions: before the pin in pyproject.toml moves.
test-nicegui: $(READY) browser
	$(VENV)/python -m tests.nicegui_versions

lint: $(READY)
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy .
	$(VENV)/lint-imports

format: $(READY)
	$(VENV)/ruff check --fix .
	$(VENV)/ruff format .

# Every registered screen at several widths and in every mode, with axe and HTML_CodeSniffer: minutes, so not a part of the tests.
audit: $(READY) browser
	$(VENV)/python -m pytest tests/browser/every_screen.py

# Pictures of every screen for docs/screens, from the running demonstration.
screens: $(READY) browser
	$(VENV)/python -m tests.pictures

bench: $(READY) browser
	$(VENV)/python -m tests.bench

# uv, put into the environment by pip, installs exactly what uv.lock names.
$(READY): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else "Python 3.11, 3.12 or 3.13 is needed, this is " + sys.version)'
	test -x $(VENV)/python || $(PYTHON) -m venv .venv || { echo "The venv module is missing: apt-get install python3-venv"; exit 1; }
	$(VENV)/python -m pip install --quiet "uv>=0.9"
	UV_PROJECT_ENVIRONMENT=.venv $(VENV)/uv sync --frozen --quiet --python $(VENV)/python
	touch $(READY)

# Chromium and PostgreSQL for the tests, by apt when they are absent and apt may be used.
browser:
	@$(PYTHON) tests/install.py

clean:
	rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
