#!/usr/bin/env bash
# Builds the server and runs the published clients against it, on both engines. KAIDIAN_TEST_POSTGRES names the
# PostgreSQL to use; see scripts/services.sh. One of the clients is a browser: Chromium, or what KAIDIAN_CHROMIUM names.
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"
missing=()
for tool in node:nodejs npm:npm curl:curl openssl:openssl; do
	command -v "${tool%:*}" >/dev/null || missing+=("${tool#*:}")
done
if [ -z "${KAIDIAN_CHROMIUM:-}" ] && ! [ -x /usr/bin/chromium ]; then
	missing+=(chromium fonts-noto-cjk)
fi
if [ ${#missing[@]} -gt 0 ]; then
	command -v apt-get >/dev/null || { echo "the client tests need Node.js 20 or later, npm, curl, openssl and Chromium; missing: ${missing[*]}" >&2; exit 1; }
	as_root=(); [ "$(id -u)" = 0 ] || as_root=(sudo)
	"${as_root[@]}" apt-get update -qq
	DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
mkdir -p .tools
go build -o .tools/kaidian ./cmd/kaidian
cd test/clients
npm ci --no-audit --no-fund --loglevel=error
KAIDIAN_BIN="$PWD/../../.tools/kaidian" node --test --test-reporter=spec
