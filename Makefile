# Two commands are enough: `make run` and `make test`. Each makes .venv first.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(shell command -v uv 2>/dev/null)
ARGS   ?=

ifdef UV
INSTALL = $(UV) pip install --quiet --compile-bytecode --python $(BIN)/python
MAKE_VENV = $(PYTHON) -m venv --without-pip $(VENV)
else
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
MAKE_VENV = $(PYTHON) -m venv $(VENV)
endif

.PHONY: run setup test check long bench primer lock wheel clean

run: $(VENV)/.run ## start Mimin; ARGS="--config my/config.toml" is passed on
	@$(BIN)/mimin run $(ARGS)

setup: $(VENV)/.run ## make .venv, nothing else

test: $(VENV)/.dev ## the tests; ARGS="tests/test_house.py -k room" is passed on
	@$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.dev ## format, lint, strict types, then the tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(MAKE) --no-print-directory test

long: $(VENV)/.dev ## the long forms of the tests
	@$(BIN)/python -m pytest -m long --timeout=3600 $(ARGS)

bench: $(VENV)/.dev ## what understanding gets right and all costs; see benchmarks/README.md
	@$(BIN)/python -m benchmarks.understanding $(ARGS)
	@$(BIN)/python -m benchmarks.signals
	@$(BIN)/python -m benchmarks.size
	@$(BIN)/python -m benchmarks.deadlines --running 20000 --million 100000 --times 1 --seconds 8

primer: $(VENV)/.dev ## learn anew what ships, after a change of knowledge/needs, replies or words
	@$(BIN)/python -m knowledge.priming

lock: ## make the lock files anew from pyproject.toml; needs uv
	uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  --extra build pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

wheel: $(VENV)/.run ## build the wheel into dist/
	@$(BIN)/python -m hatchling build -t wheel

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(MAKE_VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing Mimin into $(VENV) ..."
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q bot knowledge handoff
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "Installing what the tests need ..."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@
