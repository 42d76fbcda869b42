"""Deletion: ScheduleKeyDeletion, CancelKeyDeletion, SetDeletionProtection, and what a pending key refuses."""

import base64
import json
import secrets
from datetime import UTC, datetime, timedelta

from life.case import Case, tag_list
from life.key_material import KeyMaterialCase

PLAINTEXT = base64.b64encode(b"plaintext").decode()
#: How far the clocks of the service and of this machine may be apart.
TOLERANCE = timedelta(minutes=10)


class ScheduleKeyDeletion(KeyMaterialCase):
    """A key that waits for its deletion, and its way back."""

    def schedule(self, key_id: str) -> None:
        """Schedules the deletion of a key and checks that it was."""
        self.call("ScheduleKeyDeletion", KeyId=key_id, PendingWindowInDays=7)
        self.assert_state(key_id, "PendingDeletion", "after ScheduleKeyDeletion")

    def test_delete_date(self) -> None:
        key_id = self.new_key_id()
        self.schedule(key_id)
        date = datetime.strptime(self.describe(key_id)["DeleteDate"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        distance = date - datetime.now(UTC)
        self.assertLess(abs(distance - timedelta(days=7)), TOLERANCE, "expected DeleteDate to be 7 days from now")
        listed = {key["KeyId"] for key in self.all_pages("ListKeys", "Keys", "Key", size=100)}
        self.assertIn(key_id, listed, "expected ListKeys to list a key that is PendingDeletion")

    def test_window_out_of_range(self) -> None:
        key_id = self.new_key_id()
        for days in (0, 6, 367):
            self.assert_refused(400, "InvalidParameter", "ScheduleKeyDeletion", KeyId=key_id, PendingWindowInDays=days)
        self.assert_state(key_id, "Enabled", "after refusals")

    def test_refusals(self) -> None:
        key_id, other = self.new_key_id(), self.new_key_id()
        own_alias, other_alias = self.new_alias(key_id), self.new_alias(other)
        blob = self.call("Encrypt", KeyId=key_id, Plaintext=PLAINTEXT)["CiphertextBlob"]
        self.schedule(key_id)
        date = self.describe(key_id)["DeleteDate"]
        for action, parameters in {
            "Encrypt": {"KeyId": key_id, "Plaintext": PLAINTEXT},
            "Decrypt": {"CiphertextBlob": blob},
            "GenerateDataKey": {"KeyId": own_alias},
            "GenerateDataKeyWithoutPlaintext": {"KeyId": key_id},
            "UpdateAlias": {"AliasName": other_alias, "KeyId": key_id},
            "UpdateKeyDescription": {"KeyId": key_id, "Description": "too late"},
            "TagResource": {"KeyId": key_id, "Tags": tag_list({"too": "late"})},
            "UntagResource": {"KeyId": key_id, "TagKeys": json.dumps(["late"])},
        }.items():
            refusal = self.assert_refused(409, "Rejected.PendingDeletion", action, **parameters)
            documented = "The request was rejected because the key state is PendingDeletion."
            self.assertIn(documented, refusal.message, "expected the documented message")
        for action, parameters in {
            "EnableKey": {},
            "DisableKey": {},
            "ScheduleKeyDeletion": {"PendingWindowInDays": 30},
            "CreateAlias": {"AliasName": f"alias/{secrets.token_hex(8)}"},
        }.items():
            refusal = self.assert_refused(409, "Rejected.StateModifiedFailed", action, KeyId=key_id, **parameters)
            self.assertIn("Keystate modified failed.", refusal.message, "expected the documented message")
        key = self.describe(key_id)
        self.assertEqual(key["KeyState"], "PendingDeletion", "expected refusals to leave the state alone")
        self.assertEqual(key["DeleteDate"], date, "expected refusals to leave DeleteDate alone")
        self.assertEqual(self.describe(other_alias)["KeyId"], other, "expected a refused UpdateAlias to move nothing")

    def test_what_still_works(self) -> None:
        key_id, other = self.new_key_id(), self.new_key_id()
        moved, deleted = self.new_alias(key_id), self.new_alias(key_id)
        self.schedule(key_id)
        self.assertEqual(self.describe(moved)["KeyId"], key_id, "expected aliases to be kept while PendingDeletion")
        listed = self.call("ListAliasesByKeyId", KeyId=key_id)
        self.assertEqual(listed["TotalCount"], 2, "expected both aliases in the list")
        self.assertEqual(self.tags(key_id), {}, "expected ListResourceTags to work while PendingDeletion")
        self.call("UpdateAlias", AliasName=moved, KeyId=other)
        self.assertEqual(self.describe(moved)["KeyId"], other, "expected an alias to move away from a pending key")
        self.call("DeleteAlias", AliasName=deleted)
        self.assert_refused(404, "Forbidden.AliasNotFound", "DescribeKey", KeyId=deleted)

    def test_cancel(self) -> None:
        key_id = self.new_key_id()
        blob = self.call("Encrypt", KeyId=key_id, Plaintext=PLAINTEXT)["CiphertextBlob"]
        self.assert_refused(409, "Rejected.StateModifiedFailed", "CancelKeyDeletion", KeyId=key_id)
        self.schedule(key_id)
        self.call("CancelKeyDeletion", KeyId=key_id)
        key = self.describe(key_id)
        self.assertEqual(key["KeyState"], "Enabled", "expected CancelKeyDeletion to enable the key")
        self.assertEqual(key["DeleteDate"], "", "expected CancelKeyDeletion to clear DeleteDate")
        self.assertEqual(self.call("Decrypt", CiphertextBlob=blob)["Plaintext"], PLAINTEXT, "expected the key to work")
        self.call("DisableKey", KeyId=key_id)
        self.assert_refused(409, "Rejected.StateModifiedFailed", "CancelKeyDeletion", KeyId=key_id)
        self.schedule(key_id)

    def test_external_key_with_material(self) -> None:
        material = secrets.token_bytes(32)
        key_id = self.new_imported_key(material)
        request = self.import_request(key_id, material)
        self.schedule(key_id)
        self.assert_refused(409, "Rejected.StateModifiedFailed", "ImportKeyMaterial", **request)
        self.parameters_for_import(key_id)
        self.call("CancelKeyDeletion", KeyId=key_id)
        self.assert_state(key_id, "Enabled", "after CancelKeyDeletion with its material in place")
        self.schedule(key_id)
        self.call("DeleteKeyMaterial", KeyId=key_id)
        self.assert_state(key_id, "PendingDeletion", "after DeleteKeyMaterial while PendingDeletion")

    def test_external_key_without_material(self) -> None:
        key_id = self.new_key_id(Origin="EXTERNAL")
        self.schedule(key_id)
        self.call("CancelKeyDeletion", KeyId=key_id)
        self.assert_state(key_id, "PendingImport", "after CancelKeyDeletion without material")


class SetDeletionProtection(Case):
    """SetDeletionProtection."""

    def test_protected_key_cannot_be_deleted(self) -> None:
        key = self.new_key()
        key_id = key["KeyId"]
        self.call(
            "SetDeletionProtection",
            ProtectedResourceArn=key["Arn"],
            EnableDeletionProtection=True,
            DeletionProtectionDescription="in use",
        )
        described = self.describe(key_id)
        self.assertEqual(described["DeletionProtection"], "Enabled", "expected DescribeKey to show the protection")
        why = described.get("DeletionProtectionDescription")
        self.assertEqual(why, "in use", "expected DescribeKey to show the reason")
        self.assert_refused(
            409, "Rejected.StateModifiedFailed", "ScheduleKeyDeletion", KeyId=key_id, PendingWindowInDays=7
        )
        self.assert_state(key_id, "Enabled", "after the refusal")
        self.call("SetDeletionProtection", ProtectedResourceArn=key["Arn"], EnableDeletionProtection=False)
        self.assertEqual(self.describe(key_id)["DeletionProtection"], "Disabled", "expected the protection to be off")
        self.call("ScheduleKeyDeletion", KeyId=key_id, PendingWindowInDays=7)
        self.assert_state(key_id, "PendingDeletion", "after ScheduleKeyDeletion without protection")
        self.assert_refused(
            409,
            "Rejected.PendingDeletion",
            "SetDeletionProtection",
            ProtectedResourceArn=key["Arn"],
            EnableDeletionProtection=True,
        )
