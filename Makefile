# Two commands do all the set-up on a fresh machine with Python and make:
#   make serve   the service on port 3000, with the demo gate
#   make test    format, lint, types, layer contract and tests
# VENV=folder uses another environment; PORT=3001 another port.

PYTHON ?= python3
VENV ?= .venv
PORT ?= 3000
# Both runtimes provide the module `onnxruntime`: install the one this machine can use.
RUNTIME ?= $(shell nvidia-smi >/dev/null 2>&1 && echo gpu || echo cpu)

# An index set for pip counts for uv as well.
ifdef PIP_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif

BIN := $(VENV)/bin
EXTRAS_serve = $(RUNTIME)
EXTRAS_audit = $(RUNTIME),audit
EXTRAS_test = $(RUNTIME),dev
EXTRAS_loadtest = $(RUNTIME),loadtest
EXTRAS_ray = $(RUNTIME),dev,ray
EXTRAS_pretrained = $(RUNTIME),dev,pretrained
EXTRAS_bench = $(RUNTIME),dev,pretrained,bench

.PHONY: serve test test-pretrained test-ray check format loadtest faults faults-api bench audit lock clean help

help:
	@echo "make serve | test | test-pretrained | test-ray | check | format | loadtest | faults | faults-api | bench | audit | lock | clean"

serve: $(VENV)/.installed-serve
	@$(BIN)/skysift serve --port $(PORT)

test: check
	$(BIN)/python -m pytest

test-ray: $(VENV)/.installed-ray
	$(BIN)/python -m pytest -m ray

test-pretrained: $(VENV)/.installed-pretrained
	$(BIN)/python -m pytest -m pretrained

check: $(VENV)/.installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

loadtest: $(VENV)/.installed-loadtest
	$(BIN)/python -m loadtests.run

# Every row of docs/reliability.md, the slow ones too; FAULTS="NAME ..." shows some.
faults: $(VENV)/.installed-test
	$(BIN)/python -m tests.faults $(FAULTS)

# Schemathesis in an environment of its own: it is only for this.
SCHEMATHESIS := $(VENV)-schemathesis/bin/schemathesis
faults-api: $(VENV)/.installed-test $(SCHEMATHESIS)
	$(BIN)/python -m tests.faults.api --schemathesis $(SCHEMATHESIS)

$(SCHEMATHESIS):
	@$(PYTHON) -m venv $(VENV)-schemathesis
	@$(VENV)-schemathesis/bin/python -m pip install --quiet --disable-pip-version-check 'schemathesis>=4.32,<5'

bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks.compare $(BENCH)
	$(BIN)/python -m benchmarks.prevalence $(BENCH)
	$(BIN)/python -m benchmarks.growth $(BENCH)

# Known holes in what is locked, where the advisories can be had, and whether the lock is in step.
audit: $(VENV)/.installed-audit
	$(BIN)/python -m deploy.lock
	$(BIN)/python -m deploy.audit

# Pins with hashes, for every platform; run it after a change of dependencies.
lock: $(BIN)/python
	for runtime in cpu gpu; do \
	  $(BIN)/uv pip compile pyproject.toml --group build --extra $$runtime --extra traces \
	    --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	    --custom-compile-command "make lock" --quiet \
	    --output-file requirements/serve-$$runtime.lock || exit 1; \
	done

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Skysift needs Python 3.11 or later: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv || true

# uv keeps wheels unpacked and links them, so that a second environment takes seconds; pip is
# the way out where uv cannot be had (docs/decisions/0004).
$(VENV)/.installed-%: pyproject.toml | $(BIN)/python
	@echo "installing skysift[$(EXTRAS_$*)] into $(VENV)"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -e '.[$(EXTRAS_$*)]' \
	  || $(BIN)/python -m pip install --quiet -e '.[$(EXTRAS_$*)]'
	@touch $@
