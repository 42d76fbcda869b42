"""The picture of the page of results that the README shows, of a real run: picture.py BINARY FILE"""

import base64
import json
import os
import subprocess
import sys
import tempfile

from browser import Browser

READY = "return document.documentElement.dataset.ready === 'yes'"
WIDTH = 1180


def page(binary, folder):
    """Runs the cells of the official table against the mock that deviates, and makes the page of the results."""
    run = ["run", "kind:cell", "kind:move", "--edition", "official", "--progress", "none", "--seed", "7", "--deviate", "Encrypt:Disabled=Success"]
    ended = subprocess.run([binary, *run], cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 1, ended.stderr
    path = os.path.join(folder, "reports", "results.json")
    with open(path, encoding="utf-8") as file:
        results = json.load(file)
    # What differs from run to run.
    results["started_at"], results["duration_ms"] = "2026-01-02T03:04:05Z", 1_500
    results["target"]["endpoint"] = "http://127.0.0.1:8080/"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(results, file)
    subprocess.run([binary, "report", "html", "reports/results.json", "--out", "page.html"], cwd=folder, check=True)
    return f"file://{folder}/page.html"


def main():
    """Takes the picture: the table, the state graph, and an open case."""
    binary, file = os.path.abspath(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        browser.use_theme("light")
        browser.resize(WIDTH)
        browser.driver.get(page(binary, folder))
        browser.until(READY)
        browser.run("document.querySelector(\"button[data-cell='cell/Encrypt/Disabled']\").click()")
        browser.run("document.querySelector('#list details.case').open = true")
        browser.until("return document.querySelector('#list details.case svg.path') !== null")
        height = browser.run("return document.querySelector('#list details.case dl').getBoundingClientRect().bottom + window.scrollY")
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": height + 12, "scale": 1}
        picture = browser.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
        with open(file, "wb") as out:
            out.write(base64.b64decode(picture["data"]))


if __name__ == "__main__":
    main()
