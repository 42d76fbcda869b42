"""What the checks share: the list of them, looks at the page, and something to look at."""

import json

from kms import Refused

CHECKS = []

POLLS = "performance.getEntriesByType('resource').filter((entry) => entry.name.endsWith('/_mock/state')).length"


def check(function):
    """Makes a function a check; its docstring is its line in the output."""
    CHECKS.append(function)
    return function


def rows(browser):
    return browser.run("return document.querySelectorAll('#key-rows tr').length")


def row_text(browser, key):
    script = "return [...document.querySelectorAll('#key-rows tr')].find((row) => row.innerText.includes(arguments[0]))?.innerText"
    return browser.run(script, key) or ""


def wait_for_rows(browser, count):
    browser.until("return document.querySelectorAll('#key-rows tr').length === arguments[0]", count)


def counts(browser):
    script = "return [...document.querySelectorAll('.node')].map((node) => [node.dataset.state, node.querySelector('.count').textContent])"
    return dict(browser.run(script))


def now(browser):
    return browser.run("return document.getElementById('now').dateTime")


def wait_for_polls(browser, more):
    start = browser.run(f"performance.clearResourceTimings(); return {POLLS}")
    browser.until(f"return {POLLS} >= arguments[0]", start + more)


def fill(kms):
    """Keys in every state, with everything that the page shows."""
    orders = kms.create_key(Description="Orders database, encrypts card numbers")
    kms.call("CreateAlias", KeyId=orders, AliasName="alias/orders")
    kms.call("CreateAlias", KeyId=orders, AliasName="alias/orders-of-the-previous-generation-of-the-database")
    tags = [{"TagKey": "team", "TagValue": "payments"}, {"TagKey": "env", "TagValue": "staging"}]
    kms.call("TagResource", KeyId=orders, Tags=json.dumps(tags))
    reports = kms.create_key(Description="Reports")
    kms.call("DisableKey", KeyId=reports)
    vault = kms.create_key(Origin="EXTERNAL", Description="Brought from the vault")
    kms.call("CreateAlias", KeyId=vault, AliasName="alias/brought")
    old = kms.create_key(Novelty=1)
    kms.call("ScheduleKeyDeletion", KeyId=old, PendingWindowInDays=7)
    for key in (reports, vault, old):
        refused(kms, "Encrypt", KeyId=key, Plaintext="aGVsbG8=")
    kms.call("Encrypt", KeyId=orders, Plaintext="aGVsbG8=")
    kms.admin("PUT", "faults", {"seed": 7, "rules": ["throttle=Rejected.Throttling,operation=ListKeys", "latency=1ms..2ms"]})
    refused(kms, "ListKeys")
    kms.admin("PUT", "deviations", ["Decrypt:Disabled=Success"])
    return {"Enabled": orders, "Disabled": reports, "PendingImport": vault, "PendingDeletion": old}


def refused(kms, action, **parameters):
    try:
        kms.call(action, **parameters)
    except Refused as refusal:
        return str(refusal)
    raise AssertionError(f"{action} was not refused")
