"""The page over time and with many keys, and its pictures."""

import os

from browser import Browser
from kms import MockProcess
from looking import POLLS, check, fill, rows, wait_for_polls, wait_for_rows

COUNT_MUTATIONS = """
window.mutations = [];
new MutationObserver((records) => window.mutations.push(...records.map((record) => record.target.id || record.target.nodeName)))
  .observe(document.documentElement, { subtree: true, childList: true, attributes: true, characterData: true });
"""


@check
def pauses(binary, _):
    """it stops asking while its tab is hidden or it is paused, and goes on after"""
    with MockProcess(binary) as kms, Browser() as browser:
        browser.open(kms.endpoint)
        set_hidden = """
            const hidden = arguments[0];
            Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
            document.dispatchEvent(new Event("visibilitychange"));
        """
        count_for_a_while = f"""
            const done = arguments[0];
            performance.clearResourceTimings();
            setTimeout(() => done({POLLS}), 3200);
        """
        browser.run(set_hidden, True)
        browser.until("return document.getElementById('connection').dataset.is === 'paused'")
        assert browser.run_async(count_for_a_while) == 0
        kms.create_key()
        assert rows(browser) == 0
        browser.run(set_hidden, False)
        wait_for_rows(browser, 1)
        browser.run("document.getElementById('pause').click()")
        browser.until("return document.getElementById('connection').dataset.is === 'paused'")
        assert browser.run_async(count_for_a_while) == 0
        assert browser.run("return document.getElementById('pause').getAttribute('aria-pressed')") == "true"
        browser.run("document.getElementById('pause').click()")
        polls = browser.run_async(count_for_a_while)
        assert 2 <= polls <= 5, polls


@check
def finds_again(binary, _):
    """it says when the mock is gone, and shows another one on the same port when that is there"""
    first = MockProcess(binary)
    with first as kms, Browser() as browser:
        browser.open(kms.endpoint)
        kms.create_key()
        wait_for_rows(browser, 1)
        address = kms.endpoint.removeprefix("http://")
        first.stop()
        browser.until("return document.getElementById('connection').dataset.is === 'lost'")
        with MockProcess(binary, listen=address) as second:
            assert second.endpoint == kms.endpoint
            browser.until("return document.getElementById('connection').dataset.is === 'live'")
            wait_for_rows(browser, 0)
            second.create_key()
            browser.until("return document.querySelectorAll('#requests li').length === 1")


@check
def a_thousand_keys(binary, pictures):
    """with 1,000 keys: all are listed, nothing changes in the document while nothing changes, little when one key does"""
    with MockProcess(binary) as kms, Browser() as browser:
        keys = []
        for number in range(1000):
            keys.append(kms.create_key(Description=f"Key {number}", Origin="EXTERNAL" if number % 5 == 0 else "Aliyun_KMS"))
        browser.open(kms.endpoint)
        wait_for_rows(browser, 1000)
        assert browser.run("return document.querySelectorAll('#requests li').length") == 200
        wait_for_polls(browser, 1)
        browser.run(COUNT_MUTATIONS)
        wait_for_polls(browser, 3)
        mutations = browser.run("return window.mutations")
        assert mutations == [], mutations[:10]
        kms.call("DisableKey", KeyId=keys[999])
        browser.until("return document.querySelector('.node[data-state=\"Disabled\"] .count').textContent === '1'")
        mutations = browser.run("return window.mutations")
        assert 0 < len(mutations) < 40, (len(mutations), mutations[:40])
        longest = browser.run_async("""
            const done = arguments[0];
            const tasks = [];
            new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ entryTypes: ["longtask"] });
            setTimeout(() => done(Math.max(0, ...tasks)), 3500);
        """)
        assert longest < 400, f"a task of {longest} ms"
        if pictures:
            browser.picture(os.path.join(pictures, "thousand-keys.png"))


def take_pictures(binary, pictures):
    """pictures in light, dark, wide and narrow"""
    with MockProcess(binary) as kms, Browser("--hide-scrollbars") as browser:
        browser.open(kms.endpoint)
        browser.picture(os.path.join(pictures, "empty.png"))
        fill(kms)
        wait_for_rows(browser, 4)
        browser.run("document.querySelectorAll('.key-id')[1].click()")
        for theme in ("light", "dark"):
            for width in (1280, 400):
                browser.use_theme(theme)
                browser.resize(width)
                browser.picture(os.path.join(pictures, f"{theme}-{width}.png"))
        browser.run("document.getElementById('reset').click()")
        browser.picture(os.path.join(pictures, "reset.png"))
