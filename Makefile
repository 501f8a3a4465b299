# Two commands for everybody: `make demo` and `make test`. Each sets up what it needs.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Tests spend a third of their time waiting, and the longest wait most: two workers keep a core busy.
WORKERS ?= $(shell $(PYTHON) -c "import os; print(2 * (os.cpu_count() or 2))")
READY := $(VENV)/.ready
# Some machines forbid it; the workers and the many processes that tests start would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint prose check fmt bench notices crashtest chaos fuzz machine lock clean

demo: $(READY)  ## a whole town in one window; prints the page's address
	$(BIN)/python -m bot demo

test: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@$(MAKE) --no-print-directory prose

prose: $(READY)  ## words and docstrings that docs/style.md refuses
	$(BIN)/pre-commit run --all-files prose

check: lint test

fmt: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)
	$(BIN)/python -m bench

notices: $(READY)  ## a simulated day of 30 messages: messages and sounds per phone; exit code 1 if a target is missed
	$(BIN)/python -m bench.notices

crashtest: $(READY)  ## kill the bot again and again while a town writes (MCU_TEST_POSTGRES: there, too); nothing may be lost or said twice
	$(BIN)/python -m crashtest

fuzz: $(READY)  ## hostile updates for ten minutes (MCU_TEST_POSTGRES: there, too); nothing may get stuck or be lost in silence
	$(BIN)/python -m tests.fuzz

machine: $(READY)  ## random presses of random people for ten minutes (MCU_TEST_POSTGRES: there, too); the laws of the centre must hold
	$(BIN)/python -m tests.machine

chaos: crashtest  ## the former name of `make crashtest`

# The project itself is not installed here: commands run from the checkout.
$(READY): requirements/dev.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else "mcu-bot needs Python 3.11, 3.12 or 3.13; run: make PYTHON=python3.11")'
	@echo 'Ставлю нужное, в первый раз это несколько минут… / Installing what is needed, a few minutes the first time…' >&2
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

lock:  ## re-pin every dependency (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --quiet -o requirements/run.txt $(LOCK)
	uv pip compile pyproject.toml --group test --group check --extra plot --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --quiet -c requirements/run.txt -o requirements/dev.txt $(LOCK)

clean:
	rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache .hypothesis
