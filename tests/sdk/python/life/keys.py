"""Keys themselves: CreateKey, DescribeKey, ListKeys, DisableKey, EnableKey, UpdateKeyDescription, DescribeRegions."""

import base64
import json
import uuid

from life.case import TIME, UUID, Case

PLAINTEXT = base64.b64encode(b"plaintext").decode()

DESCRIPTIONS = {
    "reserved characters of URLs": "a+b c*d~e/f=g&h%i?j#k;l:m,n@o$p[q]r",
    "characters that JavaScript's encoder leaves alone": "!'()*",
    "quotes, angle brackets and a backslash": "\"quoted\" <tag> & 'single' \\ end",
    "text that looks encoded": "%20 %2B %25 &amp;",
    "white space": "  two  spaces\tand a tab\nand a line  ",
    "text outside of ASCII": "schlüssel für straße, 密钥, ключ, مفتاح",
    "characters beyond 16 bits": "🔑 𠮷",
}


class CreateKey(Case):
    """What CreateKey and DescribeKey say of a new key."""

    def assert_new(self, key: dict) -> None:
        self.assertRegex(key["KeyId"], UUID, "expected KeyId to be a UUID")
        self.assertRegex(key["Arn"], rf"^acs:kms:[^:]+:\d+:key/{key['KeyId']}$", "expected the Arn to end in the KeyId")
        self.assertRegex(key["CreationDate"], TIME, "expected CreationDate as yyyy-MM-ddTHH:mm:ssZ")
        self.assertEqual(key["DeleteDate"], "", "expected no DeleteDate on a new key")
        self.assertEqual(key["MaterialExpireTime"], "", "expected no MaterialExpireTime on a new key")
        self.assertEqual(key["KeyUsage"], "ENCRYPT/DECRYPT", "expected the default KeyUsage")
        self.assertEqual(key["KeySpec"], "Aliyun_AES_256", "expected the default KeySpec")
        self.assertEqual(key["ProtectionLevel"], "SOFTWARE", "expected the default ProtectionLevel")
        self.assertEqual(key["AutomaticRotation"], "Disabled", "expected no rotation by default")
        described = self.describe(key["KeyId"])
        self.assertEqual(described["DeletionProtection"], "Disabled", "expected no deletion protection by default")
        shared = {name: described.get(name) for name in key}
        self.assertEqual(shared, key, "expected DescribeKey to repeat what CreateKey answered")

    def test_of_aliyun_kms(self) -> None:
        key = self.new_key(Description="by an SDK")
        self.assertEqual(key["KeyState"], "Enabled", "expected a new Aliyun_KMS key to be Enabled")
        self.assertEqual(key["Origin"], "Aliyun_KMS", "expected the default Origin")
        self.assertEqual(key["Description"], "by an SDK", "expected the Description that was given")
        self.assert_new(key)

    def test_external(self) -> None:
        key = self.new_key(Origin="EXTERNAL")
        self.assertEqual(key["KeyState"], "PendingImport", "expected a new EXTERNAL key to be PendingImport")
        self.assertEqual(key["Origin"], "EXTERNAL", "expected the Origin that was asked for")
        self.assertEqual(key["Description"], "", "expected an empty Description by default")
        self.assert_new(key)

    def test_invalid_parameters(self) -> None:
        for name, value in {"Origin": "Elsewhere", "KeySpec": "AES", "KeyUsage": "NOTHING"}.items():
            refusal = self.assert_refused(400, "InvalidParameter", "CreateKey", **{name: value})
            self.assertIn(name, refusal.message, "expected the message to name the parameter")


class Lookup(Case):
    """Keys that are not there."""

    def test_unknown_key(self) -> None:
        unknown = str(uuid.uuid4())
        for action in ("DescribeKey", "EnableKey", "DisableKey", "DeleteKeyMaterial", "CancelKeyDeletion"):
            refusal = self.assert_refused(404, "Forbidden.KeyNotFound", action, KeyId=unknown)
            self.assertIn("The specified Key is not found.", refusal.message, "expected the documented message")

    def test_malformed_key_id(self) -> None:
        self.assert_refused(400, "InvalidParameter", "DescribeKey", KeyId=f"{uuid.uuid4()}xyz")

    def test_missing_key_id(self) -> None:
        refusal = self.assert_refused(400, "MissingParameter", "DescribeKey")
        self.assertIn("KeyId", refusal.message, "expected the message to name the missing parameter")


class DisableKey(Case):
    """DisableKey and EnableKey."""

    def test_disable_and_enable(self) -> None:
        key_id = self.new_key_id()
        blob = self.call("Encrypt", KeyId=key_id, Plaintext=PLAINTEXT)["CiphertextBlob"]
        self.call("DisableKey", KeyId=key_id)
        self.assert_state(key_id, "Disabled", "after DisableKey")
        for action, parameters in {
            "Encrypt": {"KeyId": key_id, "Plaintext": PLAINTEXT},
            "Decrypt": {"CiphertextBlob": blob},
            "GenerateDataKey": {"KeyId": key_id},
            "GenerateDataKeyWithoutPlaintext": {"KeyId": key_id},
        }.items():
            refusal = self.assert_refused(409, "Rejected.Disabled", action, **parameters)
            documented = "The request was rejected because the key state is Disabled."
            self.assertIn(documented, refusal.message, "expected the documented message")
        self.call("DisableKey", KeyId=key_id)
        self.assert_state(key_id, "Disabled", "after a second DisableKey, which succeeds too")
        self.call("EnableKey", KeyId=key_id)
        self.assert_state(key_id, "Enabled", "after EnableKey")
        self.call("EnableKey", KeyId=key_id)
        decrypted = self.call("Decrypt", CiphertextBlob=blob)
        self.assertEqual(decrypted["Plaintext"], PLAINTEXT, "expected old ciphertext to be readable after EnableKey")

    def test_pending_import(self) -> None:
        key_id = self.new_key_id(Origin="EXTERNAL")
        for action in ("EnableKey", "DisableKey", "CancelKeyDeletion"):
            self.assert_refused(409, "Rejected.StateModifiedFailed", action, KeyId=key_id)
        for action in ("GenerateDataKey", "GenerateDataKeyWithoutPlaintext"):
            self.assert_refused(409, "Rejected.PendingImport", action, KeyId=key_id)
        self.assert_refused(409, "Rejected.PendingImport", "Encrypt", KeyId=key_id, Plaintext=PLAINTEXT)
        self.assert_state(key_id, "PendingImport", "after refusals")


class UpdateKeyDescription(Case):
    """Descriptions come back as they were sent, whatever is in them."""

    def test_special_characters(self) -> None:
        key_id = self.new_key_id()
        for what, description in DESCRIPTIONS.items():
            with self.subTest(what):
                self.call("UpdateKeyDescription", KeyId=key_id, Description=description)
                self.assertEqual(self.describe(key_id)["Description"], description, f"expected {what} to survive")

    def test_special_characters_in_a_new_key(self) -> None:
        description = "".join(DESCRIPTIONS.values())
        self.assertEqual(self.new_key(Description=description)["Description"], description, "expected all to survive")

    def test_empty(self) -> None:
        key_id = self.new_key_id(Description="to be cleared")
        self.call("UpdateKeyDescription", KeyId=key_id, Description="")
        self.assertEqual(self.describe(key_id)["Description"], "", "expected an empty Description to clear the text")

    def test_too_long(self) -> None:
        key_id = self.new_key_id(Description="kept")
        self.call("UpdateKeyDescription", KeyId=key_id, Description="x" * 8192)
        self.assert_refused(400, "InvalidParameter", "UpdateKeyDescription", KeyId=key_id, Description="x" * 8193)
        self.assertEqual(len(self.describe(key_id)["Description"]), 8192, "expected a refusal to change nothing")


class ListKeys(Case):
    """ListKeys and its pages."""

    def test_pages(self) -> None:
        made = {self.new_key()["KeyId"]: None for _ in range(5)}
        listed = [key["KeyId"] for key in self.all_pages("ListKeys", "Keys", "Key", size=2)]
        self.assertEqual(len(listed), len(set(listed)), "expected no key twice in the pages of ListKeys")
        self.assertLessEqual(made.keys(), set(listed), "expected all keys in the pages of ListKeys")

    def test_arn(self) -> None:
        key = self.new_key()
        listed = {entry["KeyId"]: entry["KeyArn"] for entry in self.all_pages("ListKeys", "Keys", "Key", size=100)}
        self.assertEqual(listed[key["KeyId"]], key["Arn"], "expected KeyArn to be the key's Arn")

    def test_default_page(self) -> None:
        answer = self.call("ListKeys")
        shown = (answer["PageNumber"], answer["PageSize"])
        self.assertEqual(shown, (1, 10), "expected PageNumber 1 and PageSize 10 by default")

    def test_filters(self) -> None:
        enabled, disabled = self.new_key_id(), self.new_key_id()
        self.call("DisableKey", KeyId=disabled)
        filters = json.dumps([{"Key": "KeyState", "Values": ["Disabled", "PendingImport"]}])
        listed = {key["KeyId"] for key in self.all_pages("ListKeys", "Keys", "Key", size=100, Filters=filters)}
        self.assertIn(disabled, listed, "expected a key in one of the states asked for")
        self.assertNotIn(enabled, listed, "expected no key in another state")
        self.assert_refused(400, "InvalidParameter", "ListKeys", Filters="no JSON")

    def test_page_out_of_range(self) -> None:
        self.assert_refused(400, "InvalidParameter", "ListKeys", PageNumber=0)
        self.assert_refused(400, "InvalidParameter", "ListKeys", PageSize=0)
        self.assert_refused(400, "InvalidParameter", "ListKeys", PageSize=102)


class DescribeRegions(Case):
    """DescribeRegions, which takes no parameters."""

    def test_regions(self) -> None:
        regions = [region["RegionId"] for region in self.call("DescribeRegions")["Regions"]["Region"]]
        self.assertIn("cn-hangzhou", regions, "expected the region of the documents' examples")
        self.assertIn("eu-central-1", regions, "expected a region outside of China")
