"""How long `watch` takes from a change of a case file to the last line of the run: watch.py BINARY [CHANGES]

The clone's case files are copied to a folder that is removed at the end. Each change adds a comment to the file of a row, and
the time ends with the line that counts its cases.
"""

import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

CASES = pathlib.Path(__file__).resolve().parent.parent / "cases"
FILES = ["alibaba/matrix/encrypt.yaml", "alibaba/matrix/describe-key.yaml", "aws/matrix/encrypt.yaml"]
LAST = re.compile(r"^\d[\d,]* cases?: ")


def last_line(output) -> str:
    for line in output:
        if LAST.match(line):
            return line.strip()
    raise SystemExit("watch has ended")


def main() -> None:
    binary = pathlib.Path(sys.argv[1]).resolve()
    changes = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    with tempfile.TemporaryDirectory() as folder:
        cases = pathlib.Path(folder, "cases")
        shutil.copytree(CASES, cases)
        with subprocess.Popen([binary, "watch", cases], cwd=folder, stdout=subprocess.PIPE, text=True) as watch:
            assert watch.stdout.readline().startswith("watching ")
            for name in FILES:
                times = []
                for _ in range(changes):
                    # So that the change falls anywhere between two looks at the files.
                    time.sleep(0.2 + 0.15 * len(times) / changes)
                    begin = time.monotonic()
                    with open(cases / name, "a", encoding="utf-8") as file:
                        file.write("# changed\n")
                    line = last_line(watch.stdout)
                    times.append(1000 * (time.monotonic() - begin))
                print(f"{name}: {statistics.median(times):.0f} ms, {max(times):.0f} ms at most ({line.split(' · ')[0]})")
            watch.terminate()


if __name__ == "__main__":
    main()
