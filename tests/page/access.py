"""Who can use the page: by keyboard, in a narrow window, in light and dark."""

import importlib.resources

from selenium.webdriver.common.keys import Keys

from browser import Browser
from kms import MockProcess
from looking import check, fill, wait_for_rows

FOCUS = """
const focused = document.activeElement;
const style = getComputedStyle(focused);
const visible = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
const box = focused.getBoundingClientRect();
const isNew = !focused.wasFocused;
focused.wasFocused = true;
const name = focused === document.body ? "" : focused.id || focused.className || focused.textContent.trim();
return [name, visible && box.width > 0, isNew];
"""


@check
def keyboard(binary, _):
    """everything works by keyboard alone, each stop with a visible focus"""
    with MockProcess(binary) as kms, Browser() as browser:
        keys = [kms.create_key(Description=f"Key {number}") for number in range(30)]
        browser.open(kms.endpoint)
        wait_for_rows(browser, 30)
        stops = []
        for _ in range(40):
            browser.press(Keys.TAB)
            name, visible, is_new = browser.run(FOCUS)
            if not is_new or not name:
                break
            assert visible, f"no visible focus at {name}"
            stops.append(name)
        expected = ["skip", "pause", "+1 hour", "+1 day", "+7 days", "amount", "unit", "Advance", "reset"]
        assert stops[:9] == expected, stops
        assert "search" in stops and "key-id" in stops, stops
        assert len(stops) < 25, f"{len(stops)} stops: a list is more than one"

        browser.run("document.querySelector('.skip').focus()")
        browser.press(Keys.ENTER)
        assert browser.run("return document.activeElement.id") == "keys"
        for _ in range(7):
            browser.press(Keys.TAB)
        assert browser.run("return document.activeElement.textContent") == keys[29]
        browser.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_UP)
        assert browser.run("return document.activeElement.textContent") == keys[28]
        browser.press(Keys.ENTER)
        assert keys[28] in browser.run("return document.getElementById('chosen').textContent")
        browser.press(Keys.END)
        assert browser.run("return document.activeElement.textContent") == keys[0]
        inside = "const box = document.activeElement.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight"
        assert browser.run(inside)

        browser.run("document.getElementById('search').focus()")
        browser.press("k", "e", "y", " ", "7")
        visible = browser.run("return [...document.querySelectorAll('#key-rows tr')].filter((row) => !row.hidden).length")
        assert visible == 1, visible

        browser.run("document.querySelector('#requests summary[tabindex=\"0\"]').focus()")
        browser.press(Keys.ARROW_DOWN, Keys.ENTER)
        browser.until("return document.querySelector('#requests li:nth-child(2) details').open")

        browser.run("document.querySelector('[data-advance=\"3600\"]').focus()")
        browser.press(Keys.SPACE)
        browser.until("return document.getElementById('now').dateTime === '2024-01-02T04:04:05Z'")
        browser.run("document.getElementById('amount').focus()")
        browser.press(Keys.ENTER)
        browser.until("return document.getElementById('now').dateTime === '2024-02-01T04:04:05Z'")
        browser.run("document.getElementById('reset').focus()")
        browser.press(Keys.ENTER, Keys.TAB, Keys.ENTER)
        wait_for_rows(browser, 0)


@check
def narrow(binary, _):
    """nothing has to be scrolled sideways or is cut off at 400 px and at 320 px"""
    with MockProcess(binary) as kms, Browser() as browser:
        keys = fill(kms)
        kms.create_key(Description="Long" * 60)
        kms.call("CreateAlias", KeyId=keys["Disabled"], AliasName="alias/" + "x" * 240)
        browser.open(kms.endpoint)
        wait_for_rows(browser, 5)
        browser.run("document.querySelectorAll('#requests summary').forEach((summary) => summary.click())")
        browser.run("document.querySelector('.key-id').click()")
        for width in (400, 320, 700, 1280):
            browser.resize(width)
            size = browser.run("return [document.documentElement.scrollWidth, innerWidth]")
            assert size[0] <= size[1], f"{size} at {width} px"
            wide = browser.run("""
                return [...document.querySelectorAll("body *")].filter((element) => {
                  const box = element.getBoundingClientRect();
                  return box.width > 1 && !element.closest(".hidden, .skip, svg, thead") && (box.right > innerWidth + 1 || box.left < -1);
                }).map((element) => element.id || element.className || element.nodeName);
            """)
            assert wide == [], f"{wide} at {width} px"
            scrolled = browser.run("""
                return [...document.querySelectorAll("body *")].filter((element) =>
                  ["auto", "scroll"].includes(getComputedStyle(element).overflowX) && element.scrollWidth > element.clientWidth + 1
                ).map((element) => element.id || element.className);
            """)
            assert scrolled == [], f"{scrolled} at {width} px"


@check
def graph_is_legible(binary, _):
    """no text of the state graph is cut off, too small or over another text"""
    with MockProcess(binary) as kms, Browser() as browser:
        browser.open(kms.endpoint)
        for width in (1280, 400):
            browser.resize(width)
            problems = browser.run("""
                const svg = document.getElementById("graph").getBoundingClientRect();
                const texts = [...document.querySelectorAll("#graph text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
                const problems = [];
                texts.forEach(([text, box], place) => {
                  if (box.left < svg.left || box.right > svg.right || box.bottom > svg.bottom) problems.push(`${text} is cut off`);
                  if (box.height < 10) problems.push(`${text} is ${box.height} px high`);
                  for (const [other, area] of texts.slice(place + 1)) {
                    const apart = box.right <= area.left || area.right <= box.left || box.bottom <= area.top + 3 || area.bottom <= box.top + 3;
                    if (!apart) problems.push(`${text} is over ${other}`);
                  }
                });
                for (const node of document.querySelectorAll(".node")) {
                  const frame = node.querySelector("rect").getBoundingClientRect();
                  if (node.querySelector(".name").getBoundingClientRect().right > frame.right) problems.push(`${node.dataset.state} leaves its frame`);
                }
                return problems;
            """)
            assert problems == [], f"{problems} at {width} px"


@check
def themes(binary, _):
    """light and dark differ, and both pass axe (WCAG 2 A and AA, contrast included), wide and narrow"""
    axe = importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text()
    with MockProcess(binary) as kms, Browser() as browser:
        fill(kms)
        browser.open(kms.endpoint)
        wait_for_rows(browser, 4)
        browser.run("document.querySelector('.key-id').click(); document.querySelector('#requests summary').click()")
        browser.run("document.querySelector('[data-advance=\"3600\"]').click()")
        browser.run(axe)
        grounds = []
        for theme in ("light", "dark"):
            browser.use_theme(theme)
            grounds.append(browser.run("return getComputedStyle(document.body).backgroundColor"))
            for width in (1280, 400):
                browser.resize(width)
                browser.settle()
                violations = axe_violations(browser)
                assert violations == [], f"{theme}, {width} px: {violations}"
            browser.run("document.getElementById('reset').click()")
            violations = axe_violations(browser)
            browser.run("document.getElementById('confirm-no').click()")
            assert violations == [], f"{theme}, dialog: {violations}"
        light, dark = (sum(map(int, ground[4:-1].split(","))) for ground in grounds)
        assert light > 600 > 150 > dark, grounds


def axe_violations(browser):
    return browser.run_async("""
        const done = arguments[arguments.length - 1];
        const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];
        axe.run(document, { runOnly: { type: "tag", values: tags } }).then(
          ({ violations }) => done(violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" ")}`)),
          (error) => done([String(error)]),
        );
    """)
