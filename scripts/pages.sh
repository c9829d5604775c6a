#!/usr/bin/env bash
# Builds the pages (ui/) into ui/dist, which the binary embeds. Does nothing if they are
# newer than everything they are made of.
set -euo pipefail
cd "$(dirname "$0")/../ui"
node="../scripts/node.sh"

# npm keeps a copy of what it installed; an interrupted install has none.
if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
    echo "Installing the packages of the pages with npm …"
    # Not `npm ci`: the lock has the native parts of the platform it was written on alone, and npm
    # adds those of another one only here.
    "$node" npm install --no-save --no-fund --no-audit --loglevel=error
    touch node_modules/.package-lock.json
fi

built=dist/.built
changed() {
    find . -name node_modules -prune -o -path ./dist -prune -o -path './*/dist' -prune \
        -o -path ./e2e -prune -o -type f -newer "$built" -print -quit
}
if [[ ! -e "$built" || -n "$(changed)" ]]; then
    "$node" npm run build --silent
    touch "$built"
fi
