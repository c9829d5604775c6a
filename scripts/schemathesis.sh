#!/usr/bin/env bash
# Shows a running server to schemathesis, which makes requests from its OpenAPI document:
# as a customer, an agent, a supervisor and an admin. No 5xx, no undocumented status, no
# undocumented content type, no body that is not of its schema.
#
#   scripts/schemathesis.sh [SECONDS_PER_ROLE] [more options of `schemathesis run`]
#
# Needs python3 with venv, and the network once. LINGER names another binary.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
shift || true
version=4.32.5
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
linger=${LINGER:-$target/debug/linger}
venv=$target/schemathesis-$version

[[ -x $linger ]] || { echo "There is no $linger; build it with: cargo build" >&2; exit 1; }
if [[ ! -x $venv/bin/schemathesis ]]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet "schemathesis==$version"
fi

work=$(mktemp -d)
server=
finish() {
    if [[ -n $server ]]; then
        kill "$server" 2>/dev/null || true
        wait "$server" || true
    fi
    rm -rf "$work"
}
trap finish EXIT

until_there() { # FILE: the server has written it
    for _ in $(seq 600); do
        [[ -s $1 ]] && return
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    cat "$work/log" >&2
    exit 1
}

# The demo makes the company and everybody's credentials; `serve` then lifts the limits.
"$linger" demo --data "$work/data" --listen 127.0.0.1:0 --ready-file "$work/ready" \
    >"$work/table" 2>"$work/log" &
server=$!
until_there "$work/ready"
kill "$server"
wait "$server" || true
"$linger" serve --data "$work/data" --listen 127.0.0.1:0 --ready-file "$work/address" \
    --limit all=off --customer-rate unlimited 2>>"$work/log" &
server=$!
until_there "$work/address"
url=$(<"$work/address")

agent() { # supervisor, admin, or empty for one who is neither
    python3 - "$work/ready" "$1" <<'PYTHON'
import json, sys
demo, role = json.load(open(sys.argv[1])), sys.argv[2]
special = {demo.get("supervisor"), demo.get("admin")}
name = demo[role] if role else next(a for a in demo["agents"] if a not in special)
print(f"{name}:{demo['agents'][name]}")
PYTHON
}
customer=$(sed -n 's/^ *maria  *\(eyJ[^ ]*\)$/\1/p' "$work/table")

# The long poll is left out: it waits, as it should, and would spend the whole time.
failed=0
run() { # ROLE TOKEN [OPTIONS]
    local role=$1 token=$2
    shift 2
    echo "== $role"
    # It keeps what it found where it is started.
    env -C "$work" "$venv/bin/schemathesis" run "$url/api/v1/openapi.json" \
        --header "Authorization: Bearer $token" --generation-with-security-parameters false \
        --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
        --phases examples,coverage,fuzzing --max-time "$seconds" --max-examples 40 --seed 1 \
        --continue-on-failure --request-timeout 10 --suppress-health-check all --warnings off \
        --exclude-path-regex '/events$' "$@" || failed=1
    kill -0 "$server" || { echo "the server has ended" >&2; cat "$work/log" >&2; exit 1; }
}
run customer "$customer" "$@"
run agent "$(agent '')" "$@"
run supervisor "$(agent supervisor)" "$@"
run admin "$(agent admin)" "$@"
grep -iE 'panicked|ERROR' "$work/log" && { echo "the log has errors" >&2; failed=1; }
exit $failed
