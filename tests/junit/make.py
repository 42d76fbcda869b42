"""Makes results with hostile texts, and results of 10,000 cases, of given ones: make.py RESULTS HOSTILE MANY"""

import json
import sys

HOSTILE = "]]></failure></testcase><testcase name='x'/><!-- & &#0; \" ' \u0000\u001b[31m\U0001f600\ufffe\u202e </system-out>"


def write(path, results):
    """Results with a summary that counts their cases."""
    for verdict in results["summary"]:
        results["summary"][verdict] = sum(case["verdict"] == verdict for case in results["cases"])
    results["suite"]["cases"] = len(results["cases"])
    results.pop("blockers", None)
    results.pop("routes", None)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(results, file)


def main():
    """Makes both."""
    given, hostile, many = sys.argv[1:]
    with open(given, encoding="utf-8") as file:
        results = json.load(file)
    for case in results["cases"]:
        if case["reason"]:
            case["reason"] += HOSTILE
        case["clause"] = case["edition"] = HOSTILE
        case["route"] = [HOSTILE]
        case["id"] += f"/{HOSTILE}"
        case.setdefault("notes", []).append(HOSTILE)
        for outcome in ("expected", "actual"):
            if outcome in case:
                case[outcome]["code"] = HOSTILE
        for exchange in case["exchanges"]:
            exchange["request"]["url"] = exchange["request"]["body"] = HOSTILE
            if "answer" in exchange:
                exchange["answer"]["body"] = HOSTILE
    results["notices"] = [HOSTILE]
    results["cases"].sort(key=lambda case: case["id"].encode())
    write(hostile, results)

    with open(given, encoding="utf-8") as file:
        results = json.load(file)
    originals = results["cases"]
    copies = range(10_000)
    results["cases"] = [dict(originals[n % len(originals)]) for n in copies]
    for number, case in enumerate(results["cases"]):
        case["id"] += f"/copy-{number:05}"
    results["cases"].sort(key=lambda case: case["id"].encode())
    write(many, results)


if __name__ == "__main__":
    main()
