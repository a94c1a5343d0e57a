# Every target is what CI runs too. Works with the make of macOS (GNU make 3.81) and of any Linux.

BIN := .venv/bin
CONFIG ?= targets.toml
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format bench run lock

help: ## Show what there is to do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Create .venv with everything in it (a second time takes a moment)
	@sh scripts/setup.sh

demo: setup ## A small internet on this machine, and duban watching it
	@$(BIN)/duban demo $(ARGS)

test: setup ## Run the tests; installs missing system parts where it may (SYSTEM_PARTS=skip: not)
	@sh scripts/system-parts.sh
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

lint: setup ## Style, types and the arrows between the modules; every tool has its say
	@status=0; \
	$(BIN)/ruff check . || status=1; \
	$(BIN)/ruff format --check . || status=1; \
	$(BIN)/mypy || status=1; \
	$(BIN)/lint-imports --no-cache --no-logo || status=1; \
	exit $$status

format: setup ## Put the code into shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup ## Measure: make bench lists what, make bench ARGS="NAME …" runs it
	@sh scripts/bench.sh $(ARGS)

run: setup ## Run the daemon on CONFIG=targets.toml
	@$(BIN)/duban run -c $(CONFIG) $(ARGS)

lock: setup ## Resolve the dependencies anew into the lock files
	@sh scripts/lock.sh
