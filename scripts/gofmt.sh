#!/usr/bin/env bash
# Fails when a Go file is not gofmt-ed.
set -euo pipefail
bad=$(git ls-files -co --exclude-standard '*.go' | xargs -r gofmt -l)
[ -z "$bad" ] || { printf 'not gofmt-ed:\n%s\n' "$bad" >&2; exit 1; }
