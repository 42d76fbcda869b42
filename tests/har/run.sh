#!/bin/sh
# A recording, by the published JSON Schema of HAR 1.2 (har-validator of npm): tests/har/run.sh BINARY
set -eu

if [ $# -ne 1 ]; then
    echo "usage: $0 BINARY" >&2
    exit 2
fi
binary=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kms-conformance/har
mkdir -p "$cache"
if [ ! -d "$cache/node_modules/har-validator" ]; then
    (cd "$cache" && npm install --silent --no-save --prefix . har-validator@5 >&2)
fi
cp "$here/validate.cjs" "$cache/"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$binary" run -q --routes canonical --progress none --record run.har --fault drop-after,probability=0.02 > /dev/null || true
node "$cache/validate.cjs" "$work/run.har"
