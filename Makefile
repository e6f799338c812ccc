# `make run` and `make test` install what they need; stamps beside it remember.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DONE := $(VENV)/.done
VENDOR := app/static/vendor
NODE_MODULES := node_modules/.done
CATALOGUES := $(wildcard app/translations/*/LC_MESSAGES/messages.po)
COMPILED := $(CATALOGUES:.po=.mo)
# Two of them fill a small machine.
WORKERS ?= 2

.PHONY: help run test test-all lint types contracts assets translations messages migration released-api screenshots bench clean
help: ## Say what there is to make.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: $(DONE)/run $(VENDOR)/.done $(COMPILED) ## Install, start everything, print the address; Ctrl-C stops it.
	@exec $(BIN)/intreccio run

test: $(DONE)/dev $(NODE_MODULES) $(VENDOR)/.done $(COMPILED) chromium ## Checks and tests, in a few minutes.
	$(MAKE) --no-print-directory lint types contracts
	$(BIN)/pytest -q -n $(WORKERS) --dist loadgroup -m "not matrix"

test-all: $(DONE)/dev $(NODE_MODULES) $(VENDOR)/.done $(COMPILED) chromium ## The long matrices besides.
	$(BIN)/pytest -q -n $(WORKERS) --dist loadgroup -m matrix
	TEST_POSTGRES=16 $(BIN)/pytest -q -n $(WORKERS) --dist loadgroup -m "not matrix and not browser"

lint: $(DONE)/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(DONE)/dev
	$(BIN)/mypy

contracts: $(DONE)/dev
	$(BIN)/lint-imports --no-logo

assets: $(VENDOR)/.done ## Copy what pages load into app/static/vendor.

translations: $(COMPILED) ## Compile the catalogues.

messages: $(DONE)/dev ## Collect new texts into the catalogues.
	$(BIN)/pybabel -q extract -F babel.cfg -k _ -k N_ -k gettext -k lazy_gettext \
	  --no-location --sort-output --omit-header -o /tmp/intreccio.pot app
	$(BIN)/pybabel -q update -i /tmp/intreccio.pot -d app/translations --no-fuzzy-matching \
	  --omit-header --no-wrap

migration: $(DONE)/dev ## Write the next migration: make migration m="what changes"
	@test -n "$(m)" || { echo 'say what changes: make migration m="..."' >&2; exit 1; }
	$(BIN)/intreccio migration "$(m)"
	$(BIN)/ruff check -q --fix migrations && $(BIN)/ruff format -q migrations

released-api: $(DONE)/run $(COMPILED) ## Keep the API's document as that of this version: once it is given out.
	$(BIN)/intreccio document > docs/openapi/$$($(BIN)/python -c \
	  'from importlib.metadata import version; print(version("intreccio"))').json

screenshots: $(DONE)/dev $(VENDOR)/.done $(COMPILED) chromium ## Take the pictures of docs/guide anew, from a demo of their own.
	$(BIN)/python -m docs.guide.screenshots

bench: $(DONE)/dev ## Measure beside yardsticks.
	$(BIN)/python -m bench

clean: ## Remove what is built; data stay in var/db and var/files.
	rm -rf $(DONE) app/static/vendor node_modules var/test .mypy_cache .ruff_cache .pytest_cache
	find app -name '*.mo' -delete

# --- what the above need -----------------------------------------------------

$(DONE): | $(BIN)/python
	@mkdir -p $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(DONE)/run: requirements.txt pyproject.toml | $(BIN)/python $(DONE)
	$(BIN)/python -m pip install -qq --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --editable .
	@touch $@

$(DONE)/dev: requirements-dev.txt $(DONE)/run
	$(BIN)/python -m pip install -qq --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# The machine's npm, or the one that PyPI has.
define NPM_CI
@if command -v npm >/dev/null; then npm=npm; else \
  $(BIN)/python -m pip install -qq --disable-pip-version-check -r requirements-npm.txt; \
  npm=$(BIN)/npm; fi; \
PATH="$(CURDIR)/$(BIN):$$PATH" "$$npm" ci --ignore-scripts --no-audit --no-fund --loglevel=error
endef

# With what checks the API's document; `make run` does without.
$(NODE_MODULES): package.json package-lock.json | $(BIN)/python
	$(NPM_CI)
	@touch $@

$(VENDOR)/.done: package.json package-lock.json | $(BIN)/python
	@[ $(NODE_MODULES) -nt package-lock.json ] || $(MAKE) --no-print-directory node-modules-of-run
	rm -rf $(VENDOR)
	mkdir -p $(VENDOR)/bootstrap-italia/{css,js,svg} $(VENDOR)/swagger-ui
	cd node_modules/bootstrap-italia && cp LICENSE $(CURDIR)/$(VENDOR)/bootstrap-italia/ && cd dist && \
	cp css/bootstrap-italia.min.css $(CURDIR)/$(VENDOR)/bootstrap-italia/css/ && \
	cp js/bootstrap-italia.bundle.min.js $(CURDIR)/$(VENDOR)/bootstrap-italia/js/ && \
	cp svg/sprites.svg $(CURDIR)/$(VENDOR)/bootstrap-italia/svg/
	for family in Lora Roboto_Mono Titillium_Web; do \
	  mkdir -p $(VENDOR)/bootstrap-italia/fonts/$$family && \
	  cp node_modules/bootstrap-italia/dist/fonts/$$family/*.{woff2,txt} \
	    $(VENDOR)/bootstrap-italia/fonts/$$family/; done
	cp node_modules/swagger-ui-dist/{LICENSE,NOTICE,swagger-ui.css,swagger-ui-bundle.js} \
	  $(VENDOR)/swagger-ui/
	mkdir -p $(VENDOR)/echarts
	cp node_modules/echarts/{LICENSE,NOTICE,dist/echarts.common.min.js} $(VENDOR)/echarts/
	@touch $@

.PHONY: node-modules-of-run
node-modules-of-run:
	$(subst npm" ci,npm" ci --omit=dev,$(NPM_CI))

%.mo: %.po $(DONE)/run
	$(BIN)/pybabel -q compile -i $< -o $@

# Browser tests run in the machine's Chromium, and never skip.
.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
	  || command -v google-chrome >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get -qq update && \
	    DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends chromium >/dev/null; } || \
	  { echo "The browser tests need Chromium: install the package chromium." >&2; exit 1; }
