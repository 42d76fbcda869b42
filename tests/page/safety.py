"""What the page must not do or show, and what other pages must not do."""

import base64
import http.server
import json
import threading

from selenium.common.exceptions import WebDriverException

from browser import Browser
from kms import SECRET, MockProcess
from looking import check, fill, refused, wait_for_polls, wait_for_rows


@check
def policy(binary, _):
    """no violation of the content security policy, no message in the console, and the policy does bite"""
    with MockProcess(binary) as kms, Browser() as browser:
        fill(kms)
        browser.open(kms.endpoint)
        wait_for_rows(browser, 4)
        browser.run("document.querySelectorAll('button').forEach((button) => /^(confirm-|pause)/.test(button.id) || button.click())")
        browser.run("document.getElementById('confirm').close()")
        wait_for_polls(browser, 2)
        assert browser.run("return window.violations") == []
        messages = browser.driver.get_log("browser")
        assert messages == [], messages
        assert browser.run("return document.cookie") == ""
        script = """
            const done = arguments[arguments.length - 1];
            const blocked = [];
            document.addEventListener("securitypolicyviolation", (event) => blocked.push(event.violatedDirective));
            const image = document.createElement("img");
            image.src = "http://127.0.0.1:9/x.png";
            document.body.append(image);
            const attempts = [
              () => document.body.setAttribute("onclick", "window.wasRun = true"),
              () => document.body.insertAdjacentHTML("beforeend", "<p>x</p>"),
              () => document.body.append(Object.assign(document.createElement("script"), { text: "window.wasRun = true" })),
            ];
            for (const attempt of attempts) {
              try { attempt(); } catch { blocked.push("trusted-types"); }
            }
            document.body.click();
            setTimeout(() => done([blocked.sort(), window.wasRun ?? false]), 300);
        """
        blocked, was_run = browser.run_async(script)
        assert not was_run
        assert "img-src" in blocked and blocked.count("trusted-types") == 3, blocked


@check
def no_secret(binary, _):
    """no secret, signature, plaintext, key material or token in the document or in any answer to the page"""
    with MockProcess(binary) as kms, Browser() as browser:
        browser.open(kms.endpoint)
        key = kms.create_key()
        external = kms.create_key(Origin="EXTERNAL")
        plain = base64.b64encode(b"a plaintext that nobody may see").decode()
        secrets = {SECRET, plain, "a plaintext that nobody may see"}
        blob = kms.call("Encrypt", KeyId=key, Plaintext=plain)["CiphertextBlob"]
        kms.call("Decrypt", CiphertextBlob=blob)
        secrets.add(kms.call("GenerateDataKey", KeyId=key)["Plaintext"])
        asked = {"KeyId": external, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
        token = kms.call("GetParametersForImport", **asked)["ImportToken"]
        material = base64.b64encode(b"m" * 256).decode()
        import_parameters = {"KeyId": external, "ImportToken": token, "EncryptedKeyMaterial": material}
        refused(kms, "ImportKeyMaterial", KeyMaterialExpireUnix=0, **import_parameters)
        refused(kms, "Encrypt", KeyId=key, Plaintext=plain, SecurityToken="a-session-token")
        secrets |= {token, material, "a-session-token", "page-test"} | set(kms.signatures)
        browser.until("return document.querySelectorAll('#requests li').length === 8")
        browser.run("document.querySelectorAll('#requests summary').forEach((summary) => summary.click())")
        browser.until("return document.querySelectorAll('#requests .details').length === 8")
        browser.run("document.querySelector('[data-advance=\"3600\"]').click()")
        wait_for_polls(browser, 2)
        texts = {"document": browser.run("return document.documentElement.outerHTML")}
        events = browser.events()
        finished = {event["requestId"] for event in events["Network.loadingFinished"]}
        for event in events["Network.responseReceived"]:
            if event["requestId"] in finished:
                name = f"{event['response']['url']} {event['requestId']}"
                texts[name] = json.dumps(event["response"]["headers"]) + body_of(browser, event["requestId"])
        read = "".join(name for name, text in texts.items() if "{" in text.split("}", 1)[-1])
        for resource in ("exchanges?after=0", "state", "faults"):
            assert f"/_mock/{resource} " in read, resource
        for name, text in texts.items():
            for secret in secrets:
                assert secret not in text, f"{secret} in {name}"


def body_of(browser, request):
    """The body of an answer; empty if the browser has not kept it, as it does for the page itself."""
    try:
        return browser.command("Network.getResponseBody", requestId=request)["body"]
    except WebDriverException:
        return ""


@check
def other_pages(binary, _):
    """a page of another origin in the same browser can neither read nor change anything"""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Other</title>")

        def log_message(self, *_):
            pass

    other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    try:
        with MockProcess(binary) as kms, Browser() as browser:
            kms.create_key()
            browser.driver.get(f"http://127.0.0.1:{other.server_port}/")
            attempt = """
                const [mock, done] = arguments;
                const requests = [["reset", "POST"], ["clock", "POST", '{"advance_seconds": 86400}']];
                Promise.all(requests.flatMap(([resource, method, body]) => [
                  fetch(`${mock}/_mock/${resource}`, { method, body, mode: "no-cors" }),
                  fetch(`${mock}/_mock/${resource}`, { method, body, headers: { "Content-Type": "application/json" } }),
                ]).concat([fetch(`${mock}/_mock/state`).then((answer) => answer.text())]).map((one) => one.then((answer) => answer.type ?? answer, () => "refused"))).then(done);
            """
            results = browser.run_async(attempt, kms.endpoint)
            assert set(results) <= {"refused", "opaque"}, results
            assert results[-1] == "refused", results
            framed = browser.run_async("""
                const [mock, done] = arguments;
                const frame = document.createElement("iframe");
                frame.onload = () => { try { done(String(frame.contentDocument?.title)); } catch { done("closed"); } };
                frame.src = mock;
                document.body.append(frame);
            """, kms.endpoint)
            assert framed in ("closed", "null", "undefined", ""), framed
            state = kms.admin("GET", "state")
            assert state["now"] == "2024-01-02T03:04:05Z" and state["accounts"][0]["key_count"] == 1, state
    finally:
        other.shutdown()
