#!/usr/bin/env bash
# Runs every fuzz target for FUZZTIME (default 2s).
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"
grep -rl --include='*_test.go' '^func Fuzz' internal cmd | sort -u | while read -r file; do
	dir=$(dirname "$file")
	grep -oE '^func Fuzz[A-Za-z0-9_]+' "$file" | sed 's/^func //' | while read -r target; do
		echo "fuzz ./$dir $target"
		go test "./$dir" -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-2s}" >/tmp/kaidian-fuzz.$$ 2>&1 || { cat /tmp/kaidian-fuzz.$$ >&2; exit 1; }
	done
done
rm -f /tmp/kaidian-fuzz.$$
