# Commands for developers. They need only Python 3.11 or newer and make; PYTHON=python3.13 selects another interpreter.
ifdef PYTHON
  VENV := .venv-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
else
  PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
    $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)
  VENV := .venv
endif
# Keep compiled modules in .cache, not beside the sources; without them, each process of a run compiles Django again.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.cache/bytecode
unexport PYTHONDONTWRITEBYTECODE
# The tools use these settings, never those of a developer's .env.
CHECK_SETTINGS := SECRET_KEY="only for checks, nothing is kept under it, and long enough for all of them" \
  SITE_URL=https://learning.example EMAIL_URL=smtp://mail.example DEBUG=off DATABASE_URL=sqlite:///check.sqlite3 \
  AUDIT_KEYS="k1:only for checks; signs nothing" SECOND_FACTOR_KEYS="k1:only for checks; encrypts nothing"

LOCK_TOOLS := .cache/lock

.PHONY: help install demo dev test test-long coverage check lint types imports settings messages lock bench screenshots \
  serve clean

help:
	@echo "make demo       set up, load the demo company and serve it like production, but over plain HTTP, on PORT (8000)"
	@echo "make dev        serve the same company with Django's development server: DEBUG on, restarts when code changes"
	@echo "make test       run the tests on SQLite and PostgreSQL, in a real browser"
	@echo "make test-long  run the slow tests too"
	@echo "make coverage   run the tests, and fail if they leave out a line or a branch of what must be right"
	@echo "make check      check lint, types, imports and settings; each is a target"
	@echo "make messages   bring the translations in locale/ up to date with the source, and compile them; ARGS=fr adds a language"
	@echo "make bench      run the benchmarks on both databases; ARGS=--short takes under three minutes"
	@echo "make screenshots  take the pictures of the documentation, from a fresh demo, in light and dark"
	@echo "make serve      run the production server with the settings of .env and the environment"
	@echo "make install    only create the environment in $(VENV)"
	@echo "make lock       renew the locks: for development, for production and for the benchmarks"
	@echo "make clean      remove the environment, caches and collected static files"

install:
	@test -n "$(PYTHON)" || { echo "Standin needs Python 3.11 or newer, and found none: install it, or say PYTHON=/path/to/python3."; exit 1; }
	@"$(PYTHON)" tools/install.py $(VENV)

demo dev:
	@test -z "$(PYTHON)" || "$(PYTHON)" tools/serve_demo.py $@ --check-port
	@$(MAKE) --no-print-directory install
	@exec $(VENV)/bin/python tools/serve_demo.py $@

test: install
	@$(VENV)/bin/python tools/run_tests.py $(ARGS)

test-long: install
	@$(VENV)/bin/python tools/run_tests.py --long $(ARGS)

coverage: install
	@$(VENV)/bin/python tools/run_tests.py --coverage

check: lint types imports settings

lint: install
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/djlint templates --quiet --lint

types: install
	$(CHECK_SETTINGS) $(VENV)/bin/mypy

imports: install
	$(VENV)/bin/lint-imports --no-logo

settings: install
	$(CHECK_SETTINGS) $(VENV)/bin/python manage.py makemigrations --check --dry-run
	$(CHECK_SETTINGS) $(VENV)/bin/python manage.py check --deploy --fail-level WARNING

messages: install
	@$(VENV)/bin/python tools/messages.py $(ARGS)

# Versions that the lock names stay, unless ARGS="--upgrade" or ARGS="--upgrade-package django" asks for newer ones.
lock:
	@test -x $(LOCK_TOOLS)/bin/uv || { "$(PYTHON)" -m venv $(LOCK_TOOLS) && $(LOCK_TOOLS)/bin/pip install --quiet "uv>=0.7"; }
	@$(LOCK_TOOLS)/bin/uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-header --quiet $(ARGS) --output-file requirements.lock
	@$(LOCK_TOOLS)/bin/uv pip compile benchmarks/requirements.in --constraint requirements.lock --universal \
	  --python-version 3.11 --generate-hashes --no-header --quiet $(ARGS) --output-file benchmarks/requirements.txt
	@$(LOCK_TOOLS)/bin/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --quiet --constraint requirements.lock --output-file requirements-production.lock

bench: install
	@$(VENV)/bin/python tools/run_bench.py $(ARGS)

screenshots: install
	@$(VENV)/bin/python tools/screenshots.py

serve: install
	@$(VENV)/bin/python manage.py collectstatic --noinput --verbosity 0
	@exec $(VENV)/bin/python -m config.server

clean:
	rm -rf .venv .venv-* .cache static_root .pytest_cache .mypy_cache .ruff_cache .import_linter_cache check.sqlite3
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
