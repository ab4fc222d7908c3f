# make run: the dashboard and the evaluator.  make test: everything.  The rest is for those who build.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test test-fast lint audit lock sbom fonts bench soak day prompts promises patient-page screenshots looks language clean

run: $(VENV)/run.stamp
	$(BIN)/python -m monitor run

test: $(VENV)/dev.stamp lint
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

test-fast: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m "not browser"

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/mypy

# In an environment of its own: it is no part of the program, and asks a service on the internet.
audit:
	@$(PYTHON) -m venv .audit
	.audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	.audit/bin/pip-audit --strict --disable-pip --no-deps --requirement requirements.txt

# Every library with the hashes of its files, from the versions in the two .in files: pip installs nothing else under its name.
LOCKED := --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	--allow-unsafe --strip-extras
lock:
	@$(PYTHON) -m venv .lock
	.lock/bin/python -m pip install --quiet --disable-pip-version-check pip-tools==7.6.2
	.lock/bin/pip-compile $(LOCKED) --output-file requirements.txt requirements.in
	.lock/bin/pip-compile $(LOCKED) --output-file requirements-dev.txt requirements-dev.in

# What the program consists of, for whoever keeps a list: CycloneDX, from the locked libraries.
sbom:
	@$(PYTHON) -m venv .sbom
	.sbom/bin/python -m pip install --quiet --disable-pip-version-check cyclonedx-bom==7.5.0
	@mkdir -p build
	.sbom/bin/cyclonedx-py requirements requirements.txt --of JSON --output-reproducible -o build/sbom.cdx.json

# What pages look like with one family of fonts alone, for each that is installed here.
fonts: $(VENV)/dev.stamp
	$(BIN)/python -m tests.browser.fonts

bench: $(VENV)/dev.stamp
	$(BIN)/python -m bench

soak: $(VENV)/dev.stamp
	$(BIN)/python -m bench soak --minutes 120

day: $(VENV)/dev.stamp
	$(BIN)/python -m bench day

# FOLDER=... scenarios and recordings of your own; SESSIONS=... of each kind of patient; KEEP=name writes docs/prompts.md
prompts: $(VENV)/dev.stamp
	$(BIN)/python -m bench.prompts $(FOLDER) $(if $(SESSIONS),--sessions $(SESSIONS)) $(if $(GROUPS),--groups $(GROUPS)) $(if $(KEEP),--keep $(KEEP))

promises: $(VENV)/dev.stamp
	$(BIN)/python -m promises

promise-%: $(VENV)/dev.stamp
	$(BIN)/python -m promises $*

patient-page: $(VENV)/dev.stamp
	$(BIN)/python -m bench.page

language: $(VENV)/run.stamp
	@mkdir -p monitor/languages
	$(BIN)/pybabel -q extract -F babel.cfg --no-default-keywords -k say --no-location --sort-output --omit-header -o monitor/languages/messages.pot .

screenshots: $(VENV)/dev.stamp
	$(BIN)/python -m tests.browser.screenshots

# Every page in every state at twelve sizes and two zooms: prints each fault, and is green only where there is none.
looks: $(VENV)/dev.stamp
	$(BIN)/python -m tests.browser.survey

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; say which with make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/run.stamp: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) .audit .lock .sbom .pytest_cache .mypy_cache .ruff_cache .hypothesis
