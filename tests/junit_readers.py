"""Reads a JUnit file with readers that others wrote, and checks what they make of it.

    python3 -m venv VENV && VENV/bin/pip install junitparser lxml
    VENV/bin/python tests/junit_readers.py reports/junit.xml [--strict]

With --strict the file must also be valid against tests/data/junit-strict.xsd. Exits with 1 and one line for each
finding if something is wrong.
"""

import argparse
import pathlib
import sys

from junitparser import Error, Failure, JUnitXml, Skipped
from lxml import etree

KINDS = {"failures": Failure, "errors": Error, "skipped": Skipped}


def findings(path, strict):
    """Yields one line for each thing that is wrong with the file."""
    document = etree.parse(path)
    if strict:
        schema = etree.XMLSchema(etree.parse(pathlib.Path(__file__).parent / "data" / "junit-strict.xsd"))
        if not schema.validate(document):
            yield from (f"line {error.line}: {error.message}" for error in schema.error_log)

    seen = set()
    sums = dict.fromkeys(["tests", *KINDS], 0)
    for suite in JUnitXml.fromfile(path):
        counts = dict.fromkeys(sums, 0)
        for case in suite:
            identity = (case.classname, case.name)
            label = f"{case.classname} {case.name}"
            if identity in seen:
                yield f"{label}: it is there twice, readers drop one"
            seen.add(identity)
            if case.classname != suite.name:
                yield f"{label}: it stands in suite {suite.name}"
            if len(case.result) > 1:
                yield f"{label}: it has {len(case.result)} results"
            counts["tests"] += 1
            for result in case.result:
                for total, kind in KINDS.items():
                    counts[total] += isinstance(result, kind)
                if not result.message or not result.type:
                    yield f"{label}: its result has no message or no type"
                elif not (result.text or "").startswith(result.message):
                    yield f"{label}: its text does not begin with its message"
        for total, counted in counts.items():
            sums[total] += counted
            if getattr(suite, total) != counted:
                yield f"suite {suite.name}: {total} is {getattr(suite, total)}, counted {counted}"

    root = document.getroot()
    for total, counted in sums.items():
        stated = root.get(total)
        if stated is None and strict and total == "skipped":
            continue
        if stated != str(counted):
            yield f"root: {total} is {stated}, counted {counted}"
    if not seen:
        yield "it has no cases"


def main():
    """Checks the file that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", help="the JUnit file")
    parser.add_argument("--strict", action="store_true", help="validate against the schema of the strict form")
    arguments = parser.parse_args()
    found = list(findings(arguments.file, arguments.strict))
    for finding in found:
        print(f"{arguments.file}: {finding}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
