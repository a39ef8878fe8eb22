# proofwipe: `make demo` and `make test` are all a newcomer needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
export PYTHONPATH :=

.PHONY: demo test again check mutants slow bench verify-page test-page usb-rig usb-rig-shell clean

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "proofwipe needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench,dev]'
	touch $(INSTALLED)

demo: $(INSTALLED)  ## virtual phones from plug to paper, into out/demo
	$(BIN)/proofwipe demo --out out/demo

test: $(INSTALLED)  ## everything but the slow runs; needs a few Debian packages and says which
	$(BIN)/python -m pytest -m "not slow and not page" -n 3 --dist loadgroup --cov --cov-report=term

again: $(INSTALLED)  ## what failed in the last `make test`, one at a time: tells a loaded machine from a mistake
	$(BIN)/python -m pytest --last-failed --last-failed-no-failures none -m "not slow and not page" -n 0

check: $(INSTALLED)  ## style, types, import direction
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

mutants: $(INSTALLED)  ## removes each evidence rule and each verifier check in turn: the suite must notice
	$(BIN)/python -m tools.mutants

LIVES := 20000
slow: $(INSTALLED)  ## the long runs: 20,000 lives in virtual time (LIVES=...), PDF/A preflight
	PROOFWIPE_LIVES=$(LIVES) $(BIN)/python -m pytest -m slow -n 2 --timeout 1700

bench: $(INSTALLED)  ## ratios within one run, on this machine
	$(BIN)/python -m benchmarks.run

# The offline page: Python for the browser from npm, compiled wheels from PyPI, both pinned by hash.
PAGE := dist/verify.html
WHEELS := out/offline_page/wheels
NODE_MODULES := offline_page/node_modules/.installed

$(NODE_MODULES): offline_page/package.json offline_page/package-lock.json
	cd offline_page && npm ci
	touch $@

$(WHEELS)/.complete: offline_page/wheels.txt $(INSTALLED)
	rm -rf $(WHEELS)
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --dest $(WHEELS) --no-deps --require-hashes \
	    --only-binary :all: --python-version 3.14 --implementation cp --abi cp314 \
	    --platform pyemscripten_2026_0_wasm32 --requirement offline_page/wheels.txt
	touch $@

verify-page: $(NODE_MODULES) $(WHEELS)/.complete  ## the verifier in one HTML file: dist/verify.html
	node offline_page/build.mjs $(WHEELS) $(PAGE)

test-page: verify-page  ## that file in a real Chromium: every golden paper, phones, codes, no network
	$(BIN)/python -m pytest -m page tests/offline_page --timeout 900

usb-rig: $(INSTALLED)  ## virtual phones on a real USB stack, in a small virtual machine; root; ONLY="honest lies" for some
	PYTHONPATH=.:hardware-fixtures $(BIN)/python -m rig $(if $(ONLY),--only $(ONLY))

usb-rig-shell: $(INSTALLED)  ## a shell in that machine, with the phones of SCENARIO="honest" or another
	$(if $(SCENARIO),USB_RIG_SCENARIO=$(SCENARIO)) PYTHONPATH=.:hardware-fixtures $(BIN)/python -m rig --shell

clean:
	rm -rf $(VENV) out dist offline_page/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
