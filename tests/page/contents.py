"""What the page shows and does."""

from selenium.webdriver.common.keys import Keys

from browser import Browser
from kms import MockProcess
from looking import check, counts, fill, now, row_text, rows, wait_for_polls, wait_for_rows


@check
def keys_appear(binary, _):
    """keys, states, aliases, tags and the log appear after calls of the API, by themselves"""
    with MockProcess(binary) as kms, Browser() as browser:
        browser.open(kms.endpoint)
        assert rows(browser) == 0
        keys = fill(kms)
        wait_for_rows(browser, 4)
        browser.until("return document.querySelectorAll('#deviations li').length === 1")
        for state, key in keys.items():
            assert state in row_text(browser, key), row_text(browser, key)
        orders = row_text(browser, keys["Enabled"])
        for text in ("Orders database", "Aliyun_KMS", "2024-01-02 03:04:05", "alias/orders", "team=payments"):
            assert text in orders, (text, orders)
        assert "2024-01-09 03:04:05" in row_text(browser, keys["PendingDeletion"])
        assert "EXTERNAL" in row_text(browser, keys["PendingImport"])
        assert counts(browser) == dict.fromkeys(keys, "1"), counts(browser)
        text = browser.run("return document.body.innerText")
        facts = ["CreateKey Novelty", "Decrypt:Disabled=Success", "seed 7", "latency=1ms..2ms", "409 Rejected.Disabled"]
        for fact in [*facts, "429 Rejected.Throttling", "alias/brought"]:
            assert fact in text, fact
        counters = browser.run("return [...document.querySelectorAll('#counters > div')].map((pair) => pair.innerText)")
        assert any(counter.split() == ["CreateKey", "4"] for counter in counters), counters
        kms.call("EnableKey", KeyId=keys["Disabled"])
        browser.until("return document.querySelector('.node[data-state=\"Enabled\"] .count').textContent === '2'")


@check
def graph_follows(binary, _):
    """the state graph marks the transition of a key, the state of the chosen key and its transitions"""
    with MockProcess(binary) as kms, Browser() as browser:
        browser.open(kms.endpoint)
        key = kms.create_key()
        wait_for_rows(browser, 1)
        kms.call("DisableKey", KeyId=key)
        marked = browser.until("return document.querySelector('.edge.marked text:first-of-type')?.textContent === 'DisableKey'")
        assert marked
        browser.run("document.querySelector('.key-id').click()")
        assert browser.run("return document.querySelector('.node.chosen').dataset.state") == "Disabled"
        open_edges = browser.run("return [...document.querySelectorAll('.edge.open text:first-of-type')].map((text) => text.textContent)")
        assert sorted(open_edges) == ["EnableKey", "ScheduleKeyDeletion"], open_edges
        text = browser.run("return document.getElementById('chosen').textContent")
        assert key in text and "EnableKey" in text, text
        kms.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
        browser.until("return document.querySelector('.node.chosen').dataset.state === 'PendingDeletion'")
        kms.admin("POST", "clock", {"advance_seconds": 8 * 86400})
        browser.until("return document.getElementById('chosen').textContent.endsWith('is gone.')")
        assert rows(browser) == 0


@check
def log_opens(binary, _):
    """a request in the log opens to its parameters and its answer"""
    with MockProcess(binary) as kms, Browser() as browser:
        key = kms.create_key(Description="<b>bold</b><img src=x onerror=alert(1)>")
        browser.open(kms.endpoint)
        browser.until("return document.querySelectorAll('#requests li').length === 1")
        browser.run("document.querySelector('#requests summary').click()")
        text = browser.until("return document.querySelector('#requests .details')?.innerText")
        assert key in text and "<b>bold</b>" in text and "KeyMetadata" in text, text
        assert browser.run("return document.querySelectorAll('b, img[src=x]').length") == 0
        assert "<b>bold</b><img" in row_text(browser, key)


@check
def clock_moves(binary, _):
    """the clock's buttons and the field for any other time move the clock, and say so"""
    with MockProcess(binary) as kms, Browser() as browser:
        browser.open(kms.endpoint)
        old = kms.create_key()
        kms.call("ScheduleKeyDeletion", KeyId=old, PendingWindowInDays=7)
        wait_for_rows(browser, 1)
        browser.until("return document.getElementById('now').dateTime === '2024-01-02T03:04:05Z'")
        times = {3600: "2024-01-02T04:04:05Z", 86400: "2024-01-03T04:04:05Z", 604800: "2024-01-10T04:04:05Z"}
        for seconds, expected in times.items():
            browser.run("document.querySelector(`[data-advance='${arguments[0]}']`).click()", seconds)
            browser.until("return document.getElementById('now').dateTime === arguments[0]", expected)
        wait_for_rows(browser, 0)
        browser.run("document.getElementById('amount').value = 90; document.getElementById('unit').value = 60")
        browser.run("document.querySelector('#advance button').click()")
        browser.until("return document.getElementById('now').dateTime === '2024-01-10T05:34:05Z'")
        said = browser.run("return document.getElementById('announcement').textContent")
        assert "2024-01-10 05:34:05" in said, said
        assert kms.admin("GET", "")["now"] == "2024-01-10T05:34:05Z"
        for wrong in ("", "0", "-5", "1.5"):
            browser.run("document.getElementById('amount').value = arguments[0]", wrong)
            browser.run("document.querySelector('#advance button').click()")
        wait_for_polls(browser, 1)
        assert now(browser) == "2024-01-10T05:34:05Z"


@check
def reset_asks(binary, _):
    """reset asks first, does nothing when told to keep everything, and empties when told to"""
    with MockProcess(binary) as kms, Browser() as browser:
        browser.open(kms.endpoint)
        kms.create_key()
        wait_for_rows(browser, 1)
        for dismiss in ("document.getElementById('confirm-no').click()", None):
            browser.run("document.getElementById('reset').focus(); document.getElementById('reset').click()")
            assert browser.run("return document.getElementById('confirm').open")
            assert browser.run("return document.activeElement.id") == "confirm-no"
            if dismiss:
                browser.run(dismiss)
            else:
                browser.press(Keys.ESCAPE)
            assert not browser.run("return document.getElementById('confirm').open")
            assert browser.run("return document.activeElement.id") == "reset"
        wait_for_polls(browser, 1)
        assert rows(browser) == 1
        browser.run("document.getElementById('reset').click(); document.getElementById('confirm-yes').click()")
        wait_for_rows(browser, 0)
        browser.until("return document.querySelectorAll('#requests li, #counters > div').length === 0")
        kms.create_key()
        browser.until("return document.querySelectorAll('#requests li').length === 1")
