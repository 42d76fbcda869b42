#!/usr/bin/env python3
"""Runs the suite against published emulators of AWS KMS, and prints the league.

Each emulator is installed from its registry, at a pinned version, into a cache outside of the source tree. It is started
anew for each of two runs on the shortest routes, whose verdicts must be the same, and the same as those of its list of known
failures under examples/known/. Exits with 1 if they are not, or a run ends otherwise than with verdicts.

What is kept: results.json of each emulator, league.md, and league.html with all of them side by side.
"""

import argparse
import concurrent.futures
import contextlib
import datetime
import json
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time

PORT = "{port}"
FOLDER = "{folder}"
ROOT = pathlib.Path(__file__).resolve().parents[2]
KNOWN = ROOT / "examples" / "known"


class Kind:
    """An emulator: how it is installed and started, and what its authors say of it."""

    def __init__(self, version, install, start, environment, claims, python=None, slow=False, isolation="fresh", shards=1):
        self.version = version
        self.install = install
        self.start = start
        self.environment = environment
        # Where its authors say what it does.
        self.claims = claims
        # The version of Python that it needs, if not any.
        self.python = python
        # Whether it takes long to install, so that it is only run when it is named.
        self.slow = slow
        # Whether cases share keys. It is a tour where making keys is most of what the emulator does in a run.
        self.isolation = isolation
        # How many of it share a run. One that does one thing at a time leaves the other processors to its siblings.
        self.shards = shards


EMULATORS = {
    "moto": Kind(
        "5.2.5",
        ["moto[server,kms]==5.2.5"],
        ["moto_server", "-H", "127.0.0.1", "-p", PORT],
        {},
        "https://docs.getmoto.org/en/latest/docs/services/kms.html",
        # It makes an RSA key for each key, also for a symmetric one, and does one thing at a time.
        isolation="tour",
        shards=2,
    ),
    "ministack": Kind(
        "1.5.33",
        ["ministack[full]==1.5.33"],
        ["ministack"],
        {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": PORT, "SERVICES": "kms"},
        "https://pypi.org/project/ministack/",
    ),
    "roto-aws": Kind(
        "0.10.1",
        ["roto-aws==0.10.1"],
        ["roto-server", "--ephemeral", "--port", PORT],
        {},
        "https://pypi.org/project/roto-aws/",
    ),
    # The last open release. Its own lock file pins cbor2 and pyOpenSSL; the other two are what these, and today's Twisted, need.
    "localstack": Kind(
        "2026.3.0",
        ["localstack-core[runtime]==2026.3.0", "cbor2==5.8.0", "pyOpenSSL==25.3.0", "cryptography<47", "service-identity"],
        ["python", "-m", "localstack.runtime.main"],
        {
            "SERVICES": "kms",
            "STRICT_SERVICE_LOADING": "1",
            "DNS_ADDRESS": "0",
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            "DISABLE_EVENTS": "1",
            "GATEWAY_LISTEN": f"127.0.0.1:{PORT}",
            "FILESYSTEM_ROOT": FOLDER,
        },
        "https://docs.localstack.cloud/references/coverage/coverage_kms/",
        python="3.13",
        slow=True,
        # It takes long for RSA keys: those that are made, and those that wrap imported material.
        isolation="tour",
        shards=2,
    ),
    # Some 660 crates: a quarter of an hour.
    "fakecloud": Kind(
        "0.51.0",
        "fakecloud@0.51.0",
        ["fakecloud", "--addr", f"127.0.0.1:{PORT}"],
        {},
        "https://crates.io/crates/fakecloud",
        slow=True,
        isolation="tour",
        shards=3,
    ),
}

# How long an emulator may take to start, and a run to end, in seconds.
START = 60
RUN = 900


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return pathlib.Path(base) / "kms-conformance-emulators"


def interpreter(version):
    """A program that is Python of a version, or this one where any will do."""
    if version is None:
        return [sys.executable]
    for words in ([f"python{version}"], ["uv", "run", "--no-project", "--python", version, "python"]):
        pyenv = {**os.environ, "PYENV_VERSION": version}
        try:
            ran = subprocess.run([*words, "-c", "import sys; print(sys.executable)"], env=pyenv, capture_output=True, text=True)
        except FileNotFoundError:
            continue
        if ran.returncode == 0:
            return [ran.stdout.strip()]
    raise RuntimeError(f"it needs Python {version}, which is not there")


def install(name):
    """The folder with the programs of an emulator. A half-made installation has no `ready` and is made anew."""
    kind = EMULATORS[name]
    folder = cache() / f"{name}-{kind.version}"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(kind.install, str):
            words = ["cargo", "install", "--quiet", "--locked", "--root", str(folder), kind.install]
            subprocess.run(words, check=True)
        else:
            subprocess.run([*interpreter(kind.python), "-m", "venv", str(folder)], check=True)
            pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, *kind.install], check=True)
        (folder / "ready").touch()
    return folder / "bin"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def clean_environment(extra):
    """Nothing of the caller's own account or proxies."""
    own = {name: value for name, value in os.environ.items() if not name.upper().startswith("AWS_")}
    for name in list(own):
        if name.upper() in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            del own[name]
    return {**own, **extra}


class Emulator:
    """A running emulator on a port of its own."""

    def __init__(self, name, folder):
        kind, programs = EMULATORS[name], install(name)
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"

        def fill(text):
            return text.replace(PORT, str(self.port)).replace(FOLDER, str(folder))

        words = [str(programs / kind.start[0]), *map(fill, kind.start[1:])]
        environment = clean_environment({name: fill(value) for name, value in kind.environment.items()})
        self.log = open(folder / "emulator.log", "w")
        self.process = subprocess.Popen(words, cwd=folder, env=environment, stdout=self.log, stderr=self.log)

    def __enter__(self):
        end = time.monotonic() + START
        while time.monotonic() < end and self.process.poll() is None:
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.1)
        self.__exit__()
        raise RuntimeError(f"it did not start within {START} s")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def run_shard(binary, endpoint, folder, isolation, known, shard):
    """Runs a shard, whose results are then in the folder."""
    words = [binary, "run", "--provider", "aws", "--endpoint", endpoint, "--routes", "canonical", "--seed", "1"]
    words += ["--isolation", isolation, "--shard", shard, "--quiet", "--reports", str(folder)]
    if known is not None and known.exists():
        words += ["--known", str(known)]
    ended = subprocess.run(words, cwd=folder, env=clean_environment({}), capture_output=True, text=True, timeout=RUN)
    if ended.returncode not in (0, 1, 3):
        raise RuntimeError(f"the run ended with {ended.returncode}: {ended.stderr}")


def run(binary, name, folder, isolation, shards, known):
    """Runs the suite against as many emulators as there are shards, each new and on a port of its own. Gives the results, the
    seconds that the run took, and of the emulators' processor time and our own."""
    places = [folder / str(number) for number in range(1, shards + 1)]
    with contextlib.ExitStack() as stack:
        emulators = []
        for place in places:
            place.mkdir()
            emulators.append(stack.enter_context(Emulator(name, place)))

        begin, at = processor_time(), time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(shards) as pool:
            jobs = [
                pool.submit(run_shard, binary, emulator.endpoint, place, isolation, known, f"hash:{place.name}/{shards}")
                for emulator, place in zip(emulators, places)
            ]
            for job in jobs:
                job.result()
        seconds, own = time.monotonic() - at, processor_time() - begin
    emulators = processor_time() - begin - own

    return merged(binary, folder, [place / "results.json" for place in places]), seconds, emulators, own


def merged(binary, folder, files):
    """The file of the results of all shards."""
    if len(files) == 1:
        return files[0]
    # They are of one target, as far as a league is concerned, whatever port each had.
    first = json.loads(files[0].read_text())["target"]
    for file in files:
        file.write_text(json.dumps({**json.loads(file.read_text()), "target": first}))
    whole = folder / "results.json"
    subprocess.run([binary, "report", "merge", *map(str, files), "--json", str(whole)], check=True, capture_output=True, text=True)
    return whole


def verdicts(results):
    return {case["id"]: (case["verdict"], case.get("kind")) for case in results["cases"]}


def is_settled(case):
    """Whether the list of known failures has nothing to say of a case, or says what came."""
    # What an account may not do is no failure, so no list takes it; the two runs must agree on it all the same.
    refused = case["verdict"] == "inconclusive" and case.get("kind") == "refusal"
    return refused or case["verdict"] in ("pass", "known-failure", "skipped")


def surprises(results):
    """What the list of known failures says otherwise."""
    return {case["id"]: case["verdict"] for case in results["cases"] if not is_settled(case)}


def write_known(binary, name, results):
    """Writes the list of known failures of an emulator anew. It names no target, for everybody has it on another port."""
    kind, path = EMULATORS[name], KNOWN / f"{name}.toml"
    head = f"# {name} {kind.version}, measured on {datetime.date.today()} on the shortest routes by tests/emulators/run.py --write-known.\n"
    with tempfile.TemporaryDirectory() as folder:
        fresh = pathlib.Path(folder) / path.name
        words = [binary, "known", "--provider", "aws", "--update", str(fresh), "--results", str(results)]
        words += ["--reason", f"{name} {kind.version} differs from the published table.", "--until", "2027-12-31"]
        subprocess.run(words, check=True, capture_output=True, text=True)
        lines = fresh.read_text().splitlines(keepends=True)
    KNOWN.mkdir(parents=True, exist_ok=True)
    path.write_text(head + "".join(line for line in lines if not line.startswith("target")))


def processor_time():
    """The seconds that processes which this one started, and which have ended, took of a processor."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def judge(binary, name, keep, write, isolation, shards):
    """Runs the suite twice. Gives what each run took, and whether something is wrong."""
    known, found, took = KNOWN / f"{name}.toml", [], []
    install(name)
    for _ in range(2):
        with tempfile.TemporaryDirectory() as folder:
            file, seconds, emulators, own = run(
                binary, name, pathlib.Path(folder), isolation, shards, None if write else known
            )
            found.append(json.loads(file.read_text()))
            side_by_side = f" on {shards} of them side by side" if shards > 1 else ""
            took.append(
                f"{seconds:.0f} s{side_by_side} (of processor time {emulators:.0f} s the emulator, {own:.0f} s the program)"
            )
            shutil.copy(file, keep)

    bad = False
    first, second = map(verdicts, found)
    for id in sorted(first.keys() | second.keys()):
        if first.get(id) != second.get(id):
            print(f"{name}: {id}: {first.get(id)}, then {second.get(id)}")
            bad = True
    if write:
        write_known(binary, name, keep)
        return took, bad
    if not known.exists():
        print(f"{name}: there is no {known.relative_to(ROOT)}: write it with --write-known")
        return took, True
    for id, verdict in surprises(found[0]).items():
        print(f"{name}: {id}: {verdict}, which {known.relative_to(ROOT)} does not say")
        bad = True
    return took, bad


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", type=pathlib.Path, help="the program kms-conformance")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(EMULATORS)} [default: those that install quickly]")
    parser.add_argument("--all", action="store_true", help="those too that take long to install")
    parser.add_argument("--reports", type=pathlib.Path, default=ROOT / "target" / "emulators", help="where results are kept")
    parser.add_argument("--isolation", choices=["fresh", "tour"], help="whether cases share keys [default: as is quickest]")
    parser.add_argument("--shards", type=int, metavar="N", help="how many of each emulator share a run [default: as is quickest]")
    parser.add_argument("--write-known", action="store_true", help="write the lists of known failures anew")
    arguments = parser.parse_args()

    if unknown := [name for name in arguments.names if name not in EMULATORS]:
        parser.error(f"there is no emulator {unknown[0]}")
    binary = str(arguments.binary.resolve(strict=True))
    names = arguments.names or [name for name, kind in EMULATORS.items() if arguments.all or not kind.slow]
    arguments.reports.mkdir(parents=True, exist_ok=True)
    bad, columns = False, []
    for name in names:
        keep = arguments.reports.resolve() / f"{name}.json"
        try:
            isolation = arguments.isolation or EMULATORS[name].isolation
            shards = arguments.shards or EMULATORS[name].shards
            took, wrong = judge(binary, name, keep, arguments.write_known, isolation, shards)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            print(f"{name}: {error}")
            bad = True
            continue
        bad |= wrong
        print(f"{name}: {' and '.join(took)}", flush=True)
        columns.append((name, keep))

    if columns:
        league(binary, columns, arguments.reports)
    sys.exit(bad)


def league(binary, columns, folder):
    """Prints the league, and writes it beside a page that has all results side by side."""
    files = [str(file) for _, file in columns]
    labels = [f"[{name}]({EMULATORS[name].claims}) {EMULATORS[name].version}" for name, _ in columns]
    plain = [f"{name} {EMULATORS[name].version}" for name, _ in columns]

    def named(labels):
        return [word for label in labels for word in ("--name", label)]

    table = subprocess.run([binary, "report", "league", *files, *named(labels)], check=True, capture_output=True, text=True)
    subprocess.run([binary, "report", "html", *files, *named(plain), "--out", str(folder / "league.html")], check=True)
    text = f"{table.stdout}\n{datetime.date.today()}, `tests/emulators/run.py`, shortest routes\n"
    (folder / "league.md").write_text(text)
    print(f"\n{text}")


if __name__ == "__main__":
    main()
