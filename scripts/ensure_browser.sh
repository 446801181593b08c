#!/bin/sh
# The browser tests drive a real Chromium: find one, or install Debian's, or say plainly what to do.
set -eu
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ -n "${ADVISOR_TEST_BROWSER:-}" ] && [ -x "$ADVISOR_TEST_BROWSER" ]; then exit 0; fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing Chromium for the browser tests ..."
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
    exit 0
fi
if .venv/bin/playwright install chromium; then exit 0; fi
echo "The browser tests need Chromium. Install it (Debian: sudo apt-get install chromium) or set" >&2
echo "ADVISOR_TEST_BROWSER to the path of a Chromium or Chrome, then run make test again." >&2
exit 1
