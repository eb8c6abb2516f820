# What people and machines ask of this folder. Works with GNU make 3.81 (macOS) and later.

VENV := .venv
PYTHON := $(VENV)/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check --quiet
MLFLOW := bench/tmp/mlflow

.PHONY: help run setup test lint bench report mlflow-test clean browser

help:
	@echo "make run              prepare Keepsight and serve it on http://127.0.0.1:8050 (the synthetic demo at first)"
	@echo "make run DATA=FILE    the same with your own file of customers (CSV or Parquet)"
	@echo "make setup            only make the environment ($(VENV))"
	@echo "make test             lint, then every test, those in the browser too"
	@echo "make lint             ruff and mypy"
	@echo "make bench            measure the figures of bench/ and print them as a table"
	@echo "make report           measure the quality of the models again and write the tables of docs/model.md"
	@echo "make mlflow-test      test against a real MLflow server in an environment of its own (docs/mlflow.md)"
	@echo "make clean            delete the environment and caches; var/ (your data) stays"

run: $(VENV)/runtime.stamp
	@$(PYTHON) app.py $(if $(DATA),--data "$(DATA)")

setup: $(VENV)/runtime.stamp

test: $(VENV)/development.stamp browser
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m pytest $(if $(TESTS),$(TESTS),-n 2 --dist loadscope)

lint: $(VENV)/development.stamp
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy

bench: $(VENV)/development.stamp browser
	@$(PYTHON) -m bench $(BENCH)

report: $(VENV)/development.stamp
	@$(PYTHON) -m bench.report

mlflow-test: $(VENV)/development.stamp $(MLFLOW)/made.stamp
	@$(PYTHON) -m pytest tests/services/test_tracking.py

clean:
	@rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The newest Python that is there, works (a pyenv shim may not) and can make environments.
$(PYTHON):
	@for name in python3.14 python3.13 python3.12 python3.11 python3; do \
	  if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    old=no; \
	    if "$$name" -c 'import ensurepip, venv' 2>/dev/null; then found=$$name; break; fi; \
	  fi; \
	done; \
	if [ -n "$$found" ]; then \
	  echo "Making an environment in $(VENV) with $$found ..."; "$$found" -m venv $(VENV); \
	elif [ -n "$$old" ]; then \
	  echo "Python's venv is missing. Debian, Ubuntu: apt-get install python3-venv" >&2; exit 1; \
	else \
	  echo "Python 3.11 or newer is missing. Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python@3.13" >&2; exit 1; \
	fi

$(VENV)/runtime.stamp: requirements.txt | $(PYTHON)
	@echo "Installing the requirements (about a minute, once) ..."
	@$(PIP) install -r requirements.txt
	@touch $@

$(VENV)/development.stamp: requirements.txt requirements-dev.txt | $(PYTHON)
	@echo "Installing the requirements of the tests (once) ..."
	@$(PIP) install -r requirements-dev.txt
	@touch $(VENV)/runtime.stamp $@

# A server of its own, since MLflow's pins are older than ours; and its client on top of our libraries, which the client's
# environment finds beneath its own.
$(MLFLOW)/made.stamp: requirements-mlflow.txt | $(VENV)/development.stamp
	@echo "Making environments for MLflow in $(MLFLOW) (about two minutes, once) ..."
	@rm -rf $(MLFLOW) && mkdir -p $(MLFLOW)
	@$(PYTHON) -m venv $(MLFLOW)/server && $(PYTHON) -m venv $(MLFLOW)/client
	@$(MLFLOW)/server/bin/python -m pip --disable-pip-version-check --quiet install mlflow==3.17.2
	@beneath=$$($(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("purelib"))'); \
	  for place in $(MLFLOW)/client/lib/python3.*/site-packages; do echo "$$beneath" > "$$place/beneath.pth"; done
	@$(MLFLOW)/client/bin/python -m pip --disable-pip-version-check --quiet install -r requirements-mlflow.txt
	@touch $@

# Chromium and its driver for the tests in the browser: installed where we may, else a line on how to.
browser:
	@if command -v chromedriver >/dev/null && { command -v chromium || command -v google-chrome; } >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium for the tests in the browser ..."; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	    chromium chromium-driver fonts-noto-color-emoji >/dev/null; \
	else \
	  echo "Chromium or its driver is missing, so the tests marked 'browser' are skipped. Debian: sudo apt-get install chromium chromium-driver fonts-noto-color-emoji; macOS: brew install chromium chromedriver"; \
	fi
