# proofwipe: `make demo` and `make test` are all a newcomer needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
export PYTHON
export PYTHONPATH :=
# Containers often forbid Python to keep what it compiled; then each of some hundred processes compiles everything again.
unexport PYTHONDONTWRITEBYTECODE
.NOTPARALLEL:

.PHONY: campaign demo serve-demo pictures test check man mutants slow bench fresh-machine wheel debian-package test-debian-package release-files verify-page test-page detection detection-browser usb-rig usb-rig-shell clean release-edition

# What a target needs from Debian and Python, before it begins: installed, or named in one line and exit 2.
need-%:
	@packaging/set-up.sh install $*

$(INSTALLED): pyproject.toml constraints.txt
	@packaging/set-up.sh install
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench,dev]'
	touch $(INSTALLED)

demo: $(INSTALLED)  ## virtual phones from plug to paper, into out/demo
	$(BIN)/proofwipe demo --out out/demo

serve-demo: $(INSTALLED)  ## the service on virtual phones that come and go, until Ctrl-C, in out/serve-demo
	$(BIN)/python -m tools.serve_demo

pictures: need-page $(INSTALLED)  ## screenshots of that in docs/pictures, by a real Chromium
	$(BIN)/python -m tools.serve_demo.pictures

test: need-test $(INSTALLED)  ## the suite, in minutes; TESTS="tests/wipe" for some of it; COVERAGE=1 with its branch coverage, and the floor
	$(BIN)/python -m tools.run_tests $(if $(COVERAGE),measured unmeasured,pure wire) -- $(TESTS)
	$(if $(COVERAGE),$(BIN)/coverage report)

check: $(INSTALLED)  ## style, types, import direction
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.release_edition --check
	$(BIN)/python -m tools.openapi_changes

man: $(INSTALLED)  ## manual pages, made from the commands, into packaging/man
	$(BIN)/python -m tools.make_man --out packaging/man
	$(BIN)/python -m tools.make_man --lang zh --out packaging/man/zh_CN

release-edition: $(INSTALLED)  ## freezes the law in work for ever: NAME=2026.11
	$(BIN)/python -m tools.release_edition $(NAME)

mutants: $(INSTALLED)  ## removes each evidence rule and each verifier check in turn: the suite must notice
	$(BIN)/python -m tools.mutants

slow: LIVES := 20000
slow: need-test need-slow $(INSTALLED)  ## what `make test` leaves out: 20,000 lives in virtual time (LIVES=...), PDF/A preflight
	PROOFWIPE_LIVES=$(LIVES) $(BIN)/python -m tools.run_tests slow slow-wire

SEED := 1
campaign: LIVES := 1000000
campaign: $(INSTALLED)  ## 1,000,000 lives (LIVES=...) drawn by SEED into docs/campaign.md; stopped, it goes on
	$(BIN)/python -m tools.campaign --lives $(LIVES) --seed $(SEED) --workers 2

bench: need-bench $(INSTALLED)  ## ratios within one run, on this machine
	$(BIN)/python -m benchmarks.run

# Something that computes, something that drives shells, something that drives tools; the whole suite runs elsewhere.
FRESH_TESTS := tests/test_set_up.py tests/wipe/test_judge.py tests/wipe/overwrite tests/virtual_phones/adb/test_real_tools_adb.py tests/certs/keys/test_tokens.py
fresh-machine: need-fresh-machine $(INSTALLED)  ## `make demo` and `make test` in a Debian that has nothing; root
	$(BIN)/python -m tools.fresh_machine $(FRESH_TESTS)

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

verify-page: need-page $(NODE_MODULES) $(WHEELS)/.complete  ## the verifier in one HTML file: dist/verify.html
	node offline_page/build.mjs $(WHEELS) $(PAGE)

test-page: verify-page  ## that file in a real Chromium, and some of it in a real Firefox: every golden paper, phones, codes, no network; the dashboard and the page of checks in Chromium
	$(BIN)/python -m tools.run_tests page -- tests/offline_page tests/station/service/pages tests/station/checking tests/grading

detection: need-page $(INSTALLED)  ## seeded faults and healthy phones by the rules of the page of checks, into docs/detection.md; some 15 minutes
	$(BIN)/python -m tools.make_detection $(if $(ONLY),--only $(ONLY))

detection-browser: need-page $(NODE_MODULES) $(INSTALLED)  ## the same in a real Chromium, 20 runs a row, into its second half; ONLY="motion" for some
	$(BIN)/python -m tools.make_detection --browser $(if $(ONLY),--only $(ONLY))

VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
WHEEL := dist/proofwipe-$(VERSION)-py3-none-any.whl
wheel: $(INSTALLED)  ## the program without its libraries: dist/proofwipe-….whl
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m build --wheel --outdir dist . > /dev/null

debian-package: wheel  ## for a bench: dist/proofwipe_….deb, with the libraries it was tested with
	$(BIN)/python -m tools.debian_package --wheel $(WHEEL) --out dist

release-files: wheel debian-package verify-page  ## what is handed out, and dist/SHA256SUMS to compare it with
	cd dist && sha256sum verify.html $(notdir $(WHEEL)) proofwipe_$(VERSION)_*.deb > SHA256SUMS && cat SHA256SUMS

test-debian-package: need-fresh-machine debian-package  ## that package installed, used, removed and purged in a Debian that has nothing; root
	$(BIN)/python -m tools.debian_trial dist/proofwipe_$(VERSION)_$(shell dpkg --print-architecture).deb

usb-rig: need-usb-rig $(INSTALLED)  ## virtual phones on a real USB stack, in a small virtual machine; root; ONLY="honest lies" for some, WHOLE=1 for every cut
	$(if $(WHOLE),USB_RIG_WHOLE=1) PYTHONPATH=.:hardware-fixtures $(BIN)/python -m rig $(if $(ONLY),--only $(ONLY))

usb-rig-shell: need-usb-rig $(INSTALLED)  ## a shell in that machine, with the phones of SCENARIO="honest" or another
	$(if $(SCENARIO),USB_RIG_SCENARIO=$(SCENARIO)) PYTHONPATH=.:hardware-fixtures $(BIN)/python -m rig --shell

clean:
	rm -rf $(VENV) out dist offline_page/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
