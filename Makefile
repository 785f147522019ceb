# Every target sets up what it needs; a second call installs nothing.
PYTHON ?= python3
OUT ?= demo
STUDY ?= studies/first
PIP_FLAGS ?= --quiet --disable-pip-version-check
# To take PyTorch's CPU build where the default index brings CUDA: make demo TORCH_INDEX=<address of PyTorch's CPU index>
TORCH_INDEX ?=

BIN := .venv/bin
READY := .venv/.ready
READY_DEV := .venv/.ready-dev
READY_STUDIO := .venv-studio/.ready
READY_BENCH := .venv/.ready-bench
SETS ?=
SIZES ?= 500 5000 100000
# Processes of the tests; each starts servers of its own. One thread of linear algebra each: more would wait for one another.
JOBS ?= 2
SPREAD = -n $(JOBS) --dist loadfile --no-loadscope-reorder
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

.PHONY: help setup studio demo pictures up down test test-quick test-long lint types bench bench-review bench-pull bench-intervals bench-claims bench-suggest bench-waves bench-report bench-landmarks bench-scale bench-precision adapter pairs clean

help: ## Show these targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## Install Rechki into .venv
studio: $(READY_STUDIO) ## Install Label Studio into .venv-studio

demo: $(READY) $(READY_STUDIO) ## The example from cards to a report, in the folder OUT (demo)
	$(BIN)/rechki demo --out $(OUT)

pictures: demo $(READY_DEV) ## The pictures of the report in docs/, taken of the demo's report
	RECHKI_REPORT=$(OUT)/report/index.html RECHKI_PICTURES=docs $(BIN)/python -m pytest -q tests/reports/test_report_in_chromium.py -k picture

up: $(READY) $(READY_STUDIO) ## Start Label Studio and Prefect for people, and propose STUDY
	$(BIN)/rechki up $(STUDY)

down: $(READY) ## Stop what 'make up' started
	$(BIN)/rechki down

test: $(READY_DEV) $(READY_STUDIO) ## The whole test suite, with a real Label Studio, a real Prefect and a real browser
	$(ONE_THREAD) $(BIN)/python -m pytest $(SPREAD) --durations=15

test-quick: $(READY_DEV) ## Only the tests that start no Label Studio, no Prefect and no browser
	$(ONE_THREAD) $(BIN)/python -m pytest $(SPREAD) -m "not real and not long"

test-long: $(READY_DEV) $(READY_STUDIO) ## Tests of ten minutes and more: several people at once, a study left to itself
	$(BIN)/python -m pytest -m long -s

lint: $(READY_DEV) ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY_DEV) ## mypy --strict
	$(BIN)/mypy

bench: $(READY_BENCH) ## Proposals beside BERTopic and others, on the sets here and on SETS (CSV: text, code)
	$(BIN)/python benchmarks/clusters.py $(SETS)

bench-review: $(READY) $(READY_STUDIO) ## What a whole review costs, through a real Label Studio
	$(BIN)/python benchmarks/reviewing.py $(SETS)

bench-pull: $(READY) $(READY_STUDIO) ## What taking decisions out of Label Studio costs
	$(BIN)/python benchmarks/pulling.py

bench-claims: $(READY) ## How often a report claims a difference that is none
	$(BIN)/python benchmarks/claims.py

bench-intervals: $(READY) ## How often the interval of B holds the truth, beside other intervals
	$(BIN)/python benchmarks/intervals.py

bench-suggest: $(READY_BENCH) ## How good codes are that a new wave is given from a coded one
	$(BIN)/python benchmarks/suggesting.py

bench-waves: $(READY) ## What a second wave costs a person beside the first, and its alarms
	$(BIN)/python benchmarks/waves.py $(SETS)

bench-report: $(READY) ## What a report of 5,000 phrases costs: megabytes and seconds, file by file
	$(BIN)/python benchmarks/report.py

bench-landmarks: $(READY) ## What grouping a sample of the phrases costs in quality, where all can be compared
	$(ONE_THREAD) $(BIN)/python benchmarks/landmarks.py

bench-scale: $(READY_DEV) ## What 500, 5,000 and 100,000 phrases cost, step by step (an hour of encoding); SIZES="500 5000" is quick
	$(ONE_THREAD) $(BIN)/python benchmarks/scale.py --sizes $(SIZES)

bench-precision: $(READY_BENCH) ## The encoder in 16 and 8 bits and by ONNX Runtime: speed, quality, steadiness
	$(BIN)/python benchmarks/precision.py

adapter: $(READY) ## Train the encoder's adapter anew from training/data (two seeds and a map: 72 minutes beside other work)
	$(BIN)/python training/adapter.py

pairs: $(READY) ## Train anew how likely two phrases share a code, from training/data/answers (two minutes)
	$(BIN)/python training/pairs.py

clean: ## Remove the environments
	rm -rf .venv .venv-studio

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name it: make PYTHON=/path/to/python3.11 …"; exit 1; }
	$(PYTHON) -m venv .venv

$(READY): pyproject.toml constraints.txt | .venv/bin/python
	@echo "Setting up .venv: about 2 minutes and 2 GB, once."
	$(if $(TORCH_INDEX),$(BIN)/pip install $(PIP_FLAGS) -c constraints.txt --index-url $(TORCH_INDEX) torch)
	$(BIN)/pip install $(PIP_FLAGS) -c constraints.txt -e .
	@touch $@

$(READY_DEV): $(READY)
	$(BIN)/pip install $(PIP_FLAGS) -c constraints.txt -e '.[dev,postgres,dask]'
	@touch $@

$(READY_BENCH): $(READY)
	$(BIN)/pip install $(PIP_FLAGS) -c constraints.txt -e '.[bench]'
	@touch $@

# The migrated, empty database made here lets a Label Studio start in seconds.
$(READY_STUDIO): constraints-studio.txt | $(READY)
	@echo "Setting up .venv-studio (Label Studio): about 2 minutes and 1 GB, once."
	test -x .venv-studio/bin/python || $(PYTHON) -m venv .venv-studio
	.venv-studio/bin/pip install $(PIP_FLAGS) -r constraints-studio.txt
	rm -rf .venv-studio/rechki-template
	$(BIN)/python -m annotation.server
	@touch $@
