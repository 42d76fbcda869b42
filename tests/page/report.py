"""The page of results, `report html`, by real clicks and keys: opened from the disk, as people open it."""

import base64
import http.server
import importlib.resources
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import time

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from access import axe_violations
from browser import Browser
from looking import check

HOSTILE = "</script><script>window.wasRun=1</script><img src=x onerror=window.wasRun=1>\"'&\u202e"
READY = "return document.documentElement.dataset.ready === 'yes'"
CASES = "return document.querySelectorAll('#list details.case').length"
TITLE = "return document.getElementById('list-title').textContent"


class Pages:
    """A folder with results and the pages of them, removed at the end of the block."""

    def __init__(self, binary):
        self.binary = binary

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="report-page-")
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def program(self, *arguments):
        return subprocess.run([self.binary, *arguments], cwd=self.folder.name, capture_output=True, text=True, check=False)

    def results(self, name, *arguments):
        """Runs the suite against the bundled mock, and keeps the results."""
        quick = ["--routes", "canonical", "--progress", "none", "--seed", "7"]
        ended = self.program("run", *quick, "--reports", name, *arguments)
        assert ended.returncode in (0, 1), ended.stderr
        return f"{name}/results.json"

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return json.load(file)

    def write(self, name, results):
        """Results that were changed, with a summary that counts them."""
        for verdict in results["summary"]:
            results["summary"][verdict] = sum(case["verdict"] == verdict for case in results["cases"])
        results["suite"]["cases"] = len(results["cases"])
        with open(self.path(name), "w", encoding="utf-8") as file:
            json.dump(results, file)
        return name

    def page(self, *files):
        ended = self.program("report", "html", *files, "--out", "page.html")
        assert ended.returncode == 0, ended.stderr
        return pathlib.Path(self.path("page.html")).as_uri()


def deviating(pages, name="poor", *more):
    return pages.results(name, "--deviate", "Encrypt:Disabled=Success", "--deviate", "Decrypt:PendingDeletion=Success", *more)


def open_page(browser, address):
    browser.driver.get("about:blank")
    browser.driver.get(address)
    browser.until(READY)


def cell(browser, name):
    return browser.driver.find_element(By.CSS_SELECTOR, f"button[data-cell='{name}']")


@check
def cells_open_their_cases(binary, _):
    """report: a click on a cell opens its cases, with what was expected, clause, route, exchanges and case file"""
    with Pages(binary) as pages, Browser() as browser:
        results = deviating(pages)
        open_page(browser, pages.page(results))
        button = cell(browser, "cell/Encrypt/Disabled")
        wanted = [one for one in pages.read(results)["cases"] if one.get("operation") == "Encrypt" and one.get("state") == "Disabled" and not one.get("original_state")]
        failed = sum(one["verdict"] == "fail" for one in wanted)
        assert button.text.startswith("✘") and str(failed) in button.text, button.text
        assert "fail" in button.get_attribute("aria-label")
        button.click()
        assert browser.run(CASES) == len(wanted)
        assert browser.run(TITLE) == f"Encrypt in Disabled: {len(wanted)} cases"
        assert button.get_attribute("aria-pressed") == "true"

        first = browser.driver.find_element(By.CSS_SELECTOR, "#list details.case")
        if not first.get_attribute("open"):
            first.find_element(By.TAG_NAME, "summary").click()
        browser.until("return document.querySelector('#list details.case dl') !== null")
        text = first.text
        for word in ["expected", "Rejected.Disabled", "got", "Success (200)", "Table", "CreateKey", "DisableKey", "cases/alibaba/matrix/", "kms-conformance run alibaba/Encrypt/Disabled --deviate Encrypt:Disabled=Success"]:
            assert word in text, (word, text)
        steps = [item.text for item in first.find_elements(By.CSS_SELECTOR, ".route li")]
        assert steps == ["CreateKey → Enabled", "DisableKey → Disabled"], steps
        exchange = first.find_element(By.CSS_SELECTOR, "details details, div > details")
        exchange.find_element(By.TAG_NAME, "summary").click()
        shown = exchange.text
        assert "Action=" in shown and "Signature" in shown and "testsecret" not in browser.driver.page_source, shown

        button.click()
        assert "did not pass" in browser.run(TITLE)


@check
def filters_are_in_the_address(binary, _):
    """report: filters and the chosen cell stand in the address, which shows the same again"""
    with Pages(binary) as pages, Browser() as browser:
        address = pages.page(deviating(pages))
        open_page(browser, address)
        browser.driver.find_element(By.NAME, "text").send_keys("encrypt dis")
        browser.driver.find_element(By.NAME, "only").click()
        here, title, number = browser.driver.current_url, browser.run(TITLE), browser.run(CASES)
        assert "text=encrypt+dis" in here and "only=1" in here and number > 0, here
        assert all("dis" in item.text.lower() for item in browser.driver.find_elements(By.CSS_SELECTOR, "#list details.case > summary"))
        open_page(browser, here)
        assert (browser.run(TITLE), browser.run(CASES)) == (title, number)
        browser.driver.find_element(By.CSS_SELECTOR, "button[type=reset]").click()
        browser.until("return !location.hash.includes('only')")
        assert browser.run("return document.querySelector('[name=text]').value") == ""
        cell(browser, "cell/Decrypt/Enabled").click()
        open_page(browser, browser.driver.current_url)
        assert browser.run(TITLE).startswith("Decrypt in Enabled: ")


@check
def keyboard_reaches_every_cell(binary, _):
    """report: a table is one stop of the tab key, arrows move in it, Enter opens a cell"""
    with Pages(binary) as pages, Browser() as browser:
        open_page(browser, pages.page(deviating(pages)))
        browser.run("document.querySelector('table.matrix button').focus()")
        browser.press(Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ENTER)
        chosen = browser.run("return document.querySelector('table.matrix [aria-pressed=true]').dataset.name")
        rows = "return document.querySelector('table.matrix tbody').rows[1].cells[2].querySelector('button').dataset.name"
        assert chosen == browser.run(rows), chosen
        assert browser.run(TITLE).startswith(chosen)
        assert browser.run("return document.activeElement.id") == "list-title"
        for table in range(browser.run("return document.querySelectorAll('table.matrix').length")):
            assert browser.run("return document.querySelectorAll('table.matrix')[arguments[0]].querySelectorAll('[tabindex=\"0\"]').length", table) == 1


@check
def several_results_stand_side_by_side(binary, _):
    """report: several results have a mark each in a cell, a row each at the top, and a trend"""
    with Pages(binary) as pages, Browser() as browser:
        good = pages.results("good")
        open_page(browser, pages.page(good, deviating(pages), good))
        button = cell(browser, "cell/Encrypt/Disabled")
        marks = [mark.text[0] for mark in button.find_elements(By.CSS_SELECTOR, ".mark")]
        assert marks == ["✔", "✘", "✔"], marks
        label = button.get_attribute("aria-label")
        assert "good/results.json: pass" in label and "poor/results.json: fail" in label, label
        assert len(browser.driver.find_elements(By.CSS_SELECTOR, "[aria-label=results] table.runs tbody tr")) == 3
        lines = browser.run("return [...document.querySelectorAll('.trend polyline')].map((one) => [one.getAttribute('class'), one.getAttribute('points').split(' ').length])")
        assert ["line-fail", 3] in lines and ["line-pass", 3] in lines, lines
        button.click()
        browser.run("document.querySelector('#list details.case').open = true")
        browser.until("return document.querySelectorAll('#list details.case[open] h3').length >= 3")


@check
def the_state_graph_shows_what_was_gone_over(binary, _):
    """report: the state graph is a picture and a table of transitions, the route of a case a path through it"""
    with Pages(binary) as pages, Browser() as browser:
        open_page(browser, pages.page(pages.results("good", "operation:Encrypt")))
        texts = browser.run("return [...document.querySelectorAll('.graph svg text')].map((one) => one.textContent)")
        assert any(text.startswith("✔ DisableKey ") for text in texts) and "– ↻ EnableKey" in texts, texts
        browser.driver.find_element(By.CSS_SELECTOR, ".graph details summary").click()
        rows = browser.run("return document.querySelectorAll('.graph table tbody tr').length")
        assert rows > 10, rows
        cell(browser, "cell/Encrypt/Disabled").click()
        browser.run("document.querySelectorAll('#list details.case').forEach((one) => { one.open = true })")
        browser.until("return document.querySelector('#list details.case svg.path') !== null")
        first = browser.driver.find_element(By.CSS_SELECTOR, "#list details.case")
        steps = [item.text for item in first.find_elements(By.CSS_SELECTOR, ".route li")]
        numbers = browser.run("return [...arguments[0].querySelectorAll('svg.path .arc text')].map((one) => one.textContent)", first)
        passed = browser.run("return [...arguments[0].querySelectorAll('svg.path .passed text')].map((one) => one.textContent)", first)
        assert numbers == ["1", "2"] and passed == ["Enabled", "Disabled"], (numbers, passed)
        assert steps == ["CreateKey → Enabled", "DisableKey → Disabled"], steps


@check
def nothing_crosses_the_words_of_the_state_graph(binary, _):
    """report: the words of the state graph are beside each other, and no arc runs through them"""
    with Pages(binary) as pages, Browser() as browser:
        for provider in ("alibaba", "aws"):
            # All cases, for long numbers take more room.
            open_page(browser, pages.page(pages.results(provider, "--provider", provider)))
            boxes = browser.run("""return [...document.querySelectorAll('.graph svg > text')].map((one) => {
                const box = one.getBBox();
                return [one.textContent, box.x, box.y, box.x + box.width, box.y + box.height];
            })""")
            assert len(boxes) > 10, boxes
            for one in boxes:
                for other in boxes:
                    apart = one is other or one[3] <= other[1] or other[3] <= one[1] or one[4] <= other[2] + 2 or other[4] <= one[2] + 2
                    assert apart, (provider, one, other)

            # What is above a baseline and below the height of a capital letter is ink.
            crossed = browser.run("""return [...document.querySelectorAll('.graph svg .arc path:not(.head)')].flatMap((arc) => {
                const length = arc.getTotalLength();
                const points = Array.from({length: 500}, (_, at) => arc.getPointAtLength(length * at / 499));
                return arguments[0].filter(([, left, top, right, bottom]) => points.some((point) =>
                    left - 3 < point.x && point.x < right + 3 && top + 3 < point.y && point.y < bottom - 3)).map(([words]) => words);
            })""", boxes)
            assert crossed == [], (provider, crossed)


@check
def cells_show_how_old_a_verdict_is(binary, _):
    """report: a cell whose verdict is of an earlier run says how many days it is old"""
    with Pages(binary) as pages, Browser() as browser:
        results = pages.read(pages.results("good", "operation:Encrypt"))
        old = next(case for case in results["cases"] if case["id"] == "alibaba/Encrypt/Disabled")
        results["started_at"] = "2026-03-10T00:00:00Z"
        old["verdict"], old["kind"], old["reason"] = "not-run", "later", "left for a later run"
        old["previous"] = {"verdict": "pass", "at": "2026-03-07T12:00:00Z", "confirmed_at": "2026-03-07T12:00:00Z"}
        open_page(browser, pages.page(pages.write("old.json", results)))
        button = cell(browser, "cell/Encrypt/Disabled")
        assert "2 d" in button.text and "last judged 2 days before" in button.get_attribute("aria-label"), button.text
        assert " d" not in cell(browser, "cell/Encrypt/Enabled").text


@check
def hostile_text_stays_text(binary, _):
    """report: what an endpoint, a file or its name says stays text; no network; the page's policy holds"""
    with Pages(binary) as pages, Browser() as browser:
        results = pages.read(deviating(pages))
        failed = next(case for case in results["cases"] if case["verdict"] == "fail" and case["exchanges"])
        failed["reason"] = failed["actual"]["code"] = failed["clause"] = failed["edition"] = HOSTILE
        failed["route"] = [HOSTILE]
        failed["operation"], failed["state"] = HOSTILE, HOSTILE
        for exchange in failed["exchanges"]:
            exchange["request"]["url"] = exchange["operation"] = HOSTILE
            if "answer" in exchange:
                exchange["answer"]["body"] = HOSTILE
        results["notices"] = results["leaks"] = [HOSTILE]
        results["target"]["endpoint"] = HOSTILE
        open_page(browser, pages.page(pages.write("hostile.json", results)))
        browser.run("document.querySelectorAll('#list details.case').forEach((one) => { one.open = true })")
        time.sleep(0.3)
        browser.run("document.querySelectorAll('#list details').forEach((one) => { one.open = true })")
        assert browser.run("return window.wasRun ?? 0") == 0
        assert browser.run("return document.images.length + document.querySelectorAll('main script').length") == 0
        assert "<img src=x" in browser.run("return document.body.innerText")
        assert browser.run("return window.violations") == []
        messages = browser.driver.get_log("browser")
        assert messages == [], messages
        sent = [event["request"]["url"] for event in browser.events()["Network.requestWillBeSent"]]
        assert not [url for url in sent if url.startswith("http")], sent

        script = """
            const done = arguments[arguments.length - 1];
            const blocked = [];
            document.addEventListener("securitypolicyviolation", (event) => blocked.push(event.violatedDirective));
            document.body.append(Object.assign(document.createElement("img"), { src: "http://127.0.0.1:9/x.png" }));
            document.body.setAttribute("style", "color: red");
            setTimeout(() => done(blocked.sort()), 300);
        """
        blocked = browser.run_async(script)
        assert any(one.startswith("img-src") for one in blocked) and any(one.startswith("style-src") for one in blocked), blocked


@check
def it_is_of_use_without_scripts(binary, _):
    """report: where scripts are forbidden, the table and what failed can be read"""
    with Pages(binary) as pages, Browser() as browser:
        address = pages.page(deviating(pages))
        browser.command("Emulation.setScriptExecutionDisabled", value=True)
        browser.driver.get(address)
        text = browser.driver.find_element(By.TAG_NAME, "body").text
        assert "What did not pass" in text and "✘ alibaba/Encrypt/Disabled expected Rejected.Disabled (409)" in text, text[:2000]
        assert cell(browser, "cell/Encrypt/Disabled").text.startswith("✘")


class Server:
    """Serves a folder with a content security policy, as what keeps artifacts does."""

    def __init__(self, folder, policy):
        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *arguments):
                super().__init__(*arguments, directory=folder)

            def end_headers(self):
                self.send_header("Content-Security-Policy", policy)
                super().end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


@check
def it_is_of_use_where_a_policy_forbids_scripts(binary, pictures):
    """report: where the policy of a viewer forbids scripts, what failed can be read and opened"""
    with Pages(binary) as pages, Browser() as browser:
        pages.page(deviating(pages))
        for policy in ["script-src 'none'", "default-src 'none'", "default-src 'self'", "sandbox", "sandbox; default-src 'none'"]:
            with Server(pages.folder.name, policy) as address:
                browser.driver.get(f"{address}/page.html")
                text = browser.driver.find_element(By.TAG_NAME, "body").text
                assert "What did not pass" in text and "✘ alibaba/Encrypt/Disabled expected Rejected.Disabled (409)" in text, (policy, text[:2000])
                assert cell(browser, "cell/Encrypt/Disabled").text.startswith("✘"), policy
                if "sandbox" in policy:
                    continue
                first = browser.driver.find_element(By.CSS_SELECTOR, "#plain details")
                first.find_element(By.TAG_NAME, "summary").click()
                for label in ["case file", "clause", "route"]:
                    assert label in first.text, (policy, first.text)
            if pictures:
                browser.picture(os.path.join(pictures, f"report-policy-{len(policy)}.png"))
        open_page(browser, pathlib.Path(pages.path("page.html")).as_uri())
        assert not browser.run("return document.getElementById('plain').checkVisibility()")


@check
def long_words_make_no_wide_page(binary, _):
    """report: a word of 3,000 letters from an endpoint makes the page no wider than the window"""
    with Pages(binary) as pages, Browser() as browser:
        results = pages.read(deviating(pages))
        word = "W" * 3000
        failed = next(case for case in results["cases"] if case["verdict"] == "fail")
        failed["reason"] = failed["actual"]["code"] = word
        results["notices"], results["leaks"] = [word], [word] * 7
        results["stopped"], results["complete"] = word, False
        results["target"]["endpoint"] = results["target"]["version"] = word
        address = pages.page(pages.write("long.json", results))
        for scripts in [True, False]:
            browser.command("Emulation.setScriptExecutionDisabled", value=not scripts)
            for width in [1280, 375]:
                browser.resize(width)
                browser.driver.get("about:blank")
                browser.driver.get(address)
                if scripts:
                    browser.until(READY)
                    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true })")
                metrics = browser.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})
                assert metrics["cssContentSize"]["width"] <= width, (scripts, width, metrics["cssContentSize"])


@check
def results_side_by_side_are_told_apart(binary, _):
    """report: each of several results has its place in a cell, and a number that the first table explains"""
    with Pages(binary) as pages, Browser() as browser:
        few = pages.results("few", "operation:Encrypt")
        open_page(browser, pages.page(few, deviating(pages), pages.results("good")))
        names = browser.run("return [...document.querySelectorAll('table.runs tbody th')].map((one) => one.innerText.trim())")
        assert names[:3] == ["1 few/results.json", "2 poor/results.json", "3 good/results.json"], names
        parts = """return [...document.querySelector(`button[data-cell='${arguments[0]}']`).children]
            .map((one) => [one.innerText, Math.round(one.getBoundingClientRect().width)])"""
        decrypt = browser.run(parts, "cell/Decrypt/PendingDeletion")
        assert [text[:2] for text, _ in decrypt] == ["1·", "2✘", "3✔"], decrypt
        widths = [width for _, width in decrypt]
        assert max(widths) - min(widths) <= 16 and min(widths) > 40, decrypt


@check
def clauses_and_files_are_found(binary, _):
    """report: the text of the filter finds clauses and case files"""
    with Pages(binary) as pages, Browser() as browser:
        open_page(browser, pages.page(deviating(pages)))
        for text in ["key-states/table/encrypt", "encrypt.yaml"]:
            browser.run("const text = document.querySelector('[name=text]'); text.value = arguments[0]; text.dispatchEvent(new Event('input', { bubbles: true }))", text)
            assert browser.run(CASES) > 3, text


@check
def everybody_can_read_it(binary, _):
    """report: axe finds nothing, light and dark, wide and on a phone, where the page is no wider than the window"""
    axe = importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text()
    with Pages(binary) as pages, Browser() as browser:
        address = pages.page(deviating(pages), pages.results("good"))
        colours = set()
        for theme in ["light", "dark"]:
            browser.use_theme(theme)
            for width in [1280, 360]:
                browser.resize(width)
                open_page(browser, address)
                cell(browser, "cell/Encrypt/Disabled").click()
                browser.run("document.querySelector('#list details.case').open = true")
                browser.until("return document.querySelector('#list details.case dl') !== null")
                browser.run(axe)
                violations = axe_violations(browser)
                assert violations == [], (theme, width, violations)
                assert browser.run("return document.documentElement.scrollWidth") <= width
                colours.add(browser.run("return getComputedStyle(document.body).backgroundColor"))
        assert len(colours) == 2, colours


@check
def names_are_not_broken_into_letters(binary, _):
    """report: on a phone, the name of an operation takes a few lines at most"""
    with Pages(binary) as pages, Browser() as browser:
        address = pages.page(deviating(pages))
        browser.resize(360)
        open_page(browser, address)
        heights = browser.run("""return [...document.querySelectorAll('.matrix tbody th')].map((one) =>
            one.getBoundingClientRect().height / parseFloat(getComputedStyle(one).lineHeight))""")
        assert heights and max(heights) < 6, heights


@check
def nothing_is_cut_on_paper(binary, _):
    """report: printed, also from a dark page, it is light, no table is cut, and scenarios and an open cell are there"""
    with Pages(binary) as pages, Browser() as browser:
        address = pages.page(deviating(pages), pages.results("good"))
        # What is left of A4 on its side, in the pixels of a page.
        browser.resize(1031)
        open_page(browser, address)
        cell(browser, "cell/Encrypt/Disabled").click()
        dark = [{"name": "prefers-color-scheme", "value": "dark"}]
        browser.command("Emulation.setEmulatedMedia", media="print", features=dark)
        page, background = browser.run("""return [document.documentElement.scrollWidth,
            getComputedStyle(document.body).backgroundColor]""")
        assert (page <= 1031, background) == (True, "rgb(255, 255, 255)"), (page, background)
        cut = browser.run("""return [...document.querySelectorAll('.scroll > *')].filter((one) =>
            one.getBoundingClientRect().right > 1031 || getComputedStyle(one.parentElement).overflowX !== 'visible').length""")
        assert cut == 0, cut
        shown = browser.run("""return ['#filters', '.scenarios li', '#list details.case dl', '.graph svg'].map((one) =>
            document.querySelector(one).checkVisibility({ contentVisibilityAuto: true }))""")
        assert shown == [False, True, True, True], shown
        pdf = browser.command("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
        assert base64.b64decode(pdf["data"]).startswith(b"%PDF-")


@check
def ten_thousand_cases_stay_smooth(binary, _):
    """report: 10,000 cases load in 3 s and filter in 200 ms"""
    with Pages(binary) as pages, Browser() as browser:
        results = pages.read(deviating(pages))
        originals = results["cases"]
        cases = []
        for number in range(10_000):
            case = dict(originals[number % len(originals)])
            case["id"] = f"{case['id']}/copy-{number // len(originals):03}"
            cases.append(case)
        results["cases"] = sorted(cases, key=lambda case: case["id"].encode())
        results.pop("blockers", None)
        address = pages.page(pages.write("many.json", results))
        start = time.monotonic()
        open_page(browser, address)
        load = time.monotonic() - start
        script = """
            const text = document.querySelector("[name=text]");
            const times = [];
            for (const word of ["e", "encrypt", "encrypt external", "copy-001", ""]) {
              const start = performance.now();
              text.value = word;
              text.dispatchEvent(new Event("input", { bubbles: true }));
              document.body.offsetHeight;
              times.push(performance.now() - start);
            }
            return times;
        """
        times = browser.run(script)
        size = os.path.getsize(pages.path("page.html"))
        worst = max(times)
        print(f"        10,000 cases: {size / 2**20:.1f} MiB, loaded in {load:.2f} s, filtered in {worst:.0f} ms at most")
        assert load < 3 and worst < 200, (load, times)
        assert browser.run(CASES) <= 100


def take_pictures(binary, folder):
    """report: pictures for people"""
    with Pages(binary) as pages, Browser() as browser:
        address = pages.page(deviating(pages), pages.results("good"))
        one = pages.program("report", "html", "poor/results.json", "--out", "one.html")
        assert one.returncode == 0
        single = pathlib.Path(pages.path("one.html")).as_uri()
        for name, width, theme, page in [
            ("report-light", 1280, "light", single),
            ("report-dark", 1280, "dark", single),
            ("report-phone", 390, "light", single),
            ("report-two", 1280, "light", address),
        ]:
            browser.resize(width)
            browser.use_theme(theme)
            open_page(browser, page)
            cell(browser, "cell/Encrypt/Disabled").click()
            browser.run("document.querySelector('#list details.case').open = true")
            browser.until("return document.querySelector('#list details.case dl') !== null")
            browser.picture(os.path.join(folder, f"{name}.png"))
        browser.command("Emulation.setEmulatedMedia", media="print")
        browser.picture(os.path.join(folder, "report-print.png"))
