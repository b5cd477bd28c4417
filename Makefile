# Commands that work on a fresh machine with Python >= 3.11 and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: demo test test-long faults faults-batch check format bench bench-media bench-calls bench-router bench-callbacks bench-pages bench-incidents bench-triage lock clean

demo: $(VENV)/.run
	@exec $(BIN)/holdfast demo

# Compiled code is kept: a hundred processes start here, and each would compile all of ours again.
test test-long: export PYTHONDONTWRITEBYTECODE =
test: $(VENV)/.dev $(VENV)/.pages
	@scripts/need-system chromium postgresql
	@# Folders of tests have short names: the address of a socket has 107 letters at most.
	@scripts/in-memory sh -c 'exec $(BIN)/python -m pytest -n 5 --dist loadfile --no-loadscope-reorder \
	  $${IN_MEMORY:+--basetemp=$$IN_MEMORY/p}'

test-long: $(VENV)/.dev $(VENV)/.pages
	@scripts/need-system whole-chromium postgresql coturn
	@HOLDFAST_TEST_LONG=1 $(BIN)/python -m pytest

# Faults put in on purpose, each against its nearest tests: make faults ONLY=lua-03,desk (docs/faults.md).
faults: $(VENV)/.dev $(VENV)/.pages
	@scripts/need-system chromium postgresql
	@$(BIN)/python -m tests.faults --only "$(ONLY)"

# Fifteen at once through the whole of `make test`: make faults-batch BATCH=1.
faults-batch: $(VENV)/.dev $(VENV)/.pages
	@scripts/need-system chromium postgresql
	@$(BIN)/python -m tests.faults --batch $(BATCH)

check: $(VENV)/.dev $(VENV)/.pages
	@scripts/check

format: $(VENV)/.dev $(VENV)/.pages
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .
	@$(BIN)/python scripts/states.py --write
	@scripts/prettier --write

bench: $(VENV)/.dev
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench_media

bench-media: $(VENV)/.dev
	@scripts/need-system chromium
	@$(BIN)/python -m tests.bench_media
	@$(BIN)/python -m tests.bench_mix
	@$(BIN)/python -m tests.bench_controls
	@$(BIN)/python -m tests.bench_ring
	@$(BIN)/python -m tests.bench_processes
	@$(BIN)/python -m tests.bench_survival

# How many calls a core carries; then a real browser among sixty, its caller's tone looked for during two minutes.
bench-calls: $(VENV)/.dev
	@scripts/need-system chromium
	@$(BIN)/python -m tests.bench_calls --rt
	@$(BIN)/python -m tests.bench_calls --rt --rows ours:60 --seconds 120 --chromium

bench-router: $(VENV)/.dev
	@$(BIN)/python -m tests.bench_router

# Two hundred promised calls due in one minute; of three workers on one store, twenty die (docs/routing.md).
bench-callbacks: $(VENV)/.dev
	@$(BIN)/python -m tests.bench_callbacks

bench-pages: $(VENV)/.dev
	@scripts/need-system chromium postgresql
	@$(BIN)/python -m tests.kit.figures

# A long timeline, the search, and a hundred agents for five minutes (ROWS="search" for one of them).
bench-incidents: $(VENV)/.dev
	@scripts/need-system chromium postgresql
	@$(BIN)/python -m tests.bench_incidents $(ROWS)

bench-triage: $(VENV)/.dev
	@$(BIN)/python -m tests.bench_triage

# Needs uv and npm; hashes of every platform's wheels and packages, no address of any registry.
lock:
	uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q -o requirements.lock
	uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q -c requirements.lock -o requirements-dev.lock
	npm install --package-lock-only --no-audit --no-fund

clean:
	rm -rf $(VENV) node_modules var build *.egg-info

$(VENV)/bin/pip:
	@scripts/make-venv $(PYTHON) $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/pip
	@echo "Installing locked dependencies (once) ..."
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "Installing locked tools for tests and checks (once) ..."
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# Formatter and type checker of static/: development only.
$(VENV)/.pages: package-lock.json $(VENV)/.dev
	@echo "Installing locked tools for the pages (once) ..."
	@scripts/node-tools $(VENV)
	@touch $@
