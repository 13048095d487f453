# FastAPI Clinic. `make` alone lists what there is. Works with make 3.81, which macOS ships.

PYTHON ?= python3
PORT ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

# Packages of the machine must not get in the way of the pinned ones.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help env lab clean

help: ## list what make can do
	@sed -n 's/^\([a-z]*\):.*## /  make \1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-14s%s\n", $$1, $$2 }'

env: $(VENV)/ready ## build .venv with the exact versions of environment.yml (once)

lab: env ## open the course in JupyterLab (PORT=8899 picks the port)
	@$(BIN)/clinic lab $(if $(PORT),--port $(PORT))

clean: ## remove .venv and what the tools left behind; your notebooks and progress stay
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis
	@find src $(wildcard tests) -name __pycache__ -type d -prune -exec rm -rf {} +

# A .venv knows its own path, so that one that was moved or half made is made anew.
ifneq ($(shell cat $(VENV)/home 2>/dev/null),$(CURDIR))
.PHONY: $(VENV)/ready
endif

$(VENV)/ready: environment.yml pyproject.toml labconfig/default_setting_overrides.json
	@"$(PYTHON)" -c '' 2>/dev/null || { echo "There is no program '$(PYTHON)'. Install Python 3.11 or newer, or name yours: make $(or $(MAKECMDGOALS),env) PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "FastAPI Clinic needs Python 3.11 or newer, and '$(PYTHON)' is $$("$(PYTHON)" --version 2>&1). Name a newer one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "'$(PYTHON)' lacks the module venv. On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@{ [ "$$(cat $(VENV)/home 2>/dev/null)" = "$(CURDIR)" ] && $(BIN)/python -c ''; } 2>/dev/null || { "$(PYTHON)" -m venv --clear $(VENV) && echo "$(CURDIR)" > $(VENV)/home; }
	@sed -n 's/^ *- \([^ ]*==.*\)$$/\1/p' environment.yml > $(VENV)/pins.txt
	@echo "Installing the course into $(VENV); this takes a minute or two, once."
	@$(PIP) install --quiet -r $(VENV)/pins.txt -e . || { echo "The packages could not be installed. Is this machine on the network? What pip said stands above; 'make env' tries again." >&2; exit 1; }
	@touch $@

# -- For authors: `clinic release` leaves out what follows. --------------------------------------

# Tests run side by side, two workers per core, since checks wait more than they compute; tests that
# share a server stay together. One that hangs costs five minutes, not the whole run.
WORKERS ?= $(shell expr 2 \* $$(getconf _NPROCESSORS_ONLN))
.PHONY: test-env test lint tidy soak bench

test: lint ## run all tests
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --timeout 300

lint: test-env ## check style and types of the code and of the notebooks
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy --no-error-summary

tidy: test-env ## bring code and notebooks into their tidy form
	@$(BIN)/ruff check --quiet --fix
	@$(BIN)/ruff format --quiet
	@$(BIN)/clinic tidy

soak: test-env ## repeat every check under CPU load and report verdicts that differ
	@$(BIN)/python tests/soak.py

bench: test-env ## measure what the course promises, as `name: value` rows
	@$(BIN)/python tests/bench.py

test-env: $(VENV)/ready-for-tests

$(VENV)/ready-for-tests: $(VENV)/ready
	@echo "Installing the tools of the tests into $(VENV)."
	@$(PIP) install --quiet -r $(VENV)/pins.txt -e '.[test]' || { echo "The tools of the tests could not be installed; what pip said stands above." >&2; exit 1; }
	@touch $@
