# Sourced: names the PostgreSQL that scripts/services.sh found or started.
root=$(git rev-parse --show-toplevel)
# shellcheck disable=SC1091
[ -f "$root/.tools/env" ] && source "$root/.tools/env"
