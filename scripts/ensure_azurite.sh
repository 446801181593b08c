#!/bin/sh
# The adapters of Azure Storage are tested against Azurite: find it, or install it with npm, or say plainly what to do.
set -eu
cd "$(dirname "$0")/../tests/azure"
installed=node_modules/.package-lock.json
if [ -x node_modules/.bin/azurite ] && [ "$installed" -nt package-lock.json ]; then exit 0; fi
if command -v npm >/dev/null 2>&1; then
    echo "Installing Azurite for the tests of Azure Storage ..."
    if npm ci --ignore-scripts --no-audit --no-fund --silent; then exit 0; fi
fi
echo "The adapters of Azure Storage are not tested: Azurite is not installed." >&2
echo "Install Node.js with npm (Debian: sudo apt-get install npm) and run make test again." >&2
if [ "${CI:-}" = true ]; then exit 1; fi
