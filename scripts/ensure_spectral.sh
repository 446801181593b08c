#!/bin/sh
# docs/openapi.yaml is linted by Spectral: find it, or install it with npm, or say plainly what to do.
set -eu
cd "$(dirname "$0")/../tests/conformance"
installed=node_modules/.package-lock.json
if [ -x node_modules/.bin/spectral ] && [ "$installed" -nt package-lock.json ]; then exit 0; fi
if command -v npm >/dev/null 2>&1; then
    echo "Installing Spectral for the test of the API's description ..."
    if npm ci --ignore-scripts --no-audit --no-fund --silent; then exit 0; fi
fi
echo "docs/openapi.yaml is not linted: Spectral is not installed." >&2
echo "Install Node.js with npm (Debian: sudo apt-get install npm) and run make test again." >&2
if [ "${CI:-}" = true ]; then exit 1; fi
