"""Ciphertexts: Encrypt, Decrypt, GenerateDataKey, GenerateDataKeyWithoutPlaintext, ReEncrypt."""

import base64

from life.case import UUID, Case

# Base64 with all of its special characters: +, / and =.
PLAINTEXT = base64.b64encode(b"\xfb\xff\xbe\x00 bytes").decode()
CONTEXT = {"application": "sdk test", "path": "/a/b?c=d&e=f+g", "größe": "groß 密"}
WRONG_CONTEXTS = {
    "none": {},
    "another value": {**CONTEXT, "application": "another"},
    "a pair less": {"application": "sdk test"},
    "a pair more": {**CONTEXT, "extra": "1"},
    "another case": {**{name: value for name, value in CONTEXT.items() if name != "path"}, "PATH": CONTEXT["path"]},
}


def optional(name: str, context: dict[str, str]) -> dict:
    """A context parameter, left out when empty."""
    return {name: context} if context else {}


class Encrypt(Case):
    """Encrypt and Decrypt."""

    def test_round_trip(self) -> None:
        key = self.new_key()
        encrypted = self.call("Encrypt", KeyId=key["KeyId"], Plaintext=PLAINTEXT)
        self.assertEqual(encrypted["KeyId"], key["KeyId"], "expected Encrypt to name its key")
        self.assertEqual(encrypted["KeyVersionId"], key["PrimaryKeyVersion"], "expected the primary version")
        again = self.call("Encrypt", KeyId=key["KeyId"], Plaintext=PLAINTEXT)
        self.assertNotEqual(
            encrypted["CiphertextBlob"], again["CiphertextBlob"], "expected a fresh ciphertext each time"
        )
        decrypted = self.call("Decrypt", CiphertextBlob=encrypted["CiphertextBlob"])
        self.assertEqual(decrypted["Plaintext"], PLAINTEXT, "expected the plaintext back")
        self.assertEqual(decrypted["KeyId"], key["KeyId"], "expected Decrypt to find the key by itself")
        self.assertEqual(decrypted["KeyVersionId"], key["PrimaryKeyVersion"], "expected the version of the ciphertext")

    def test_context(self) -> None:
        key_id = self.new_key_id()
        blob = self.call("Encrypt", KeyId=key_id, Plaintext=PLAINTEXT, EncryptionContext=CONTEXT)["CiphertextBlob"]
        reordered = dict(reversed(CONTEXT.items()))
        decrypted = self.call("Decrypt", CiphertextBlob=blob, EncryptionContext=reordered)
        self.assertEqual(decrypted["Plaintext"], PLAINTEXT, "expected the order of the context not to matter")
        for what, context in WRONG_CONTEXTS.items():
            with self.subTest(what):
                parameters = optional("EncryptionContext", context)
                self.assert_refused(400, "InvalidParameter", "Decrypt", CiphertextBlob=blob, **parameters)

    def test_context_where_none_was(self) -> None:
        blob = self.call("Encrypt", KeyId=self.new_key_id(), Plaintext=PLAINTEXT)["CiphertextBlob"]
        self.assert_refused(400, "InvalidParameter", "Decrypt", CiphertextBlob=blob, EncryptionContext=CONTEXT)
        decrypted = self.call("Decrypt", CiphertextBlob=blob, EncryptionContext={})
        self.assertEqual(decrypted["Plaintext"], PLAINTEXT, "expected an empty context to be as good as none")

    def test_damaged_ciphertext(self) -> None:
        blob = bytearray(
            base64.b64decode(self.call("Encrypt", KeyId=self.new_key_id(), Plaintext=PLAINTEXT)["CiphertextBlob"])
        )
        blob[-1] ^= 1
        damaged = base64.b64encode(blob).decode()
        for what, ciphertext in {"flipped": damaged, "short": "AAAA", "no Base64": "***"}.items():
            with self.subTest(what):
                self.assert_refused(400, "InvalidParameter", "Decrypt", CiphertextBlob=ciphertext)

    def test_size(self) -> None:
        key_id = self.new_key_id()
        largest = base64.b64encode(bytes(range(256)) * 24).decode()
        blob = self.call("Encrypt", KeyId=key_id, Plaintext=largest)["CiphertextBlob"]
        decrypted = self.call("Decrypt", CiphertextBlob=blob)["Plaintext"]
        self.assertEqual(decrypted, largest, "expected 6144 bytes to be taken")
        too_large = base64.b64encode(bytes(16384)).decode()
        self.assert_refused(400, "InvalidParameter", "Encrypt", KeyId=key_id, Plaintext=too_large)

    def test_text_that_is_not_base64(self) -> None:
        text = "plain text, 中文 and 🔑"
        blob = self.call("Encrypt", KeyId=self.new_key_id(), Plaintext=text)["CiphertextBlob"]
        self.assertEqual(
            self.call("Decrypt", CiphertextBlob=blob)["Plaintext"], text, "expected text to come back as is"
        )


class GenerateDataKey(Case):
    """GenerateDataKey, with and without plaintext."""

    LENGTHS = (
        (32, {}),
        (32, {"KeySpec": "AES_256"}),
        (16, {"KeySpec": "AES_128"}),
        (1, {"NumberOfBytes": 1}),
        (64, {"NumberOfBytes": 64}),
        (1024, {"NumberOfBytes": 1024}),
        (24, {"KeySpec": "AES_256", "NumberOfBytes": 24}),
    )

    def test_with_plaintext(self) -> None:
        key = self.new_key()
        for length, parameters in self.LENGTHS:
            with self.subTest(parameters):
                made = self.call("GenerateDataKey", KeyId=key["KeyId"], **parameters)
                self.assertEqual(made["KeyId"], key["KeyId"], "expected the answer to name the key")
                self.assertEqual(made["KeyVersionId"], key["PrimaryKeyVersion"], "expected the primary version")
                size = len(base64.b64decode(made["Plaintext"], validate=True))
                self.assertEqual(size, length, f"expected {length} bytes for {parameters}")
                decrypted = self.call("Decrypt", CiphertextBlob=made["CiphertextBlob"])
                self.assertEqual(decrypted["Plaintext"], made["Plaintext"], "expected Decrypt to give the data key")

    def test_without_plaintext(self) -> None:
        key_id = self.new_key_id()
        for length, parameters in self.LENGTHS:
            with self.subTest(parameters):
                made = self.call("GenerateDataKeyWithoutPlaintext", KeyId=key_id, **parameters)
                self.assertNotIn("Plaintext", made, "expected no plaintext")
                self.assertRegex(made["KeyVersionId"], UUID, "expected the version's id")
                decrypted = self.call("Decrypt", CiphertextBlob=made["CiphertextBlob"])["Plaintext"]
                size = len(base64.b64decode(decrypted, validate=True))
                self.assertEqual(size, length, f"expected {length} bytes for {parameters}")

    def test_context(self) -> None:
        key_id = self.new_key_id()
        for action in ("GenerateDataKey", "GenerateDataKeyWithoutPlaintext"):
            blob = self.call(action, KeyId=key_id, EncryptionContext=CONTEXT)["CiphertextBlob"]
            self.call("Decrypt", CiphertextBlob=blob, EncryptionContext=CONTEXT)
            self.assert_refused(400, "InvalidParameter", "Decrypt", CiphertextBlob=blob)

    def test_invalid_parameters(self) -> None:
        key_id = self.new_key_id()
        for action in ("GenerateDataKey", "GenerateDataKeyWithoutPlaintext"):
            for parameters in ({"NumberOfBytes": 0}, {"NumberOfBytes": 1025}, {"KeySpec": "AES_512"}):
                with self.subTest(action, **parameters):
                    self.assert_refused(400, "InvalidParameter", action, KeyId=key_id, **parameters)


class ReEncrypt(Case):
    """ReEncrypt, from one key to another."""

    def test_to_another_key(self) -> None:
        source, destination = self.new_key(), self.new_key()
        destination_context = {"for": "the destination"}
        blob = self.call("Encrypt", KeyId=source["KeyId"], Plaintext=PLAINTEXT, EncryptionContext=CONTEXT)[
            "CiphertextBlob"
        ]
        moved = self.call(
            "ReEncrypt",
            CiphertextBlob=blob,
            DestinationKeyId=destination["KeyId"],
            SourceEncryptionContext=CONTEXT,
            DestinationEncryptionContext=destination_context,
        )
        named = (moved["KeyId"], moved["KeyVersionId"])
        expected = (source["KeyId"], source["PrimaryKeyVersion"])
        self.assertEqual(named, expected, "expected ReEncrypt to name the source key and version")
        decrypted = self.call("Decrypt", CiphertextBlob=moved["CiphertextBlob"], EncryptionContext=destination_context)
        self.assertEqual(decrypted["Plaintext"], PLAINTEXT, "expected the same plaintext")
        self.assertEqual(decrypted["KeyId"], destination["KeyId"], "expected the ciphertext to be of the destination")
        self.assert_refused(
            400, "InvalidParameter", "ReEncrypt", CiphertextBlob=blob, DestinationKeyId=destination["KeyId"]
        )

    def test_states_of_both_keys(self) -> None:
        source, destination = self.new_key_id(), self.new_key_id()
        blob = self.call("Encrypt", KeyId=source, Plaintext=PLAINTEXT)["CiphertextBlob"]
        request = {"CiphertextBlob": blob, "DestinationKeyId": destination}
        for key_id in (source, destination):
            self.call("DisableKey", KeyId=key_id)
            self.assert_refused(409, "Rejected.Disabled", "ReEncrypt", **request)
            self.call("EnableKey", KeyId=key_id)
        self.call("ReEncrypt", **request)
