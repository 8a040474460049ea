# What can be done here: make help.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

GO       ?= go
GOTEST   ?= $(GO) test
FUZZTIME ?= 30s
BENCH    ?= .
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
PLATFORMS = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64
# Packages with goroutines that share something.
CONCURRENT = ./sources/... ./ui/screen/... ./ui ./cmd/nightjar/...

LINT     = .tools/bin/golangci-lint
BUILD    = $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)"

export CGO_ENABLED = 0

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z][a-z0-9-]*:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## bin/nightjar, stripped, for this machine
	$(BUILD) -o bin/nightjar ./cmd/nightjar

.PHONY: run
run: build ## the dashboard of this machine; make run ARGS=--demo
	./bin/nightjar $(ARGS)

.PHONY: test
test: ## every test that needs nothing but Go
	$(GOTEST) ./...

.PHONY: race
race: ## tests of the concurrent packages under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GOTEST) -race -short $(CONCURRENT)

.PHONY: lint
lint: $(LINT) ## golangci-lint: correctness, style, import arrows, file lengths
	$(LINT) run ./...

$(LINT): .tools/go.mod .tools/go.sum
	cd .tools && $(GO) build -trimpath -ldflags "-s -w" -o bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint

.PHONY: fmt
fmt: $(LINT) ## format as lint wants it
	$(LINT) fmt

.PHONY: bench
bench: ## benchmarks with allocations; make bench BENCH=Diff
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./...

.PHONY: bench-logs
bench-logs: ## logs beside lnav and ripgrep on a made-up file of SIZE (1GiB): ours, theirs, ratio, promised
	GO='$(GO)' .ci/bench-logs

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (30s) each
	FUZZTIME=$(FUZZTIME) .ci/fuzz

.PHONY: e2e
e2e: ## the real program in a real terminal (tmux); says what it skips
	GOTEST='$(GOTEST)' .ci/e2e

.PHONY: cross
cross: ## builds and vets for linux and darwin, amd64 and arm64
	@for p in $(PLATFORMS); do \
		echo "build $$p"; \
		GOOS=$${p%/*} GOARCH=$${p#*/} $(BUILD) -o bin/nightjar-$${p%/*}-$${p#*/} ./cmd/nightjar; \
	done
	GOOS=darwin $(GO) vet ./...

.PHONY: cover
cover: ## test coverage by package, and coverage.out for go tool cover
	$(GO) test -coverprofile=coverage.out ./...
	@$(GO) tool cover -func=coverage.out | tail -n 1

.PHONY: check
check: test rest ## all that CI runs

.PHONY: rest
rest: build cross lint race fuzz e2e # what is left of check after test
