#!/bin/sh
# JUnit XML as three readers understand it that others wrote: tests/junit/run.sh BINARY
#
# The files: every verdict, hostile texts everywhere, and 10,000 cases, each in the usual and in the strict form. Installs the readers from
# PyPI and npm into the user's cache folder. The exit code is 1 if a reader counts otherwise than the results.
set -eu

if [ $# -ne 1 ]; then
    echo "usage: $0 BINARY" >&2
    exit 2
fi
binary=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kms-conformance/junit
mkdir -p "$cache"
if ! "$cache/venv/bin/python" -c 'import junitparser, junit2htmlreport, lxml' 2>/dev/null; then
    python3 -m venv "$cache/venv"
    "$cache/venv/bin/pip" install --quiet 'junitparser==5.*' 'junit2html==31.*' lxml
fi
if [ ! -d "$cache/node_modules/junit2json" ]; then
    (cd "$cache" && npm install --silent --no-save --prefix . junit2json@4 >&2)
fi
cp "$here/readers.mjs" "$cache/readers.mjs"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cp "$here/../data/results.json" every.json
"$cache/venv/bin/python" "$here/make.py" every.json hostile.json many.json
failed=0
for name in every hostile many; do
    for strict in "" --strict; do
        "$binary" report junit "$name.json" $strict --out "$name$strict.xml"
        "$cache/venv/bin/python" "$here/readers.py" "$name$strict.xml" $strict --results "$name.json" || failed=1
        node "$cache/readers.mjs" "$work/$name.json" "$work/$name$strict.xml" || failed=1
    done
done
exit $failed
