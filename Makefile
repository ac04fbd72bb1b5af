# make demo   the whole thing on this machine: a bad release, found, rolled back, verified, proved
# make test   everything, including the end-to-end run with real Prometheus and Alertmanager
# Both set themselves up; what they need is Python 3.11 or newer, git and make.

PYTHON  ?= python3
RUNTIME ?= 3.13
ARCH    ?= arm64
HOST_PY  = $$($(VENV)/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
HOST_CPU = $$(uname -m | sed 's/aarch64/arm64/')
VENV    := .venv
UV      := $(VENV)/bin/uv
RUN     := $(VENV)/bin/python
SERVICES = runbooks/services.yaml $(wildcard $(if $(RUNBOOKS_DIR),$(RUNBOOKS_DIR)/services.yaml))
STAMP   := $(VENV)/.ready
SAM     := .venv-sam

.PHONY: setup setup-sam setup-cloud setup-browser setup-learn check test demo up down build build-here score vocabulary proof gameday format clean help

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: $(STAMP) setup-cloud setup-sam  ## prepare .venv and the local cloud (idempotent)

$(STAMP): infra/requirements/dev.txt infra/requirements/bootstrap.txt functions/requirements.txt pyproject.toml
	@infra/bootstrap.sh $(PYTHON) $(VENV)
	@touch $@

setup-cloud: $(STAMP)
	@$(RUN) -m infra.local install

setup-browser:  ## Debian's Chromium, for the tests that open a page of ours (as root)
	@command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }

setup-sam: $(STAMP) $(SAM)/.ready

$(SAM)/.ready: infra/requirements/sam.txt
	@echo "setting up the template linters in $(SAM)"
	@$(UV) venv -q --clear --python $(RUN) $(SAM)
	@$(UV) pip sync -q --require-hashes --python $(SAM)/bin/python infra/requirements/sam.txt
	@touch $@

check: setup  ## format, lint, types, runbooks, template
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/responder lint
	$(VENV)/bin/responder rules check
	$(RUN) -m infra.grafana check
	$(RUN) -m infra.remediation_blocks check runbooks/services.yaml
	$(SAM)/bin/cfn-lint infra/template.yaml infra/serving.yaml infra/examples/sagemaker.yaml infra/examples/ecs.yaml
	for one in template serving; do AWS_DEFAULT_REGION=us-east-1 SAM_CLI_TELEMETRY=0 \
		$(SAM)/bin/sam validate --lint --template infra/$$one.yaml || exit 1; done
	$(SAM)/bin/python -m infra.lint_policies

test: setup setup-learn build-here  ## all tests, end to end included
	$(RUN) -m pytest

demo: $(STAMP) setup-cloud build-here  ## a bad release on the practice fleet, healed and proved
	@$(RUN) -m infra.local demo

up: $(STAMP) setup-cloud build-here  ## the practice cloud, left running until Ctrl-C
	@$(RUN) -m infra.local up

down: $(STAMP)  ## end what a killed run left behind
	@$(RUN) -m infra.local down

build: $(STAMP)  ## the artifact to deploy (RUNTIME=3.13 ARCH=arm64 RUNBOOKS_DIR=your/pages)
	@$(RUN) -m infra.build --python $(RUNTIME) --arch $(ARCH) $(if $(RUNBOOKS_DIR),--runbooks $(RUNBOOKS_DIR))
	@$(RUN) -m infra.remediation_blocks write $(SERVICES) --output build/template.yaml

build-here: $(STAMP)
	@$(RUN) -m infra.build --python $(HOST_PY) --arch $(HOST_CPU) --output build/here

proof: $(STAMP) setup-cloud  ## every crash point, time-out and walk; 200 kills; two real Alertmanagers: half an hour
	$(RUN) -m pytest tests/workflow tests/test_gameday.py tests/contract_kit tests/standing --proof

gameday: $(STAMP) setup-cloud build-here  ## every scenario on the simulated clock, then live in the practice cloud
	@$(VENV)/bin/responder gameday
	@$(VENV)/bin/responder gameday --live

score: $(STAMP)  ## how well the classifier tells the failure modes apart
	@$(RUN) -m tests.corpus.score

vocabulary: setup-learn  ## learn anew from the labelled lines which words usually stand where
	@$(RUN) -m tests.corpus.learn

setup-learn: $(VENV)/.learns

$(VENV)/.learns: infra/requirements/learn.txt $(STAMP)
	@$(UV) pip install -q --require-hashes --python $(RUN) -r infra/requirements/learn.txt
	@touch $@

format: $(STAMP)  ## format and fix what can be fixed
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

clean:  ## remove everything that was made
	rm -rf build .venv .venv-cloud .venv-sam .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis
