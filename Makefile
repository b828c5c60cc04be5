# Kaidian: make help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export CGO_ENABLED ?= 0

.PHONY: help run build check test lint lint-plain race plain fuzz clients ui ui-fresh services bench docs-links

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## the shop with demo data on http://127.0.0.1:9000
	go run ./cmd/kaidian serve --demo

build: ## one static binary: ./kaidian
	go build -trimpath -ldflags "-s -w -X main.version=$$(git describe --tags --always --dirty 2>/dev/null || echo dev)" -o kaidian ./cmd/kaidian

check: services ## the loop while working: format, vet, all Go tests without the race detector
	@scripts/gofmt.sh
	go vet ./...
	@source scripts/env.sh && go test ./...

test: services ## everything that must hold, on a fresh machine
	@$(MAKE) --no-print-directory -j2 lint-plain race
	@$(MAKE) --no-print-directory clients ui-fresh
	@echo "all tests passed"

lint: ## format, vet, staticcheck
	@scripts/gofmt.sh
	go vet ./...
	go tool -modfile=tools/go.mod staticcheck ./...

# One after the other: they build the same. Beside it what is built for the race detector has the other core.
lint-plain:
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory plain

# What keeps something in memory for several goroutines is tested with the race detector, which makes tests several times slower. The
# rest are long tables of requests, queries and texts, and races that the database decides.
RACY := /internal/(platform/(blob|clock|db|event|id|job|limit|mail|netguard|picture|secret|snapshot|webhook)|app$$|api/(httpx|notify)|provider|commerce/(cart|checkout|customer|payment|shop|staff))

race: services ## the Go tests on both engines in which the race detector has something to find
	@source scripts/env.sh && CGO_ENABLED=1 go test -race -timeout 15m $$(go list ./... | grep -E '$(RACY)')
	@source scripts/env.sh && CGO_ENABLED=1 go test -race -run 'Cache|Count|Hot' ./internal/commerce/browse ./internal/api/store

plain: services ## the other Go tests
	@source scripts/env.sh && go test -timeout 15m $$(go list ./... | grep -vE '$(RACY)')

fuzz: ## look for new inputs with every fuzz target, a few seconds each: FUZZTIME=2s; the known ones run with the tests
	@scripts/fuzz.sh

clients: services ## the real clients against the real server
	@source scripts/env.sh && scripts/clients.sh

ui: ## build what a browser loads into ui/dist
	cd ui && npm ci --no-audit --no-fund && npm run build

ui-fresh: ui ## fail when ui/dist is not what ui/ builds
	@git diff --exit-code --stat -- ui/dist && test -z "$$(git status --porcelain -- ui/dist)" || { echo "ui/dist is stale: run 'make ui' and commit it" >&2; exit 1; }

services: ## find or start the PostgreSQL that tests need
	@scripts/services.sh

bench: services ## measure the server against the limit of this machine
	@source scripts/env.sh && go run ./internal/bench
