# Selenolab from a fresh clone: `make demo`. Everything lives in $(VENV); nothing is installed elsewhere.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test lint fix slow docs bench new renew lock clean

# make test PYTHON=python3.13 VENV=.venv-3.13 tries another Python beside the first.
PYTHON ?=
VENV ?= .venv
WORKERS ?= auto
PYTEST_ARGS ?=

bin := $(VENV)/bin
ready := $(VENV)/.ready
pytest := $(bin)/python -m pytest --numprocesses=$(WORKERS) --dist=worksteal

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-7s %s\n", $$1, $$2}' Makefile

$(ready): pyproject.toml requirements.lock tools/setup.sh tools/prerequisites.sh
	@sh tools/setup.sh "$(VENV)" "$(PYTHON)"

demo: $(ready) ## set up, run the embedded study, say where the report is
	@$(bin)/selenolab demo -o demo

test: $(ready) ## the quick tests
	$(pytest) -m "not slow" $(PYTEST_ARGS)

slow: $(ready) ## the long tests: coverage of intervals, hostile inputs, kill -9
	$(pytest) -m slow $(PYTEST_ARGS)

lint: $(ready) ## style, format, types, floors
	$(bin)/python -m ruff check .
	$(bin)/python -m ruff format --check .
	$(bin)/python -m mypy
	$(bin)/lint-imports

fix: $(ready) ## mend style and format where a machine can
	$(bin)/python -m ruff check --fix .
	$(bin)/python -m ruff format .

docs: $(ready) ## the documentation, in docs/_build/html
	$(bin)/python docs/generate.py
	$(bin)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

bench: $(ready) ## the benchmarks, one after another
	@for script in benchmarks/*.py; do echo "== $$script"; $(bin)/python "$$script" || exit 1; done

new: $(ready) ## a new member: make new assay=NAME, or model=NAME
	@test -n "$(assay)$(model)" || { echo "Say which: make new assay=NAME, or make new model=NAME" >&2; exit 2; }
	@if [ -n "$(assay)" ]; then $(bin)/selenolab new assay "$(assay)"; fi
	@if [ -n "$(model)" ]; then $(bin)/selenolab new model "$(model)"; fi

renew: $(ready) ## write a member's expected.json anew: make renew assay=NAME; then read the diff
	@test -n "$(assay)" || { echo "Say which: make renew assay=NAME" >&2; exit 2; }
	$(bin)/python tests/contracts/renew.py "$(assay)"

lock: $(ready) ## requirements.lock from pyproject.toml; upgrade=1 takes the newest versions
	$(bin)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-annotate --quiet $(if $(upgrade),--upgrade) --custom-compile-command "make lock" -o requirements.lock

clean: ## remove what was built; the environment stays
	rm -rf build dist demo docs/_build docs/members .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests docs benchmarks tools -name __pycache__ -type d -prune -exec rm -rf {} +
