#!/bin/sh
# Scanned pages are read by Tesseract: find it, or install Debian's, or say plainly what to do.
set -eu
if command -v tesseract >/dev/null 2>&1; then exit 0; fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing Tesseract for the tests of scanned pages ..."
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq tesseract-ocr >/dev/null
    exit 0
fi
echo "Tests of scanned pages are left out: Tesseract is not installed." >&2
echo "Install it (Debian: sudo apt-get install tesseract-ocr) and run make test again." >&2
