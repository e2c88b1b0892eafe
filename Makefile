# Everything a developer does here. `make help` lists it; nothing needs a step before it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --quiet --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest --numprocesses=auto
DISTRIBUTIONS := executor core operator client console admin
UI     := console/ui
CRDS   := $(wildcard manifests/crd/*.yaml)

.PHONY: help setup demo test lint format unit integration e2e bench bench-scale soak fuzz pictures images release cluster cluster-down generate constraints clean

help:  ## List the targets
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(VENV)/.development $(VENV)/.ui  ## A .venv with all packages, editable, the development tools, and the console's front end

demo: $(VENV)/.runtime  ## Run the example task here, without a cluster: once well, once badly
	@tests/demo.sh

test: setup lint  ## Lint and all tests; brings up the local cluster where none is given
	npm --prefix $(UI) test --silent
	$(PYTEST) tests/unit tests/cluster tests/integration tests/e2e

unit: setup  ## The tests that need nothing else
	npm --prefix $(UI) test --silent
	$(PYTEST) tests/unit tests/cluster

integration: setup  ## The tests against real servers: the API server, S3
	$(PYTEST) tests/integration

e2e: setup  ## The tests on a real node
	$(BIN)/python -m pytest tests/e2e

lint: setup  ## Format, lint, types, layers, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	npm --prefix $(UI) run --silent check
	@$(MAKE) --no-print-directory generate-check

format: setup  ## Format the sources
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	npm --prefix $(UI) run --silent format

bench: setup  ## What tasks cost beside flytekit, executions beside Jobs, the command line beside kubectl and pyflyte, the console, the front, the history, and kept logs (BENCH="--large …": the first)
	@if [ -e .cluster/env ]; then set -a; . .cluster/env; set +a; fi; $(BIN)/python -m tests.bench.executor $(BENCH)
	$(BIN)/python -m tests.bench.operator
	$(BIN)/python -m tests.bench.client
	$(BIN)/python -m tests.bench.node
	$(BIN)/python -m tests.bench.console
	$(BIN)/python -m tests.bench.admin
	$(BIN)/python -m tests.bench.history
	$(BIN)/python -m tests.bench.logs

bench-scale: setup  ## The operator with 10,000 live executions, and with 50,000 that are over (SCALE="--live 2000 --finished 0")
	$(BIN)/python -m tests.bench.operator.scale $(SCALE)

soak: setup  ## Ten minutes on a real node: 300 executions amid kills, drains and upgrades (SOAK="--seed 7 --count 100 …")
	$(BIN)/python -m tests.soak $(SOAK)

fuzz: setup  ## Specifications that are nearly right, from a seed: each comes to a pod or names a field (FUZZ="--minutes 60 --seed 7")
	$(BIN)/python -m tests.fuzz $(FUZZ)

pictures: setup  ## Take the docs' pictures of terminal and console anew, on the cluster of your kubeconfig, where Glider is installed
	$(BIN)/python -m tests.pictures
	$(BIN)/python -m tests.console_pictures

images: setup  ## Build the images with buildah, podman or docker over the public base
	$(BIN)/python -m tests.cluster images --public

release: setup  ## All of a release into build/release/VERSION, up to the push (VERSION=1.2.3, RELEASE="--base IMAGE --key NAME --twice")
	$(BIN)/python -m release make $(VERSION) $(RELEASE)

cluster: setup  ## A real local cluster with Glider's images, an S3 server and a statsd sink
	$(BIN)/python -m tests.cluster up
	$(BIN)/python -m tests.cluster images

cluster-down: setup  ## End the local cluster and leave nothing behind
	$(BIN)/python -m tests.cluster down

generate: setup  ## Make what is derived: the CRDs, the chart's copy of them, the plain manifests, the references in docs/
	tests/generate.sh

generate-check:
	@for crd in $(CRDS); do diff -q $$crd charts/glider/files/crds/$$(basename $$crd) >/dev/null \
	    || { echo "charts/glider/files/crds/$$(basename $$crd) differs from $$crd: run 'make generate'" >&2; exit 1; }; done

constraints: setup  ## Renew constraints.txt from what is newest
	tests/constraints.sh

clean:  ## Remove what was built here (the cluster: make cluster-down)
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .glider

$(VENV)/.base:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is missing: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "$(PYTHON) is older than Python 3.11: set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' \
	    || { echo "$(PYTHON) can't make virtual environments: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --constraint constraints.txt pip setuptools
	@touch $@

$(VENV)/.runtime: $(VENV)/.base constraints.txt $(DISTRIBUTIONS:%=%/pyproject.toml)
	$(PIP) install --constraint constraints.txt $(DISTRIBUTIONS:%=--editable %)
	@touch $@

$(VENV)/.development: $(VENV)/.runtime pyproject.toml
	$(PIP) install --constraint constraints.txt --group dev
	@touch $@

$(VENV)/.ui-packages: $(VENV)/.base $(UI)/package-lock.json
	@command -v node >/dev/null && command -v npm >/dev/null \
	    || { echo "Node.js 20.19 or newer, or its npm, is missing; it builds the console's front end: apt-get install nodejs npm" >&2; exit 1; }
	@node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major > 20 || (major == 20 && minor >= 19) ? 0 : 1)' \
	    || { echo "Node.js $$(node --version) is older than 20.19; it builds the console's front end: install a newer one" >&2; exit 1; }
	npm --prefix $(UI) ci --silent
	@touch $@

$(VENV)/.ui: $(VENV)/.ui-packages $(shell find $(UI)/src $(UI)/index.html $(UI)/vite.config.ts -type f)
	npm --prefix $(UI) run --silent build
	@touch $@
