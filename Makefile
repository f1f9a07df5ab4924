PY ?= .venv/bin/python

help:            ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup:           ## environment with everything for development
	python3 -m venv .venv && .venv/bin/pip install -q --require-hashes -r requirements-dev.lock && .venv/bin/pip install -q --no-deps -e .

check:           ## exactly what CI runs
	bash .ci/run

test:            ## tests; make test ARGS="-k payout"
	$(PY) -m pytest -n auto $(ARGS)

nightly:         ## the slow sweeps: all crash points, more seeds, a million rows
	$(PY) -m pytest -n auto -m "slow or not slow" --hypothesis-profile=nightly

lint:            ## format, lint, types, import contracts
	$(PY) -m ruff format recon exports tui tests bench
	$(PY) -m ruff check recon exports tui tests bench
	$(PY) -m mypy
	.venv/bin/lint-imports

docs:            ## write the pages of docs/ that come from the code
	$(PY) -m tui.docs

catalogs:        ## take new texts into the languages' catalogues, compile them, list what is not translated
	$(PY) -m tui.catalogs all

expected:        ## write fixtures/cases/*/expected anew (FORCE=1); then read every changed line
	$(PY) -m tests.cases.story $(CASE)

demo:            ## the invented month through the whole chain
	.venv/bin/recon demo

bench:           ## figures of performance, as ratios; make bench ROWS=5000000 ARGS="--only chain"
	@$(PY) -c "import duckdb, pandas, pyarrow, xlsxwriter" 2>/dev/null || $(PY) -m pip install -q duckdb pandas pyarrow xlsxwriter
	$(PY) -m bench.run $(ROWS) $(ARGS)

bench-tui:       ## figures of the screens, measured through a pseudo-terminal
	$(PY) -m bench.tui $(ARGS)

lock:            ## write the lock files anew
	$(PY) -m uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes -q --custom-compile-command "make lock" -o requirements.lock
	$(PY) -m uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes -q --custom-compile-command "make lock" -o requirements-dev.lock

.PHONY: help setup check test nightly lint docs catalogs expected demo bench bench-tui lock
