# Every chore by one name. `make demo` and `make test` need only Python 3.11+ and make.
PYTHON ?= python3
PORT ?= 8080
# Tests at once: two more than there are cores, for many wait for a server or a platform.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 2)')
PIP = .venv/bin/python -m pip --disable-pip-version-check --quiet

.PHONY: setup dev demo check test bench faults machines model figures lock attacks sbom audit manuals

setup: .venv/.installed
dev: .venv/.dev

# The pinned set is checked by hash; the project itself is put in place without asking an index.
.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "pratu needs Python 3.11 or newer, this is %d.%d (choose one: make PYTHON=python3.12 …)" % v[:2])'
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@echo "Installing the pinned packages into .venv …"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.installed
	@echo "Installing the tools for checks and tests …"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

demo: setup
	@PORT=$(PORT) .venv/bin/pratu demo --port $(PORT)

check: dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

# What is compiled is kept, else each worker and each process it starts would compile everything.
test: dev
	env -u PYTHONDONTWRITEBYTECODE .venv/bin/python -m pytest -n $(WORKERS) --dist loadfile

bench: dev
	.venv/bin/python -m tests.bench

# What goes wrong on purpose, on both engines, and what is left of it.
faults: dev
	.venv/bin/python -m tests.faults

# Many processes on one PostgreSQL, killed and moved about under traffic, and what is left of it.
machines: dev
	.venv/bin/python -m tests.machines

# The shipped model, from the texts in nlp/data/training; the same texts give the same file.
model: dev
	.venv/bin/python -m nlp.recipe

# The table in nlp/README.md. DATA: a folder of labelled complaint texts that is no part of this project.
figures: dev
	@$(PIP) install --require-hashes --no-deps -r requirements-figures.lock
	.venv/bin/python -m tests.figures $(DATA) $(WORDS)

# Every attack of the table, tried and told.
attacks: dev
	.venv/bin/python -m tests.attacks

# The pictures of deploy/manuals, taken anew by the test browser from a made-up week.
manuals: dev
	.venv/bin/python -m tests.manuals

# What is pinned, as CycloneDX JSON; and whether anything of it has a known hole (without a network: said so).
sbom: setup
	@.venv/bin/python deploy/sbom.py

audit: dev
	.venv/bin/python deploy/audit.py

lock:
	uv pip compile --generate-hashes --universal --no-header --no-emit-index-url --no-emit-find-links -q pyproject.toml -o requirements.lock
	uv pip compile --generate-hashes --universal --no-header --no-emit-index-url --no-emit-find-links -q pyproject.toml --extra dev --extra traces -c requirements.lock -o requirements-dev.lock
	uv pip compile --generate-hashes --universal --no-header --no-emit-index-url --no-emit-find-links -q pyproject.toml --extra traces -c requirements.lock -o requirements-traces.lock
