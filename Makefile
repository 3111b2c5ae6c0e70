# Everything one does with LeadHub. "make help" lists it.

PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then echo $$name; break; fi; done)
BIN := .venv/bin
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help python run test test-sqlite check format bench faults screenshots lock messages

help: ## list these commands
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

python:
	@test -n "$(PYTHON)" || { echo "LeadHub needs Python 3.11 or newer on PATH" \
	"(Debian 12, Ubuntu 24.04: apt install python3 python3-venv)." >&2; exit 1; }

run: python ## install what is missing and start LeadHub (PORT, LEADHUB_DATA_DIR)
	@exec $(PYTHON) bootstrap.py run

test: python ## install what is missing and run all tests (ARGS="-k inbox")
	@$(PYTHON) bootstrap.py install-dev
	@exec $(BIN)/python -m tests $(ARGS)

check: python ## format, lint, types, import contracts, migrations, settings, API schema
	@$(PYTHON) bootstrap.py install-dev
	@exec $(BIN)/python -m tests.checks

format: python ## put code and templates into their standard form
	@$(PYTHON) bootstrap.py install-dev
	@$(BIN)/ruff check -q --fix . ; $(BIN)/ruff format -q .
	@find templates -name '*.html' -print0 | xargs -0r $(BIN)/djade --target-version 5.2

bench: python ## benchmarks: path | limit | figure | ratio | goal | met or gap (BENCH_SIZE=100000)
	@$(PYTHON) bootstrap.py install-dev
	@$(BIN)/python -m tests.services --without mail,browser -- $(BIN)/python -m tests.benchmarks $(ARGS)
	@exec env -u DATABASE_URL -u REDIS_URL $(BIN)/python -m tests.benchmarks $(ARGS)

faults: python ## kill, freeze and restart what runs, and count what is lost (ARGS="F1")
	@$(PYTHON) bootstrap.py install-dev
	@exec $(BIN)/python -m tests.faults $(ARGS)

messages: python ## bring the German catalog in step with the code, and say what is missing
	@$(PYTHON) bootstrap.py install-dev
	@exec $(BIN)/python -m tests.messages

screenshots: python ## the README's pictures, taken of the demo
	@$(PYTHON) bootstrap.py install-dev
	@exec $(BIN)/python -m tests.services --without postgresql,redis,mail -- \
		$(BIN)/python -m tests.screenshots

lock: python ## renew requirements*.txt and package-lock.json from what they are made of
	@$(PYTHON) bootstrap.py install-dev
	@$(BIN)/python -m tests.locks
