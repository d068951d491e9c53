# make help says what there is. Every command sets up what it needs first, and needs no network once that is done.
#
#   PYTHON=python3.12   the interpreter to make the environment with (default: the first suitable one)
#   VENV=.venv-3.12     the folder of the environment (default: .venv)
#   TESTS=tests/models  which tests (default: all);  FLAGS="-x -k pool"  more options for pytest, train, lab or bench
#
# Only relative paths stand here: the folder's name may have spaces in it.
SHELL := /bin/sh
PYTHON ?=
VENV ?= .venv
TESTS ?= tests
FLAGS ?=
OUT ?= out/demo
JOBS ?= 3
python = "$(VENV)/bin/python"
set_up = @sh tools/setup.sh "$(VENV)" "$(PYTHON)"

.DEFAULT_GOAL := help
.PHONY: help
help: ## what there is (this list)
	@echo 'make [PYTHON=python3.12] [VENV=.venv] TARGET'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

.PHONY: setup
setup: ## only the set-up that the others do by themselves
	$(set_up)

.PHONY: demo
demo: setup ## train on real digits with 1 and 2 workers, then grade a small class (under three minutes)
	$(python) -m sgdkit demo --out "$(OUT)/training"
	$(python) -m autograde demo --out "$(OUT)/class"

.PHONY: lab
lab: setup ## open JupyterLab on the student's notebooks
	$(python) -m jupyter lab --notebook-dir=notebooks $$([ "$$(id -u)" != 0 ] || echo --allow-root) $(FLAGS)

.PHONY: test
test: setup ## the whole test suite (TESTS=tests/models for a part)
	$(python) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(TESTS) $(FLAGS)

.PHONY: test-long
test-long: setup ## the tests that take minutes each
	$(python) -m pytest -m long --timeout 1800 $(TESTS) $(FLAGS)

.PHONY: check
check: setup ## lint, formatting, types, and that generated files are what their sources make
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	$(python) -m mypy
	$(python) -m autograde release --check

.PHONY: format
format: setup ## lay the code out and sort imports
	$(python) -m ruff check --fix .
	$(python) -m ruff format .

.PHONY: release
release: setup ## build notebooks/ from solutions/ and prove them
	$(python) -m autograde release

.PHONY: grade-the-grader
grade-the-grader: setup ## grade the whole corpus, with a table of what came out; it must be perfect
	$(python) -m autograde examine

.PHONY: mutants
mutants: setup ## break every solution in small ways: no check may give such a mutant all points
	$(python) tools/mutate.py

.PHONY: bench
bench: setup ## the side-by-side measurements
	$(python) -m benchmarks $(FLAGS)

.PHONY: pictures
pictures: setup ## make the pictures in docs/images again
	$(python) docs/pictures.py

.PHONY: screenshots
screenshots: setup ## screenshots of the playground in JupyterLab, into out/screenshots (needs Chromium)
	$(python) -m tests.browser.screenshots

.PHONY: constraints
constraints: setup ## resolve constraints.txt again (PYTHONS="python3.11 python3.12 python3.13")
	$(python) tools/constraints.py $(PYTHONS)
PYTHONS ?= python3.11 python3.12 python3.13

.PHONY: clean
clean: ## remove what was built and measured; the environment and a class's grades stay
	rm -rf out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name .venv\* -prune -o -name __pycache__ -type d -exec rm -rf {} +

.PHONY: distclean
distclean: clean ## clean, and remove the environment too
	rm -rf "$(VENV)"
