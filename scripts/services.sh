#!/usr/bin/env bash
# Finds the PostgreSQL server that tests use, or installs one and starts a private cluster in .tools. Tests make their
# own databases on it and drop them. Set KAIDIAN_TEST_POSTGRES to a URL that may create databases to use your own.
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"
mkdir -p .tools

reaches() { command -v psql >/dev/null && psql -X -q -t -d "$1" -c 'select 1' >/dev/null 2>&1; }
keep() { printf 'export KAIDIAN_TEST_POSTGRES=%q\n' "$1" > .tools/env; }

for url in "${KAIDIAN_TEST_POSTGRES:-}" "$( [ -f .tools/env ] && source .tools/env && echo "${KAIDIAN_TEST_POSTGRES:-}" )" \
	"postgres://root@127.0.0.1:5432/postgres" "postgres://postgres@127.0.0.1:5432/postgres"; do
	[ -n "$url" ] || continue
	if reaches "$url"; then keep "$url"; exit 0; fi
done
[ -z "${KAIDIAN_TEST_POSTGRES:-}" ] || { echo "KAIDIAN_TEST_POSTGRES is set but cannot be reached" >&2; exit 1; }

bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }
if [ -z "$(bin)" ] && ! command -v initdb >/dev/null; then
	command -v apt-get >/dev/null || { echo "tests need PostgreSQL: install it, or set KAIDIAN_TEST_POSTGRES" >&2; exit 1; }
	as_root=(); [ "$(id -u)" = 0 ] || as_root=(sudo)
	"${as_root[@]}" apt-get update -qq
	DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends postgresql postgresql-client >/dev/null
fi
export PATH="$(bin):$PATH"

# PostgreSQL refuses to run as root: then its own user runs the cluster.
port=54329 data="$PWD/.tools/postgres" run=()
if [ "$(id -u)" = 0 ]; then
	data=/var/tmp/kaidian-test-postgres
	mkdir -p "$data" && chown postgres "$data" && chmod 700 "$data"
	run=(runuser -u postgres --)
fi
[ -f "$data/PG_VERSION" ] || "${run[@]}" "$(command -v initdb)" -D "$data" -U root -A trust -E UTF8 --locale=C >/dev/null
"${run[@]}" "$(command -v pg_ctl)" -D "$data" -w -l "$data/log" -o "-p $port -k $data -c listen_addresses=127.0.0.1 -c max_connections=300" start >/dev/null ||
	{ tail -5 "$data/log" >&2; exit 1; }
url="postgres://root@127.0.0.1:$port/postgres"
reaches "$url" || { echo "PostgreSQL was started but does not answer at $url" >&2; exit 1; }
keep "$url"
