"""Drives the mock of AWS KMS through the AWS CLI of the registry: the life of a key through every state."""

import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

#: The access key of the documents' examples, which the mock takes unless it is told another.
ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET_ACCESS_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
DAY = 24 * 3600
STATE_ERROR = "KMSInvalidStateException"


class Life(unittest.TestCase):
    """Each step is a process of its own, as in a shell script."""

    address: str
    folder: Path

    def aws(self, *arguments: str, region: str = "us-east-1") -> subprocess.CompletedProcess:
        settings = {
            "AWS_ENDPOINT_URL_KMS": f"http://{self.address}",
            "AWS_DEFAULT_REGION": region,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
            # Nothing of the caller's own configuration is read.
            "AWS_CONFIG_FILE": str(self.folder / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.folder / "credentials"),
        }
        program = [sys.executable, "-m", "awscli", "kms", *arguments, "--output", "json"]
        return subprocess.run(program, env=os.environ | settings, capture_output=True, text=True, timeout=60)

    def ok(self, *arguments: str, region: str = "us-east-1") -> dict[str, Any]:
        ended = self.aws(*arguments, region=region)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return json.loads(ended.stdout) if ended.stdout.strip() else {}

    def rejected(self, code: str, *arguments: str) -> None:
        ended = self.aws(*arguments)
        self.assertNotEqual(ended.returncode, 0, ended.stdout)
        self.assertIn(f"({code})", ended.stderr)

    def state(self, key: str) -> str:
        return self.ok("describe-key", "--key-id", key)["KeyMetadata"]["KeyState"]

    def advance(self, seconds: int) -> None:
        """Moves the clock of keys forward."""
        body = json.dumps({"advance_seconds": seconds}).encode()
        request = urllib.request.Request(f"http://{self.address}/_mock/clock", body, {"content-type": "application/json"})
        urllib.request.urlopen(request).read()

    def file(self, name: str, content: bytes) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return f"fileb://{path}"

    def test_native_key(self) -> None:
        key = self.ok("create-key", "--description", "life", "--tags", "TagKey=a,TagValue=1")["KeyMetadata"]["KeyId"]
        self.ok("create-alias", "--alias-name", "alias/cli", "--target-key-id", key)
        blob = self.ok("encrypt", "--key-id", "alias/cli", "--plaintext", self.file("plain", b"text"))["CiphertextBlob"]
        self.ok("disable-key", "--key-id", key)
        self.assertEqual(self.state(key), "Disabled")
        blob = self.file("blob", base64.b64decode(blob))
        self.rejected("DisabledException", "decrypt", "--ciphertext-blob", blob)
        self.ok("enable-key", "--key-id", key)
        opened = self.ok("decrypt", "--ciphertext-blob", blob)
        self.assertEqual(base64.b64decode(opened["Plaintext"]), b"text")
        self.ok("schedule-key-deletion", "--key-id", key, "--pending-window-in-days", "7")
        self.rejected(STATE_ERROR, "decrypt", "--ciphertext-blob", blob)
        self.ok("cancel-key-deletion", "--key-id", key)
        self.assertEqual(self.state(key), "Disabled")
        self.ok("schedule-key-deletion", "--key-id", key, "--pending-window-in-days", "7")
        self.advance(7 * DAY)
        self.rejected("NotFoundException", "describe-key", "--key-id", key)

    def test_imported_key(self) -> None:
        key = self.ok("create-key", "--origin", "EXTERNAL")["KeyMetadata"]["KeyId"]
        self.assertEqual(self.state(key), "PendingImport")
        given = ("--wrapping-algorithm", "RSAES_OAEP_SHA_256", "--wrapping-key-spec", "RSA_4096")
        parameters = self.ok("get-parameters-for-import", "--key-id", key, *given)
        public = serialization.load_der_public_key(base64.b64decode(parameters["PublicKey"]))
        wrapped = public.encrypt(bytes(32), padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))
        token, material = base64.b64decode(parameters["ImportToken"]), self.file("material", wrapped)
        imported = ("--import-token", self.file("token", token), "--encrypted-key-material", material)
        self.ok("import-key-material", "--key-id", key, *imported, "--expiration-model", "KEY_MATERIAL_DOES_NOT_EXPIRE")
        self.assertEqual(self.state(key), "Enabled")
        self.ok("delete-imported-key-material", "--key-id", key)
        self.assertEqual(self.state(key), "PendingImport")

    def test_multi_region_key(self) -> None:
        key = self.ok("create-key", "--multi-region")["KeyMetadata"]["KeyId"]
        self.ok("replicate-key", "--key-id", key, "--replica-region", "eu-west-1")
        self.ok("schedule-key-deletion", "--key-id", key, "--pending-window-in-days", "7")
        self.assertEqual(self.state(key), "PendingReplicaDeletion")
        self.ok("schedule-key-deletion", "--key-id", key, "--pending-window-in-days", "7", region="eu-west-1")
        self.advance(7 * DAY)
        self.assertEqual(self.state(key), "PendingDeletion")

    def test_signature(self) -> None:
        key = self.ok("create-key", "--key-spec", "ECC_NIST_P256", "--key-usage", "SIGN_VERIFY")["KeyMetadata"]["KeyId"]
        message = ("--key-id", key, "--message", self.file("message", b"text"), "--signing-algorithm", "ECDSA_SHA_256")
        signature = self.file("signature", base64.b64decode(self.ok("sign", *message)["Signature"]))
        self.assertTrue(self.ok("verify", *message, "--signature", signature)["SignatureValid"])

    def test_lists_are_read_to_their_end(self) -> None:
        made = {self.ok("create-key")["KeyMetadata"]["KeyId"] for _ in range(3)}
        listed = {key["KeyId"] for key in self.ok("list-keys", "--page-size", "1")["Keys"]}
        self.assertTrue(made <= listed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", help="host:port of the mock, which is spoken to in plain HTTP")
    Life.address = parser.parse_args().address
    with tempfile.TemporaryDirectory() as folder:
        Life.folder = Path(folder)
        result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(Life))
    return 0 if result.wasSuccessful() and result.testsRun > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
