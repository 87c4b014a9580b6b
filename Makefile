# Two commands: `make demo` shows it, `make test` proves it. Both set everything up first.

PYTHON_FOUND := $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
	if $$name -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$name; break; fi; done)
UV_FOUND := $(shell command -v uv 2>/dev/null)
UV ?= $(UV_FOUND)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH_VENV ?= .bench
PYTEST_ARGS ?=
# whole files go to as many processes as there are cores, at most four: what the tests of a file share is made once
SIDE_BY_SIDE ?= -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help demo test fast real parts peers bench soak faults release check docs clean

help:  ## Show the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(READY): pyproject.toml constraints.txt
	@rm -f $(READY)
ifeq ($(strip $(PYTHON_FOUND)),)
	@echo "gridtide needs Python 3.11 or newer with venv; none was found on the path." >&2; exit 1
endif
	@echo "setting up $(VENV) with $(PYTHON_FOUND)$(if $(UV), and uv, and pip)"
ifneq ($(strip $(UV)),)
	@test -x $(BIN)/python || uv venv --quiet --python "$$($(PYTHON_FOUND) -c 'import sys; print(sys.executable)')" $(VENV)
	@uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable . --group dev
else
	@test -x $(BIN)/pip || { rm -rf $(VENV); $(PYTHON_FOUND) -m venv $(VENV); }
	@$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --progress-bar off --quiet --constraint constraints.txt --editable . --group dev
endif
	@touch $(READY)

demo: $(READY)  ## Run the bundled two-site week; the last line is the path of the report
	$(BIN)/gridtide demo

test: $(READY)  ## Run the whole suite
	$(BIN)/python -m pytest $(PYTEST_ARGS)

fast: $(READY)  ## Run what needs neither real data nor a server
	$(BIN)/python -m pytest -m 'not real and not parts and not cluster' --durations=20 --durations-min=5 $(SIDE_BY_SIDE) $(PYTEST_ARGS)

real: $(READY)  ## Run the three real cases whole, about an hour; GRIDTIDE_DATA names the folder of the data
	@for case in carbon_2022 six_markets south_australia; do \
		echo "== examples/real/$$case.toml"; \
		GRIDTIDE_DATA=$${GRIDTIDE_DATA:-$(CURDIR)/../shared/data} $(BIN)/gridtide run examples/real/$$case.toml || exit 1; \
	done

parts: $(READY)  ## Run what needs a real server or browser
	$(BIN)/python -m pytest -m parts $(PYTEST_ARGS)

peers: $(READY)  ## Install the foreign programs that tests of protocols speak with (c104 is GPL-3: never shipped)
ifneq ($(strip $(UV)),)
	@uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable . --group dev --group peers
else
	@$(BIN)/python -m pip install --progress-bar off --quiet --constraint constraints.txt --editable . --group dev --group peers
endif

bench: $(BENCH_VENV)/.ready  ## Compare with foreign programs, installed into an environment of their own
	$(BENCH_VENV)/bin/python benchmarks/w1_microgrid.py
	$(BENCH_VENV)/bin/python benchmarks/waiting_windows.py
	$(BENCH_VENV)/bin/python benchmarks/plan_build.py --size 5x96x10 --check
	$(BENCH_VENV)/bin/python benchmarks/plan_build.py
	$(BENCH_VENV)/bin/gridtide bench twin --workload store --repeats 9
	$(BENCH_VENV)/bin/python benchmarks/size.py

$(BENCH_VENV)/.ready: pyproject.toml constraints.txt | $(READY)
	@echo "setting up $(BENCH_VENV) with the group bench"
	@test -x $(BENCH_VENV)/bin/python || $(BIN)/python -m venv $(BENCH_VENV)
	@$(BENCH_VENV)/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(BENCH_VENV)/bin/python -m pip install --progress-bar off --quiet --constraint constraints.txt --editable . --group bench
	@touch $(BENCH_VENV)/.ready

soak: $(READY)  ## Half an hour of telemetry of 50 sites through the service, and of frames to 50 listeners; memory must stay flat
	$(BIN)/python benchmarks/soak_service.py --minutes 30
	$(BIN)/python benchmarks/feed_clients.py --clients 50 --slow 5 --every 2 --sites 50 --seconds 1800 --warm 60

faults: $(READY)  ## Kill, stop, fill up and cut off what the service stands on; prints what was tried and what survived
	$(BIN)/python -m gridtide.testing.faults

release: $(READY)  ## Build the wheel, and its bill of materials beside it, into dist/
	rm -rf dist
	$(BIN)/python -m build --wheel --outdir dist
	$(BIN)/python -m gridtide.doors.sbom dist/*.whl

check: $(READY)  ## Style, types and the walls of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:  ## Remove what was set up and built
	rm -rf $(VENV) $(BENCH_VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
