"""Reads a JUnit file with readers that others wrote, and checks what they make of it.

    tests/junit/run.sh BINARY

makes the files and installs the readers: junitparser, junit2html and lxml of PyPI, junit2json of npm. For one file: readers.py reports/junit.xml [--strict] [--results reports/results.json]. With --strict the file must also be valid against
tests/data/junit-strict.xsd, with --results its counts must be those of the results. Exits with 1 and one line for each
finding if something is wrong.
"""

import argparse
import json
import pathlib
import sys

from junit2htmlreport.parser import Junit
from junitparser import Error, Failure, JUnitXml, Skipped
from lxml import etree

KINDS = {"failures": Failure, "errors": Error, "skipped": Skipped}


def findings(path, strict):
    """Yields one line for each thing that is wrong with the file."""
    document = etree.parse(path)
    if strict:
        schema = etree.XMLSchema(etree.parse(pathlib.Path(__file__).parent.parent / "data" / "junit-strict.xsd"))
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


def counted_by_junit2html(path):
    """What the second reader counts; to it, an error is a failure."""
    cases = [case for suite in Junit(str(path)).suites for case in suite.all()]
    return {
        "tests": len(cases),
        "failed": sum(1 for case in cases if case.failed()),
        "skipped": sum(1 for case in cases if case.skipped),
    }


def expected(path):
    """What a file of results says of itself, in the words of JUnit."""
    with open(path, encoding="utf-8") as file:
        results = json.load(file)
    summary, leaks = results["summary"], bool(results.get("leaks"))
    return {
        "tests": sum(summary.values()) + leaks,
        "failures": summary["fail"] + summary["unexpected-pass"],
        "errors": summary["inconclusive"] + summary["not-run"] + leaks,
        "skipped": summary["skipped"] + summary["known-failure"],
    }


def differences(path, results):
    """Yields one line for each count that a reader has and the results have not."""
    wanted = expected(results)
    first = dict.fromkeys(wanted, 0)
    for suite in JUnitXml.fromfile(path):
        for case in suite:
            first["tests"] += 1
            for total, kind in KINDS.items():
                first[total] += any(isinstance(result, kind) for result in case.result)
    if first != wanted:
        yield f"junitparser counts {first}, the results have {wanted}"
    second = counted_by_junit2html(path)
    both = {"tests": wanted["tests"], "failed": wanted["failures"] + wanted["errors"], "skipped": wanted["skipped"]}
    if second != both:
        yield f"junit2htmlreport counts {second}, the results have {both}"
    print(f"{path}: {wanted} by junitparser and junit2htmlreport")


def main():
    """Checks the file that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", help="the JUnit file")
    parser.add_argument("--strict", action="store_true", help="validate against the schema of the strict form")
    parser.add_argument("--results", help="the results that the file was made of")
    arguments = parser.parse_args()
    found = list(findings(arguments.file, arguments.strict))
    if arguments.results:
        found.extend(differences(arguments.file, arguments.results))
    for finding in found:
        print(f"{arguments.file}: {finding}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
