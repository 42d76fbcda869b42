#!/bin/sh
# Drives the mock's page and the page of results in a headless Chromium: tests/page/run.sh BINARY [FOLDER-FOR-PICTURES]
#
# PICTURE=.github/report.png makes the picture of the README instead, of a real run.
# ONLY=report: runs the checks whose line has that in it. Prints a line for each check and at the end `N passed, N failed`; the exit code is 1 if any has failed.
# Installs what is missing: Chromium and its driver from Debian (as root), Selenium and axe-core from PyPI into a
# virtual environment in the user's cache folder.
set -eu

if [ $# -lt 1 ]; then
    echo "usage: $0 BINARY [FOLDER-FOR-PICTURES]" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
venv=${XDG_CACHE_HOME:-$HOME/.cache}/kms-conformance/page-tests

if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null || ! python3 -m venv --help >/dev/null 2>&1; then
    {
        apt-get update
        DEBIAN_FRONTEND=noninteractive apt-get install -y chromium chromium-driver python3-venv
    } >&2
fi
if ! "$venv/bin/python" -c 'import selenium, axe_core_python' 2>/dev/null; then
    python3 -m venv "$venv" >&2
    "$venv/bin/pip" install --quiet 'selenium==4.*' 'axe-core-python==0.1.*' >&2
fi
if [ -n "${PICTURE:-}" ]; then
    PYTHONDONTWRITEBYTECODE=1 exec "$venv/bin/python" "$here/picture.py" "$1" "$PICTURE"
fi
PYTHONDONTWRITEBYTECODE=1 exec "$venv/bin/python" "$here/checks.py" "$@"
