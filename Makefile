# One target per habit. `make run` and `make test` are all that a fresh clone needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP_RUN := $(VENV)/.installed
STAMP_DEV := $(VENV)/.installed-dev
UV := $(shell command -v uv 2>/dev/null)
ifeq ($(UV),)
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r
else
INSTALL = VIRTUAL_ENV=$(VENV) uv pip install --quiet --require-hashes -r
endif
# One worker per core; the browser tests need memory more than cores.
JOBS ?= auto

.PHONY: run setup dev check test bench eval format lock samples clean

run: $(STAMP_RUN) ## serve the product at http://localhost:8501 (Ctrl-C stops all of it)
	@$(BIN)/python -m services serve

setup: $(STAMP_RUN) ## prepare .venv with what users need

dev: $(STAMP_DEV) ## prepare .venv with the development tools as well

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; this is " + sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }

$(STAMP_RUN): requirements.txt | $(BIN)/python
	@echo "Installing the product's packages into $(VENV) ..."
	@$(INSTALL) requirements.txt
	@touch $@

$(STAMP_DEV): requirements-dev.txt | $(BIN)/python
	@echo "Installing the product's and the development packages into $(VENV) ..."
	@$(INSTALL) requirements-dev.txt
	@touch $@ $(STAMP_RUN)

check: $(STAMP_DEV) ## format, lint, types, import contracts, dependencies, architecture tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/deptry .
	$(BIN)/pytest tests/architecture -n0

test: $(STAMP_DEV) ## every test, with the coverage gate
	@sh scripts/ensure_browser.sh
	@sh scripts/ensure_tesseract.sh
	@sh scripts/ensure_spectral.sh
	@sh scripts/ensure_redis.sh
	@sh scripts/ensure_azurite.sh
	$(BIN)/pytest tests -n $(JOBS) --dist loadgroup --durations=20 --cov --cov-report=term:skip-covered

bench: $(STAMP_DEV) ## accuracy, speed and robustness on the shared filings and corpora
	@sh scripts/ensure_tesseract.sh
	$(BIN)/python -m tests.bench

eval: $(STAMP_DEV) ## public questions about the shared filings: right, wrong, refused, cited
	$(BIN)/python -m tests.bench.questions

format: $(STAMP_DEV)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

samples: $(STAMP_DEV) ## write the sample reports again
	$(BIN)/python -m samples.generate

lock: ## compile requirements.txt and requirements-dev.txt (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-strip-extras --no-header pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-strip-extras --no-header --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
