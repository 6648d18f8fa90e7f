# Everything here installs what it needs; `make demo` and `make test` work on a fresh clone.

SWIFT_FLAGS := --explicit-target-dependency-import-check error
VENV := .venv
PYTHON := $(CURDIR)/$(VENV)/bin/python
SOURCES := Package.swift Sources Tests Plugins handlers/Package.swift handlers/Sources handlers/Tests
BOTCTL := $(CURDIR)/.build/release/botctl
PREFIX ?= /usr/local

export BOTCTL_TEST_PYTHON := $(PYTHON)

.PHONY: help setup build test test-unit test-handlers test-web test-e2e soak demo local bench lint format docs install \
	clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.installed ## Install what a fresh Debian machine lacks (libraries, Python tools)
	@.ci/setup system

$(VENV)/.installed: Tests/requirements.txt .ci/setup
	@.ci/setup system
	@.ci/setup python $(VENV)

build: setup ## Build botctl (.build/release/botctl)
	swift build -c release --product botctl --static-swift-stdlib $(SWIFT_FLAGS)

test: setup lint test-web test-unit test-handlers test-e2e ## Everything that must hold: unit, golden, fuzz and end-to-end tests

test-unit: setup
	@.ci/swift-test . $(SWIFT_FLAGS)

test-handlers: setup
	@.ci/swift-test handlers $(SWIFT_FLAGS)

test-web:
	@.ci/setup browser
	@node --test Tests/Web/*.test.mjs

test-e2e: build
	@.ci/setup browser
	$(PYTHON) -m pytest -q Tests/EndToEnd
	BOTCTL_E2E_GATEWAY=off $(PYTHON) -m pytest -q -m connections Tests/EndToEnd

soak: build ## Failures at length: 100 customers × 20 messages (SOAK_SEED=n for another run), 300 broken deployments
	SOAK_SOCKETS=$(or $(SOAK_SOCKETS),100) SOAK_MESSAGES=$(or $(SOAK_MESSAGES),20) \
		$(PYTHON) -m pytest -q -s Tests/EndToEnd/test_soak.py
	BOTCTL_FAULT_SEEDS=$(or $(FAULT_SEEDS),300) $(PYTHON) -m pytest -q Tests/EndToEnd/test_faulty_aws.py

demo: build ## From botctl.yml to a chatting bot on a local AWS, and back to nothing
	@Tests/EndToEnd/demo.sh $(BOTCTL)

local: build ## A local AWS to deploy to; Ctrl-C stops it
	@$(BOTCTL) local

bench: build ## Speed and size beside the peers, medians of one run
	$(PYTHON) Tests/Benchmarks/bench.py $(BOTCTL)

lint: ## Formatting and style, as CI checks them
	swift format lint --strict --recursive --parallel $(wildcard $(SOURCES))

format: ## Format every Swift file
	swift format --in-place --recursive --parallel $(wildcard $(SOURCES))

docs: build ## Show that the commands in the documents are botctl's own
	$(PYTHON) -m pytest -q Tests/EndToEnd/test_docs.py

install: build ## Install botctl into PREFIX (/usr/local)
	install -D -m 0755 $(BOTCTL) $(DESTDIR)$(PREFIX)/bin/botctl

clean: ## Remove everything that was built
	rm -rf .build .botctl handlers/.build handlers/.build-lambda $(VENV)
