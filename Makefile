# The commands of the project. `make help` lists them.
#
# RocksDB is a quarter of an hour of C++ on two cores. So it is compiled with the same
# flags for every target here (Cargo.toml), into one directory outside the clone, through
# ccache: once for run, test and bench, and not again for a second clone.

SHELL := /bin/bash
export CARGO_TARGET_DIR ?= $(HOME)/.cache/linger/target
export CCACHE_DIR ?= $(HOME)/.cache/linger/ccache
export CCACHE_NOHASHDIR ?= 1
export CCACHE_MAXSIZE ?= 2G
export CC = ccache cc
export CXX = ccache c++

DATA ?= ./data/demo
LISTEN ?= 127.0.0.1:8080
ROUNDS ?= 200
AS ?= customer:maria
ARGS ?=
TARGETS ?= frames json tokens records guard
SECONDS_EACH ?= 120

.PHONY: help setup browser ui run talk test test-server test-ui test-pages bench torture fuzz schemathesis lint fmt doc deny advisories

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 16

setup: ## install what the build needs besides Rust and a C++ compiler
	@scripts/setup.sh

browser: ## install what the tests of the pages need as well
	@scripts/setup.sh browser

ui: setup ## build the pages (ui/) that the binary embeds
	@scripts/pages.sh

# The same profile as `make test`: a fresh machine compiles the dependencies once for
# both. It is optimised enough to try everything; measure with `make bench`.
run: ui ## a sample company on $(DATA), with addresses and tokens to try
	cargo run --locked --bin linger -- demo --sample --data $(DATA) --listen $(LISTEN) $(ARGS)

talk: setup ## a terminal client of the demo: make talk AS=customer:maria
	cargo run --locked --quiet --bin linger -- talk --as $(AS) --credentials $(DATA)/demo-credentials.json $(ARGS)

# One test program after the other: some of them measure memory or kill servers, and
# would disturb each other.
test: test-server test-ui test-pages ## every test

test-server: ui ## the tests of the server: make test-server ARGS="--test server"
	cargo test --locked $(ARGS)

test-ui: ui ## types, lints, sizes and unit tests of the pages; those of the SDK use the real server
	cargo build --locked --bin linger
	cd ui && ../scripts/node.sh npm run --silent check
	cd ui && ../scripts/node.sh npm run --silent lint
	cd ui && ../scripts/node.sh npm run --silent size
	cd ui && LINGER_BIN=$(CARGO_TARGET_DIR)/debug/linger ../scripts/node.sh npm run --silent test

test-pages: browser ui ## the pages in Chromium against the real server: make test-pages ARGS="-g offer"
	cargo build --locked --bin linger
	cd ui && LINGER_BIN=$(CARGO_TARGET_DIR)/debug/linger ../scripts/node.sh npm run --silent e2e -- $(ARGS)

bench: ui ## speed against a bare pipe, restart with a full store, one decision of assignment
	cargo bench --locked $(ARGS)

torture: ui ## kill the server ROUNDS times under load; nothing may be lost
	LINGER_TORTURE_ROUNDS=$(ROUNDS) cargo test --locked --test kill -- --nocapture $(ARGS)

# linger has no unsafe code, so there is nothing for a sanitizer to see but RocksDB, which
# no target calls; without one RocksDB need not be compiled again.
fuzz: setup ## each of TARGETS for SECONDS_EACH from fuzz/seeds (nightly Rust, cargo-fuzz)
	@for target in $(TARGETS); do \
	    mkdir -p fuzz/corpus/$$target && echo "== $$target" && \
	    cargo +nightly fuzz run --sanitizer none --target-dir $(CARGO_TARGET_DIR)/fuzz $$target \
	        fuzz/corpus/$$target fuzz/seeds/$$target -- \
	        -max_total_time=$(SECONDS_EACH) -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 || exit 1; \
	done

schemathesis: setup ## requests made from the OpenAPI document, as every role (python3, once the network)
	cargo build --locked --bin linger
	scripts/schemathesis.sh $(SECONDS_EACH) $(ARGS)

lint: setup ## formatting and clippy
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings

fmt: ## format the sources
	cargo fmt

doc: setup ## the documentation of the code; a broken link is an error
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items

deny: ## licences and sources of the dependencies (needs cargo-deny)
	cargo deny --locked check bans licenses sources

advisories: ## known vulnerabilities of the dependencies (needs cargo-deny and the network)
	cargo deny --locked check advisories
