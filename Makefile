# OrderCash's commands. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV ?= .venv
JOBS ?= auto
ARGS ?=
RIGHT_PYTHON := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
ifndef PYTHON
PYTHON := $(shell for name in python3.11 python3.12 python3.13 python3; do \
	"$$name" -c '$(RIGHT_PYTHON)' 2>/dev/null && { echo "$$name"; break; }; done)
endif

RUN := "$(VENV)/bin/python"
EMBEDDED := $(RUN) -m ordercash.embedded

##@ Run

.PHONY: run
run: install ## Start everything on this machine, in the foreground (PORT=8000, ORDERCASH_HOME=.ordercash)
	@exec $(EMBEDDED) run

.PHONY: manage
manage: install ## Run a command of manage.py on the same data: make manage ARGS="prove --json"
	@exec $(EMBEDDED) manage $(ARGS)

.PHONY: shell
shell: install ## Open a Python shell on the same data
	@exec $(EMBEDDED) manage shell

.PHONY: wms
wms: install ## Start the reference warehouse system (ARGS="--work --faults --callback URL"; REFERENCE_WMS_SECRET)
	@exec $(RUN) -m examples.reference_wms $(ARGS)

.PHONY: install
install: python ## Make .venv and install the pinned packages (only what changed)
	@"$(PYTHON)" ordercash/embedded/venv.py "$(VENV)" requirements.txt

.PHONY: python
python:
	@"$(or $(PYTHON),false)" -c '$(RIGHT_PYTHON)' 2>/dev/null || { \
		echo "OrderCash: Python 3.11, 3.12 or 3.13 is needed and none was found: install one" \
		"(Debian and Ubuntu: apt-get install python3 python3-venv), or name it with PYTHON=/path/to/python3." >&2; exit 1; }

##@ Test

.PHONY: install-dev
install-dev: python ## Install what tests and checks need besides
	@"$(PYTHON)" ordercash/embedded/venv.py "$(VENV)" requirements-dev.txt

.PHONY: test
test: install-dev ## Run the whole suite on throw-away servers (JOBS=auto, ARGS="tests/orders -k hold")
	@exec $(EMBEDDED) pytest -n $(JOBS) --dist worksteal $(ARGS)

.PHONY: full
full: install-dev ## Run every test at full count; keep the output under bench/results/
	@mkdir -p bench/results
	@ORDERCASH_FULL=1 $(EMBEDDED) pytest -n $(JOBS) --dist worksteal $(ARGS) 2>&1 | tee bench/results/full.txt

##@ Check

.PHONY: check
check: lint types contracts migrations-check deploy-check ## All of the checks below

.PHONY: lint
lint: install-dev ## Style and common mistakes (ruff)
	@$(RUN) -m ruff check . && $(RUN) -m ruff format --check .

.PHONY: types
types: install-dev ## Types (mypy, strict)
	@$(CHECK_ENV) $(RUN) -m mypy ordercash apps

.PHONY: contracts
contracts: install-dev ## Who may import whom (import-linter)
	@$(CHECK_ENV) "$(VENV)/bin/lint-imports"

.PHONY: migrations-check
migrations-check: install-dev ## Every model change has its migration
	@$(EMBEDDED) test python manage.py makemigrations --check --dry-run

.PHONY: deploy-check
deploy-check: install-dev ## Django's own check of a production configuration
	@ORDERCASH_DEBUG=false ORDERCASH_SECURE=true ORDERCASH_ALLOWED_HOSTS=ordercash.example $(CHECK_ENV) \
		$(RUN) manage.py check --deploy --fail-level WARNING

##@ Measure

.PHONY: bench-http bench-sets bench-retail bench-lists bench-pricing bench-back_test bench-adventureworks bench-quotes bench-prices bench-rebates bench-atp bench-sourcing bench-allocation
bench-http: ## POST /orders at 8 and 32 connections, beside raw SQL for the same rows
bench-sets: ## Batches and whole order to cash, set-wise
bench-retail: ## A year of a merchant's orders, from file to paid
bench-lists: ## Order list and order page with a million orders behind them
bench-back_test: ## A draft tried on 100,000 price decisions, and their replay
bench-pricing: ## The pure pricing engine, lines a second on one core
bench-adventureworks: ## A bicycle maker's Internet sales, priced from its dimensions beside what its file says
bench-prices: ## Intake by rules beside intake by plain list prices, turn by turn
bench-quotes: ## POST /pricing/quotes with 50 lines and 100,000 price records
bench-sourcing: ## The warehouses of an order chosen: 20 warehouses, 10 lines
bench-allocation: ## 10,000 lines allocated anew: tried, carried out, taken back
bench-atp: ## POST /inventory/atp with one line and carts of 50, over 180 days of 1,000 products
bench-rebates: ## 10,000 invoiced lines counted under three rebate agreements, and settled
bench-http bench-sets bench-retail bench-lists bench-pricing bench-back_test bench-adventureworks bench-quotes bench-prices bench-rebates bench-atp bench-sourcing bench-allocation: install-dev
	@exec $(EMBEDDED) test sh -c 'python -m ordercash.embedded.prepare && exec python -m bench.$(subst bench-,,$@) "$$@"' $@ $(ARGS)

.PHONY: wms-outage
wms-outage: install-dev ## Ten real minutes without the warehouse system, killed in between; then everything twice and out of order
	@ORDERCASH_FULL=1 $(EMBEDDED) pytest tests/integrations/test_wms_outage_real.py -p no:cacheprovider -s $(ARGS)

.PHONY: lab
lab: install-dev ## Takers of one hot product, a flash sale and many products, on every way to keep them apart (ARGS="--seconds 5 --clients 1,16,32")
	@exec $(EMBEDDED) test sh -c 'python -m ordercash.embedded.prepare && exec python -m bench.lab "$$@"' lab $(ARGS)

##@ Keep

.PHONY: format
format: install-dev ## Put the code in the agreed form
	@$(RUN) -m ruff check --fix . && $(RUN) -m ruff format .

.PHONY: requirements
requirements: ## Pin requirements*.txt anew from requirements*.in (needs uv)
	@uv pip compile -q --upgrade $(PINNING) requirements.in -o requirements.txt
	@uv pip compile -q --upgrade $(PINNING) -c requirements.txt requirements-dev.in -o requirements-dev.txt

.PHONY: clean
clean: ## Remove .venv and caches; the data in .ordercash stays
	@rm -rf "$(VENV)" staticfiles .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .schemathesis
	@find . -name __pycache__ -type d -not -path './.ordercash/*' -prune -exec rm -rf {} +

.PHONY: help
help: ## List these commands
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z_-]+:.*## / {printf "  make %-21s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

CHECK_ENV := ORDERCASH_SECRET_KEY=only-for-checks-000000000000000000000000000000000000000000000000
PINNING := --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url --no-emit-find-links
