# Every target sets up what it needs. PYTHON names the interpreter that the first set-up uses (3.11 or newer).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SENTENCES := services/staff-registry/src/staff_registry/domain/sentences.json
READY := $(VENV)/.ready
MEMBERS := protos services/signals services/chassis services/matching services/redis-line services/trunk services/staff-registry services/availability services/booking \
	services/calcom-sync services/telephony-gateway services/console sandbox deploy/local deploy/check cli
PYPROJECTS := pyproject.toml $(MEMBERS:%=%/pyproject.toml)
# mypy takes the tests of one member at a time: their modules have no package, so names would clash.
TESTS := $(wildcard services/*/tests sandbox/tests deploy/local/tests deploy/check/tests cli/tests tests/*)

# Several processes share one PostgreSQL; tests/shared/spreading.py says which of them gets what, and when.
PARALLEL := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: audit sbom help setup run demo test test-unit simulate lint format proof chaos bench bench-check bench-record docs pictures protos sentences lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: $(READY) ## fetch uv and all packages into .venv

$(READY): requirements.lock $(PYPROJECTS)
	@$(PYTHON) deploy/local/setup.py $(VENV) $(MEMBERS)
	@touch $(READY)

run: $(READY) ## start everything on this machine, play one call, stay up until Ctrl-C
	@$(BIN)/rufbuch up

demo: $(READY) ## the same, but end by itself; exit 0 only if PostgreSQL and Cal.com agree
	@$(BIN)/rufbuch up --demo

test: $(READY) ## run every test
	@$(BIN)/pytest -q $(PARALLEL)

test-unit: $(READY) ## run the tests that need no server
	@$(BIN)/pytest -q $(PARALLEL) -m "not postgres and not redis and not processes"

simulate: $(READY) ## simulated weeks of calls while everything fails (SEED=7 CALLS=10000 RATE=0.1), judged by an oracle
	@PYTHONPATH=tests/simulation/support $(BIN)/python -m simulated --seed $(or $(SEED),1) --calls $(or $(CALLS),500) --rate $(or $(RATE),0.1) $(if $(RECORD),--record) $(if $(KEEP),--keep $(KEEP))

lint: $(READY) ## style, types, layers, protos, generated code
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy
	@for tests in $(TESTS); do MYPYPATH=$$tests:$$tests/support:tests/shared $(BIN)/mypy $$tests || exit 1; done
	@$(BIN)/buf lint protos
	@$(BIN)/python protos/generate.py --check
	@$(BIN)/python -m telephony_gateway.domain.catalogue | diff -q - $(SENTENCES) || { echo "run make sentences"; exit 1; }

format: $(READY) ## let ruff rewrite what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

proof: $(READY) ## run the claims of this project (NAME=main for one group)
	@$(BIN)/rufbuch proof $(NAME)

chaos: $(READY) ## kill, stop and cut off the real processes under callers, and compare what they heard
	@$(BIN)/rufbuch chaos

audit: $(READY) ## what is known against the locked packages, and what could not be checked
	@$(BIN)/python -m local_stack.supply_chain audit

sbom: $(READY) ## the bill of materials of what is locked (CycloneDX, on standard output)
	@$(BIN)/python -m local_stack.supply_chain sbom

bench: $(READY) ## measure, one table and benchmarks/results.json (ONLY=paths,growth for some groups)
	@$(BIN)/python -m benchmarks --only "$(ONLY)"

bench-check: $(READY) ## measure, and compare the ratios with the recorded ones; exit 1 where one is worse than the tolerance
	@$(BIN)/python -m benchmarks --only "$(ONLY)" --check

bench-record: $(READY) ## measure, take the figures for the recorded ones, write docs/performance.md
	@$(BIN)/python -m benchmarks --only "$(ONLY)" --record

.PHONY: deploy-check wheels
deploy-check: $(READY) ## the cluster, compose and the image against what the services read (ALL=1: every combination)
	@$(BIN)/python -m deploy_check $(if $(ALL),--all)

wheels: $(READY) ## a wheel of every member into dist/, of the version that the git tag says
	@$(BIN)/python deploy/release/wheels.py dist

docs: $(READY) ## write the pages that are made from code again
	@$(BIN)/python tests/house/stories.py
	@$(BIN)/python tests/house/metrics_page.py
	@$(BIN)/python -m rufbuch_cli.scale page
	@$(BIN)/python tests/journeys/support/privacy_page.py
	@PYTHONPATH=tests/simulation/support $(BIN)/python -m simulated.report

pictures: $(READY) ## take the pictures of docs/console.md again (needs a browser)
	@$(BIN)/python -m benchmarks.console.pictures

protos: $(READY) ## generate the code beside the protos again
	@$(BIN)/python protos/generate.py

sentences: $(READY) ## tell the registry which sentences a business can replace
	@$(BIN)/python -m telephony_gateway.domain.catalogue > $(SENTENCES)

lock: $(READY) ## resolve the dependencies again
	@$(BIN)/uv lock -q --upgrade
	@$(BIN)/uv export -q --all-packages --all-groups --no-emit-workspace --no-header --format requirements-txt -o requirements.lock

clean: ## forget the state and the environment of this checkout
	@$(PYTHON) deploy/local/clean.py .rufbuch $(VENV)
