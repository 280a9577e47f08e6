# Needs make, git and Python 3.11 to 3.14; everything else goes into .venv.
#
#   make demo PYTHON=python3.12      another Python (after `make clean`)
#   make test ARGS="-k wilson"       more arguments for pytest
#   make test WORKERS=0              one test after another, in one process

PYTHON ?= python3
ARGS ?=
WORKERS ?= 2

# paths are relative, so that a checkout may lie in a folder with spaces in its name
BIN := .venv/bin
LOCK := requirements.lock
READY := .venv/ready
UV ?= uv

.DEFAULT_GOAL := help
.PHONY: help demo test soak lint format docs lock bench-forecast clean

help: ## say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

demo: $(READY) ## make a synthetic county in ./demo, run everything on it, say where to look
	@$(BIN)/pmf demo ./demo

test: $(READY) ## run the whole test suite
	@$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

soak: $(READY) ## run the long trials
	@$(BIN)/python -m pytest -m soak $(ARGS)

lint: $(READY) ## check style, and that notebooks carry no output
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@git ls-files -z '*.ipynb' | xargs -0 $(BIN)/nbstripout --keep-id --verify

format: $(READY) ## put style right, and strip the notebooks' outputs
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format
	@git ls-files -z '*.ipynb' | xargs -0 $(BIN)/nbstripout --keep-id

docs: $(READY) ## write the parts of the documentation that come from the program
	@$(BIN)/python docs/write_pages.py

lock: ## choose versions anew within the ranges of pyproject.toml (needs uv)
	@$(UV) pip compile --quiet --upgrade --universal --fork-strategy fewest --python-version 3.11 \
		--extra dev --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--output-file $(LOCK) pyproject.toml

bench-forecast: $(READY) .venv-bench/ready ## forecast real series beside other programs; ARGS="FOLDER --markdown"
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.forecast $(ARGS)

clean: ## remove .venv, ./demo and caches
	@rm -rf .venv .venv-bench demo dist .pytest_cache .ruff_cache .hypothesis .coverage
	@find pmf_analysis tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# Set-up: made again when the lock or the package's description is newer than the last one.

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' || { \
		echo "Python 3.11 to 3.14 is needed and '$(PYTHON)' is not. Name one: make PYTHON=python3.12" >&2; \
		exit 1; }
	@echo "Setting up .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv || { \
		echo "Python cannot make a virtual environment; on Debian install python3-venv." >&2; \
		exit 1; }
	@touch $@

# pip compiles the bytecode of what it installs; the package's own is compiled here
$(READY): .venv/python $(LOCK) pyproject.toml
	@echo "Installing $$(grep -c == $(LOCK)) packages, each held to the hashes in $(LOCK) (once; minutes)"
	@rm -f .venv/locked
	@{ $(BIN)/python -m pip install --compile --progress-bar off --require-hashes -r $(LOCK) 2>&1 \
		&& touch .venv/locked; } | tee .venv/install.log | awk ' \
			/^(Collecting|Processing) / { if (++n % 40 == 0) print "  " n " fetched" } \
			/^Installing collected/ { print "  unpacking and compiling" } \
			/^ERROR/ { print }'
	@test -f .venv/locked || { echo "Nothing is set up; see .venv/install.log" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --quiet --no-deps --no-index --no-build-isolation -e .
	@$(BIN)/python -m compileall -q pmf_analysis
	@touch $@

# an environment of its own for the benchmark: statsforecast 2 wants a pandas before 3
.venv-bench/ready:
	@echo "Setting up .venv-bench with statsforecast, for the benchmark alone (once; minutes)"
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --progress-bar off "statsforecast==2.1.1" "pandas<3"
	@touch $@
