"""A headless Chromium with a fresh profile, and what it tells about a page."""

import base64
import collections
import json
import shutil
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

WATCH_POLICY = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""


class Browser:
    """Chromium until the block ends: a page of 1280 px, light."""

    def __init__(self, *flags):
        self.flags = flags

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="page-test-")
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for flag in [*FLAGS, *self.flags, f"--user-data-dir={self.profile}"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
        self.driver.set_script_timeout(60)
        self.command("Network.enable", maxTotalBufferSize=50_000_000, maxResourceBufferSize=5_000_000)
        self.command("Page.addScriptToEvaluateOnNewDocument", source=WATCH_POLICY)
        self.resize(1280)
        self.use_theme("light")
        return self

    def __exit__(self, *_):
        self.driver.quit()
        shutil.rmtree(self.profile, ignore_errors=True)

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def resize(self, width, height=1000):
        """The size of the page itself, without any frame of a window."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.command("Emulation.setDeviceMetricsOverride", **metrics)

    def use_theme(self, theme):
        features = [{"name": "prefers-color-scheme", "value": theme}]
        self.command("Emulation.setEmulatedMedia", features=features)

    def open(self, url):
        self.driver.get(url)
        self.until("return document.getElementById('connection').dataset.is === 'live'")

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def run_async(self, script, *arguments):
        return self.driver.execute_async_script(script, *arguments)

    def until(self, script, *arguments, seconds=20):
        """Waits until a script answers something true, and answers that."""
        return WebDriverWait(self.driver, seconds, 0.05).until(lambda _: self.run(script, *arguments))

    def press(self, *keys):
        """Presses keys as a person does, at whatever has the focus."""
        actions = webdriver.ActionChains(self.driver, duration=0)
        for key in keys:
            actions.send_keys(key)
        actions.perform()

    def settle(self):
        """Waits until colours and lines that change slowly have changed."""
        self.run_async("Promise.all(document.getAnimations().map((one) => one.finished)).then(arguments[0], arguments[0])")

    def picture(self, path):
        """The whole page, also what is below the window's edge."""
        self.settle()
        answer = self.command("Page.captureScreenshot", captureBeyondViewport=True, format="png")
        with open(path, "wb") as file:
            file.write(base64.b64decode(answer["data"]))

    def events(self):
        """What the browser has reported since the last call: for each kind of event a list."""
        kinds = collections.defaultdict(list)
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            kinds[message["method"]].append(message["params"])
        return kinds
