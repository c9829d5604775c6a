#!/usr/bin/env bash
# Runs a command with the Node.js of this project in front of the system's, if
# scripts/setup.sh had to install one: scripts/node.sh npm ci
set -euo pipefail
own="$HOME/.cache/linger/node/node_modules/node/bin"
[[ -x "$own/node" ]] && PATH="$own:$PATH"
exec "$@"
