# `make help` lists the targets. `make demo` and `make test` do all the set-up they need.
SHELL := /bin/sh
BIN := .venv/bin
READY := .venv/.ready
JAVA = JAVA_HOME=$$(sh deploy/java-home.sh)
PYTEST = $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=15
PART ?= all
SIZE ?= 1000000

.PHONY: help setup check test coverage integration data browser faults laws worlds forms airflow demo package bench docs site clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

setup: $(READY) ## virtual environment, packages by constraints.txt, Java, the two Delta jars
$(READY): pyproject.toml constraints.txt deploy/setup.sh deploy/java-home.sh lib/desirelines/io/spark/jars.py
	@sh deploy/setup.sh

check: $(READY) ## ruff, mypy --strict, import-linter, architecture tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(JAVA) $(BIN)/pytest -q tests/architecture

test: $(READY) ## the tests that tell whether a change holds; a quarter of an hour on two cores
	$(JAVA) $(PYTEST)

coverage: $(READY) ## the same tests, and the lines and branches of lib/ that they do not run; longer than make test
	$(JAVA) $(PYTEST) --cov --cov-report=term-missing:skip-covered --cov-report=html

integration: $(READY) ## whole runs under attack, spark-submit, a cluster with killed workers, the notebooks, the wheel; an hour and a half
	$(JAVA) $(PYTEST) -m integration

data: $(READY) ## public data sets against their published figures; a few minutes
	$(JAVA) $(PYTEST) -m data

browser: $(READY) ## the report in a real Chromium: both widths, light and dark, axe, print; a minute
	$(JAVA) $(BIN)/pytest -m browser tests/browser

faults: $(READY) ## a driver killed at every write, and what the next try makes of it; a quarter of an hour
	$(JAVA) $(BIN)/pytest -m campaign tests/faults

laws: $(READY) ## random commands in random order with kills; the history holds after each; half an hour
	$(JAVA) $(BIN)/pytest -m campaign tests/laws

worlds: $(READY) ## worlds of three seeds the whole way; groups and rules against personas; three quarters of an hour
	$(JAVA) $(BIN)/pytest -m campaign -s tests/worlds

# Tools with requirements of their own: an environment below build/ for each, and none of tests/conftest.py.
APART = -m pytest -q -c /dev/null --rootdir=. --confcutdir=tests/deploy -p no:cacheprovider

forms: build/forms/.ready ## files of deploy/ against the schemas of Kubernetes, Kubeflow, Databricks, AWS, hadolint; seconds
	build/forms/bin/python $(APART) tests/deploy/check_forms.py

build/forms/.ready: tests/deploy/requirements-forms.txt
	python3 -m venv build/forms
	build/forms/bin/pip install -q --disable-pip-version-check -r tests/deploy/requirements-forms.txt
	@touch $@

airflow: build/airflow/.ready ## the DAG of deploy/airflow as a real Airflow reads it; a few minutes the first time
	AIRFLOW_HOME=$(CURDIR)/build/airflow/home AIRFLOW__CORE__LOAD_EXAMPLES=False \
		build/airflow/bin/python $(APART) tests/deploy/check_airflow.py

build/airflow/.ready: tests/deploy/constraints-airflow.txt
	python3 -m venv build/airflow
	build/airflow/bin/pip install -q --disable-pip-version-check -c tests/deploy/constraints-airflow.txt apache-airflow pytest
	@touch $@

demo: $(READY) ## a made world, the whole way, demo/report.html; SMALL=1 for a short first look
	$(JAVA) $(BIN)/desirelines demo $(if $(SMALL),--small)

package: $(READY) ## dist/: the wheel, and the same bytes as desirelines.zip for --py-files
	@sh deploy/package.sh

bench: $(READY) ## ratios against peers of the same run: make bench PART=sessions SIZE=1000000
	$(JAVA) $(BIN)/python -m bench --part $(PART) --size $(SIZE)

docs: $(READY) ## write the generated pages: tables, features, commands, configuration, views
	$(BIN)/python docs/generate.py

site: $(READY) ## build/site: the documentation as a site
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

clean: ## what was built; not the virtual environment
	rm -rf build dist demo .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis spark-warehouse
