# `make run` opens the window on the demonstration; `make test` checks everything. Both do all set-up first.

SHELL := /bin/bash
PYTHON := $(shell for p in python3.11 python3.12 python3 python; do \
	command -v $$p >/dev/null && $$p -c 'import sys, venv, ensurepip; sys.exit(not ((3, 11) <= sys.version_info < (3, 13)))' 2>/dev/null \
	&& { command -v $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
FILE ?=

.PHONY: setup run test lint types check-imports unit coverage test-slow bench lock face-template calibration demo model searched-model study pixel-study installer \
	clean

setup: $(READY)
	@$(BIN)/python tools/system_libraries.py

# torch comes first and with its own requirements, so that whichever build this machine's index offers is complete;
# everything else comes exactly as locked.
$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Lineament needs Python 3.11 or 3.12 with venv (on Debian: apt-get install python3 python3-venv)."; exit 1; }
	@echo "Setting up $(VENV) with $(PYTHON) (once; a few minutes)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock "$$(grep '^torch==' requirements.lock)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

run: setup
	@$(BIN)/python -m lineament_desktop $(FILE)

test: lint types check-imports unit

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy core desktop/lineament_desktop

check-imports: setup
	$(BIN)/lint-imports

# Tests use every core, the window's in processes that never saw the core's; those that watch a clock run one by one.
PARALLEL := --numprocesses auto --maxprocesses 4
unit: export QT_QPA_PLATFORM := offscreen
unit: setup
	OMP_NUM_THREADS=1 $(BIN)/pytest -m "not slow and not clock" $(PARALLEL) tests/core
	OMP_NUM_THREADS=1 $(BIN)/pytest -m "not slow and not clock" $(PARALLEL) --ignore tests/core
	$(BIN)/pytest -m "clock and not slow"

# How much of core/ the tests run through. Apart from `make test`, because watching every line costs half as much again.
coverage: setup
	OMP_NUM_THREADS=1 $(BIN)/pytest -m "not slow" $(PARALLEL) --cov --cov-report=term:skip-covered \
		--cov-fail-under=85 tests/core

# Minutes each: the ten-minute kill-and-resume run, long clips, training.
test-slow: setup
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest -m slow --timeout 3600

bench: setup
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.benchmarks

# What ships in resources/ is made by these. FACES: pictures or videos with neutral faces; CANONICAL: MediaPipe's
# canonical_face_model.obj, from which only the orientation is read.
face-template: setup
	$(BIN)/python tools/make_face_template.py --canonical $(CANONICAL) $(FACES)

calibration: setup
	$(BIN)/python tools/calibrate_action_units.py

demo: setup
	$(BIN)/python tools/make_demo_interview.py

model: setup
	$(BIN)/lineament train --out resources/models/hand_designed

# The model that Review uses: searched for on simulated persons, calibrated and tested on others. RUN: a folder for the run.
RUN ?= out/searched-run
SEARCH := --method drnas_pt --budget 33000 --set folds=5 --set repeats=1 --set search_folds=2 --set search_repeats=1 \
	--set short_list=6 --set rivals=no --set random_candidates=0 --set random_controls=1 --set tuning_steps=0 \
	--set recipe.steps=500 --set recipe.windows=8 --set recipe.validation_windows=4 --set recipe.behaviour=4
searched-model: setup
	$(BIN)/lineament search run --cohort simulated:realistic:2000:7 $(SEARCH) --out $(RUN)
	$(BIN)/lineament models from-search $(RUN) --calibration simulated:realistic:500:8 --test simulated:realistic:700:9 \
		--comparison docs/study/comparison.json --out resources/models/searched

# Hours on two cores; finished cells are kept in docs/study/cells, so it may be stopped and given again.
study: setup
	$(BIN)/python tools/search_study.py

# HMHN and DJ-LDML on drawn faces, and the two that ship: an hour or two on two cores, resumable as above.
pixel-study: setup
	$(BIN)/python tools/pixel_study.py --ship

# The frozen program and, on Linux, a .deb, a self-extracting archive and their sums, in dist/: packaging/README.md.
# Some minutes and 6 GB of disk. VARIANT=gpu makes the larger package.
VARIANT ?= cpu
installer: setup
	LINEAMENT_VARIANT=$(VARIANT) $(BIN)/python packaging/make_installer.py

lock:
	$(PYTHON) tools/lock.py

clean:
	rm -rf $(VENV) out build dist .mypy_cache .ruff_cache .pytest_cache .coverage
