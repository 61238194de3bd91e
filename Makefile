# The verbs of this project. `make help` lists them.
#
# Everything that has to be installed besides rustup, git, Python 3, Node 20 and make is installed here.

.DEFAULT_GOAL := help
.PHONY: help run test lint build fmt codegen venv infra synth deploy cost probe replay lambda secrets rehearse invoke soak bench fuzz

VENV := .venv
STAMP := $(VENV)/.installed
NODE := tests/javascript/node_modules
# cargo-nextest runs tests in parallel processes; without it, cargo's own runner does.
NEXTEST := $(shell cargo nextest --version >/dev/null 2>&1 && echo yes)
CARGO_TEST := $(if $(NEXTEST),cargo nextest run,cargo test)
# Journeys through the synthesized template instead of `coldforge serve`; `make test` sends those of some suites, `make rehearse` all.
REHEARSED = COLDFORGE_DOOR=rehearsal COLDFORGE_BIN=$(CURDIR)/target/debug/coldforge \
  COLDFORGE_REHEARSAL=$(CURDIR)/target/debug/rehearsal $(CARGO_TEST) --workspace
SOME_SUITES := authorization files own_operations tokens

help: ## List the verbs
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

run: ## Build the service and run it on ./coldforge-data (ARGS="--listen 127.0.0.1:8080" changes settings)
	cargo run --release -p local -- serve $(ARGS)

test: lint venv build infra ## Check everything
	COLDFORGE_BIN=$(CURDIR)/target/debug/coldforge $(CARGO_TEST) --workspace
	$(REHEARSED) $(SOME_SUITES:%=--test %)

lint: ## Check formatting and lints
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

# Features of dependencies are those of the whole workspace, as in the tests: so nothing is built in two variants.
build: ## Build the service with debug settings
	cargo build --workspace --bins --example first_administrator

fmt: ## Format all sources
	cargo fmt --all

codegen: ## Regenerate the API types and the registry of functions
	cargo run -p xtask -- codegen

venv: $(STAMP) $(NODE) ## Make the Python environment and the Node modules with the AWS clients that the tests use

$(STAMP): tests/python/requirements.txt
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --requirement tests/python/requirements.txt
	touch $@

$(NODE): tests/javascript/package-lock.json
	npm ci --prefix tests/javascript --ignore-scripts --no-audit --no-fund --silent
	touch $@

# The packages of the CDK app; npm writes this file when it has installed all of them.
CDK := infra/node_modules/.package-lock.json

$(CDK): infra/package-lock.json infra/.npmrc
	cd infra && npm ci --silent
	touch $@

infra: venv synth ## Check the CDK app and the template that it makes
	cd infra && npm test --silent
	$(VENV)/bin/cfn-lint --ignore-checks W3005 --template infra/cdk.out/*.template.json

# The second template is for the rehearsal alone; CDK's checks, which take most of the time, are made of the first one.
synth: $(CDK) ## Make the CloudFormation template (infra/cdk.out); needs no account and no network
	cd infra && npx cdk synth --quiet $(ARGS)
	cd infra && npx tsx test/with-event-bus.ts cdk.out/event-bus/coldforge.template.json

deploy: $(CDK) lambda ## Build the functions and deploy them into the AWS account that the AWS CLI would use
	cd infra && npx cdk deploy --context deploying=true $(ARGS)

cost: synth ## Compute what a deployment costs, from the template and list prices, and write it into infra/README.md
	cd infra && npm run --silent cost

probe: venv ## Check a deployment: make probe ENDPOINT=https://… API=https://…/live (outputs of the stack)
	ENDPOINT=$(ENDPOINT) API=$(API) $(VENV)/bin/python infra/probe.py

replay: venv ## Tell again what the consumer of the stream gave up on: make replay QUEUE=https://sqs… FUNCTION=coldforge-ConsumeChanges
	QUEUE=$(QUEUE) FUNCTION=$(FUNCTION) $(VENV)/bin/python infra/replay.py

lambda: venv ## Build the Lambda functions' binary (target/lambda/bootstrap)
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" cargo lambda build --profile function --compiler cargo --skip-target-check -p bootstrap

secrets: venv build ## Run the end-to-end suites with everything logged; no secret may be in any log, record or table
	COLDFORGE_LOG=trace COLDFORGE_BIN=$(CURDIR)/target/debug/coldforge $(CARGO_TEST) --workspace $(if $(NEXTEST),-E 'package(tests)')

rehearse: venv build synth ## Bring the synthesized template up on this machine and send the end-to-end suite through it
	@echo "These journeys need what only coldforge serve has:" && target/debug/rehearsal left-out
	$(REHEARSED) $(if $(NEXTEST),-E 'package(tests) & kind(test)',--tests)

invoke: venv build ## Invoke one Lambda function with its sample event (F=GetRepository)
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" python tests/python/invoke.py $(F)

soak: venv build ## Run what takes long: a 1 GB file, 50,000 commits, 10,000 refs, 200 kills, 200 pull requests, thousands of histories against git, a million policies
	COLDFORGE_BIN=$(CURDIR)/target/debug/coldforge cargo test -p tests --features soak --test soak --test pull_request_lives -- --nocapture
	cargo test -p git --features soak --test selection
	MERGE_HISTORIES=5000 cargo test -p git --test merging
	CHANGES=10000 cargo test -p notify --test notify lives
	POLICIES=1000000 cargo test -p auth --test policy random_documents -- --nocapture

bench: venv synth ## Compare with C git's http-backend behind lighttpd (BENCH_REPO=/path names a real repository), and tell what operations and decisions cost
	@PATH="$$PATH:/usr/sbin" command -v lighttpd >/dev/null || apt-get install --yes lighttpd
	cargo build --release -p local -p tests --bin coldforge --bin bench
	target/release/bench
	$(VENV)/bin/python infra/cost/measure.py target/release/coldforge > target/calls.json
	cd infra && npm run --silent operations -- ../target/calls.json
	cargo bench --quiet -p auth --bench decisions

FUZZ_TARGETS := git/pkt_line git/commands git/fetch git/pack git/delta git/objects api/body auth/policy

fuzz: ## Fuzz every parser of strangers' bytes, or T=git/pack alone, for S=60 seconds each; needs cargo-fuzz and a nightly compiler
	@for target in $(or $(T),$(FUZZ_TARGETS)); do \
	  echo "fuzzing $$target"; \
	  (cd crates/$${target%/*} && cargo +nightly fuzz run $${target#*/} -- -max_total_time=$(or $(S),60)) || exit 1; \
	done
