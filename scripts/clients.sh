#!/usr/bin/env bash
# Builds the server and runs the published clients against it, on both engines.
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"
command -v node >/dev/null || {
	command -v apt-get >/dev/null || { echo "the client tests need Node.js 20 or later" >&2; exit 1; }
	apt-get update -qq && apt-get install -y -qq nodejs npm >/dev/null
}
mkdir -p .tools
go build -o .tools/kaidian ./cmd/kaidian
cd test/clients
npm ci --no-audit --no-fund --silent
KAIDIAN_BIN="$PWD/../../.tools/kaidian" node --test --test-reporter=spec
