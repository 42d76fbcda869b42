#!/usr/bin/env python3
"""Runs the suite against published emulators of AWS KMS: tests/emulators/run.py PATH_OF_KMS_CONFORMANCE [NAME...]

Each emulator is installed from its registry, at a pinned version, into a cache outside of the source tree. It is started
anew for each of two runs on the shortest routes, whose verdicts must be the same. Prints what differs, and the league: of
the calls that the table rejects how many are rejected, and of those that it allows how many work. Exits with 1 if two runs
differ or a run ends otherwise than with verdicts.
"""

import datetime
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import venv

PORT = "{port}"

# Name → what is installed, how it is started, and its environment.
EMULATORS = {
    "moto": (["moto[server,kms]==5.2.5"], ["moto_server", "-H", "127.0.0.1", "-p", PORT], {}),
    "ministack": (
        ["ministack[full]==1.5.33"],
        ["ministack"],
        {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": PORT, "SERVICES": "kms"},
    ),
    "roto-aws": (["roto-aws==0.10.1"], ["roto-server", "--ephemeral", "--port", PORT], {}),
}

# How long an emulator may take to start, and a run to end, in seconds.
START = 60
RUN = 900


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return pathlib.Path(base) / "kms-conformance-emulators"


def install(name, packages):
    """The folder with the programs of an emulator. A half-made installation has no `ready` and is made anew."""
    folder = cache() / packages[0].replace("[", "-").replace("]", "-").replace(",", "-")
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *packages], check=True)
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

    def __init__(self, programs, command, environment, folder):
        self.port = free_port()
        fill = lambda text: text.replace(PORT, str(self.port))
        words = [str(programs / command[0]), *map(fill, command[1:])]
        environment = clean_environment({name: fill(value) for name, value in environment.items()})
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


def run(binary, port, folder):
    """The results of one run."""
    words = [binary, "run", "--provider", "aws", "--endpoint", f"http://127.0.0.1:{port}", "--routes", "canonical"]
    words += ["--quiet", "--reports", str(folder)]
    ended = subprocess.run(words, cwd=folder, env=clean_environment({}), capture_output=True, text=True, timeout=RUN)
    if ended.returncode not in (0, 1, 3):
        raise RuntimeError(f"the run ended with {ended.returncode}: {ended.stderr}")
    return json.loads((folder / "results.json").read_text())


def verdicts(results):
    return {case["id"]: case["verdict"] for case in results["cases"]}


def league(results):
    """[right, judged] of the cells that the table rejects, the same of those that it allows, and the cells that could not be
    judged although a key could be in their state."""
    rejected, allowed, open_cells = [0, 0], [0, 0], 0
    for case in results["cases"]:
        if "state" not in case or case["verdict"] == "skipped":
            continue
        if case["verdict"] not in ("pass", "fail"):
            open_cells += 1
            continue
        counts = allowed if case["expected"]["code"] == "Success" else rejected
        counts[1] += 1
        counts[0] += case["verdict"] == "pass"
    return rejected, allowed, open_cells


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__.splitlines()[0])
    binary = str(pathlib.Path(sys.argv[1]).resolve(strict=True))
    names = sys.argv[2:] or list(EMULATORS)
    bad, lines = False, []

    for name in names:
        packages, command, environment = EMULATORS[name]
        programs = install(name, packages)
        found = []
        try:
            for _ in range(2):
                with tempfile.TemporaryDirectory() as folder:
                    folder = pathlib.Path(folder)
                    with Emulator(programs, command, environment, folder) as emulator:
                        found.append(run(binary, emulator.port, folder))
        except (RuntimeError, subprocess.SubprocessError) as error:
            print(f"{name}: {error}")
            bad = True
            continue

        first, second = map(verdicts, found)
        differ = sorted(id for id in first.keys() | second.keys() if first.get(id) != second.get(id))
        for id in differ:
            print(f"{name}: {id}: {first.get(id)}, then {second.get(id)}")
        bad |= bool(differ)
        rejected, allowed, open_cells = league(found[0])
        seconds = ", ".join(f"{results['duration_ms'] / 1000:.0f} s" for results in found)
        version = packages[0].split("==")[1]
        lines.append(
            f"| {name} {version} | {rejected[0]} of {rejected[1]} | {allowed[0]} of {allowed[1]} | {open_cells} | {seconds} |"
        )

    print(f"\n{datetime.date.today()}, shortest routes\n")
    print("| emulator | rejects what it must | allows what it must | could not be judged | two runs |")
    print("| --- | --- | --- | --- | --- |")
    print("\n".join(lines))
    sys.exit(bad)


if __name__ == "__main__":
    main()
