#!/usr/bin/env bash
# Drives the mock through the official SDKs: tests/sdk/run.sh PATH_OF_KMS_CONFORMANCE
#
# The SDKs are installed from their registries into a cache outside of the source tree, once for each set of pinned
# versions. Every script gets a mock of its own, so that none meets the keys (or the quota) of another. Prints a line
# for each script and what a failed one said; exits 1 if any failed.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
binary=$(realpath -e -- "${1:?usage: run.sh PATH_OF_KMS_CONFORMANCE}") || exit 2
root=${KMS_CONFORMANCE_SDK_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/kms-conformance-sdk}
pins=("$here/python/requirements.txt" "$here/node/package.json" "$here/node/package-lock.json" "$here/rust/Cargo.lock")
version=$({ python3 --version && node --version && rustc --version && cat "${pins[@]}"; } | sha256sum | cut -c1-16) || exit 2
cache=$root/$version
logs=$(mktemp -d) || exit 2
mock=

stop_mock() {
    if [[ -n $mock ]]; then
        kill "$mock" 2>"$logs/kill"
        wait "$mock" 2>>"$logs/kill"
        mock=
    fi
}

trap 'stop_mock; rm -rf -- "$logs"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Installs the pinned SDKs. A half-made installation has no `ready` and is made anew.
install() {
    mkdir -p -- "$root" || return
    exec {lock}>"$root/lock"
    flock "$lock" || return
    if [[ ! -e $cache/ready ]]; then
        rm -rf -- "$cache" && mkdir -p -- "$cache/node" &&
            python3 -m venv "$cache/python" &&
            "$cache/python/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "${pins[0]}" &&
            cp -- "${pins[1]}" "${pins[2]}" "$cache/node/" &&
            npm ci --prefix "$cache/node" --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error &&
            in_rust fetch --quiet &&
            touch "$cache/ready" || return
    fi
    exec {lock}>&-
}

# Runs Cargo on the crate with the SDK for Rust: SUBCOMMAND [ARGUMENT...]. What it builds goes to the cache.
in_rust() {
    CARGO_TARGET_DIR=$cache/rust cargo "$1" --manifest-path "$here/rust/Cargo.toml" --locked "${@:2}"
}

# Nothing of the caller's own cloud account, proxies or module paths reaches the SDKs.
isolated() {
    local name settings=()
    for name in $(compgen -e | grep -iE '^(ALIBABA_?CLOUD_|ALICLOUD_|AWS_|(HTTPS?|ALL)_PROXY$|PYTHON|NODE_)'); do
        settings+=(-u "$name")
    done
    env "${settings[@]}" ALIBABA_CLOUD_ECS_METADATA_DISABLED=true AWS_EC2_METADATA_DISABLED=true NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 \
        PYTHONDONTWRITEBYTECODE=1 NODE_PATH="$cache/node/node_modules" timeout 300 "$@"
}

passed=0
failed=0

# Runs a script against a new mock: NAME PROVIDER COMMAND [ARGUMENT...], with ADDRESS standing for the mock's host:port.
script() {
    local name=$1 provider=$2 log=$logs/$1 address='' count started=$SECONDS trouble=''
    shift 2
    exec {output}< <(exec "$binary" mock --provider "$provider" --listen 127.0.0.1:0 2>"$log.mock")
    mock=$!
    if ! read -r -t 30 address <&"$output"; then
        trouble='the mock did not say its address'
    elif ! isolated "${@/ADDRESS/$address}" >"$log" 2>&1; then
        trouble='see above'
    elif ! kill -0 "$mock" 2>"$logs/kill"; then
        trouble='the mock ended by itself'
    fi
    stop_mock
    exec {output}<&-
    touch "$log"
    count=$(sed -nE 's/^(Ran|ℹ tests|running) ([0-9]+).*/\2/p' "$log")
    if [[ ${count:-0} -eq 0 ]]; then
        trouble=${trouble:-no test was run}
    fi
    if [[ -z $trouble ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        cat -- "$log" "$log.mock"
    fi
    printf '%s: %s (%s tests, %s s)\n' "$name" "${trouble:+FAILED, }${trouble:-passed}" "${count:-0}" "$((SECONDS - started))"
}

install || { printf 'the SDKs could not be installed into %s\n' "$cache" >&2; exit 2; }
# Before its mock is started: the first build takes a minute or two.
in_rust test --quiet --no-run || { printf 'the tests of the SDK for Rust could not be built\n' >&2; exit 2; }

python=$cache/python/bin/python
script python-v1 alibaba "$python" "$here/python/python_v1.py" ADDRESS
script python-v3 alibaba "$python" "$here/python/python_v3.py" ADDRESS
script node-pop-get alibaba node --test-reporter=spec "$here/node/pop.js" ADDRESS GET
script node-pop-post alibaba node --test-reporter=spec "$here/node/pop.js" ADDRESS POST
script node-kms20160120 alibaba node --test-reporter=spec "$here/node/kms20160120.js" ADDRESS
script node-openapi alibaba node --test-reporter=spec "$here/node/openapi.js" ADDRESS
script aws-boto3 aws "$python" "$here/python/aws_boto3.py" ADDRESS
script aws-cli aws "$python" "$here/python/aws_cli.py" ADDRESS
script aws-node aws node --test-reporter=spec "$here/node/aws_kms.js" ADDRESS
# One test after the other, for each moves the clock of all keys.
script aws-rust aws env KMS_MOCK=ADDRESS CARGO_TARGET_DIR="$cache/rust" cargo test --quiet --offline --locked \
    --manifest-path "$here/rust/Cargo.toml" -- --test-threads=1

printf '%s passed, %s failed\n' "$passed" "$failed"
[[ $failed -eq 0 ]]
