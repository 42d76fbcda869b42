"""A client of the mock's API that signs (v1), and the mock itself as a process."""

import base64
import hashlib
import hmac
import json
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

SECRET = "page-test-secret-9c1f"
"""The secret of the access key that the mock is started with."""


def quote(text):
    return urllib.parse.quote(text, safe="-_.~")


class Refused(Exception):
    """An answer that is no success; its text is the code."""


class Kms:
    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.signatures = []

    def call(self, action, **parameters):
        """Makes a request; answers the fields, or raises Refused."""
        parameters = {
            **{name: str(value) for name, value in parameters.items()},
            "Action": action,
            "Version": "2016-01-20",
            "Format": "JSON",
            "AccessKeyId": "page-test",
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "SignatureNonce": str(uuid.uuid4()),
            "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
        query = "&".join(f"{quote(name)}={quote(value)}" for name, value in sorted(parameters.items()))
        text = f"POST&%2F&{quote(query)}"
        digest = hmac.new((SECRET + "&").encode(), text.encode(), hashlib.sha1).digest()
        signature = base64.b64encode(digest).decode()
        self.signatures.append(signature)
        body = f"{query}&Signature={quote(signature)}".encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        request = urllib.request.Request(self.endpoint + "/", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise Refused(json.load(error).get("Code")) from None

    def create_key(self, **parameters):
        return self.call("CreateKey", **parameters)["KeyMetadata"]["KeyId"]

    def admin(self, method, resource, body=None):
        """A request of the admin API; answers its JSON."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.endpoint}/_mock/{resource}", data, method=method)
        with urllib.request.urlopen(request, timeout=20) as response:
            return json.load(response)


class MockProcess:
    """The mock on a free port if not told another, with a clock that stands still, until the block ends."""

    def __init__(self, binary, listen="127.0.0.1:0"):
        self.command = [binary, "mock", "--listen", listen, "--clock", "manual=2024-01-02T03:04:05Z"]
        self.command += ["--access-key-id", "page-test"]

    def __enter__(self):
        environment = {"ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET}
        self.process = subprocess.Popen(
            self.command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.endpoint = "http://" + self.process.stdout.readline().strip()
        return Kms(self.endpoint)

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.terminate()
        self.process.wait()
