"""Versions and rotation: ListKeyVersions, DescribeKeyVersion, CreateKeyVersion, UpdateRotationPolicy."""

import uuid

from life.case import TIME, Case


class Versions(Case):
    """The versions of a key."""

    def test_first_version(self) -> None:
        key = self.new_key()
        versions = self.all_pages("ListKeyVersions", "KeyVersions", "KeyVersion", size=10, KeyId=key["KeyId"])
        self.assertEqual(len(versions), 1, "expected a new key to have one version")
        version = versions[0]
        self.assertEqual(version["KeyId"], key["KeyId"], "expected the version to name its key")
        self.assertEqual(version["KeyVersionId"], key["PrimaryKeyVersion"], "expected the primary version")
        self.assertRegex(version["CreationDate"], TIME, "expected CreationDate as yyyy-MM-ddTHH:mm:ssZ")
        described = self.call("DescribeKeyVersion", KeyId=key["KeyId"], KeyVersionId=version["KeyVersionId"])
        self.assertEqual(described["KeyVersion"], version, "expected DescribeKeyVersion to repeat the list's entry")

    def test_unknown_version(self) -> None:
        key_id = self.new_key_id()
        self.assert_refused(
            404, "Forbidden.KeyVersionNotFound", "DescribeKeyVersion", KeyId=key_id, KeyVersionId=str(uuid.uuid4())
        )

    def test_second_version_within_seven_days(self) -> None:
        key_id = self.new_key_id()
        self.assert_refused(400, "Rejected.UnsupportedOperation", "CreateKeyVersion", KeyId=key_id)
        answer = self.call("ListKeyVersions", KeyId=key_id)
        self.assertEqual(answer["TotalCount"], 1, "expected a refusal to make no version")

    # The table has a cell for this state, which only EXTERNAL keys can be in, so the state comes before the origin.
    def test_key_that_waits_for_its_material_gets_no_version(self) -> None:
        key_id = self.new_key_id(Origin="EXTERNAL")
        self.assert_refused(409, "Rejected.PendingImport", "CreateKeyVersion", KeyId=key_id)


class UpdateRotationPolicy(Case):
    """Automatic rotation."""

    def test_on_and_off(self) -> None:
        key_id = self.new_key_id()
        self.call("UpdateRotationPolicy", KeyId=key_id, EnableAutomaticRotation=True, RotationInterval="30d")
        key = self.describe(key_id)
        self.assertEqual(key["AutomaticRotation"], "Enabled", "expected rotation to be on")
        self.assertEqual(key["RotationInterval"], "2592000s", "expected 30 days in seconds")
        self.assertRegex(key["NextRotationDate"], TIME, "expected the date of the next rotation")
        self.call("UpdateRotationPolicy", KeyId=key_id, EnableAutomaticRotation=False)
        key = self.describe(key_id)
        self.assertEqual(key["AutomaticRotation"], "Disabled", "expected rotation to be off")
        self.assertFalse(key.get("NextRotationDate"), "expected no next rotation")

    def test_of_a_new_key(self) -> None:
        key = self.new_key(EnableAutomaticRotation=True, RotationInterval="7d")
        self.assertEqual(key["AutomaticRotation"], "Enabled", "expected rotation from the start")
        self.assertEqual(key["RotationInterval"], "604800s", "expected 7 days in seconds")

    def test_suspended_while_disabled(self) -> None:
        key_id = self.new_key_id(EnableAutomaticRotation=True, RotationInterval="7d")
        self.call("DisableKey", KeyId=key_id)
        self.assertEqual(
            self.describe(key_id)["AutomaticRotation"], "Suspended", "expected a disabled key not to rotate"
        )
        self.assert_refused(
            409, "Rejected.Disabled", "UpdateRotationPolicy", KeyId=key_id, EnableAutomaticRotation=False
        )
        self.call("EnableKey", KeyId=key_id)
        self.assertEqual(self.describe(key_id)["AutomaticRotation"], "Enabled", "expected rotation to go on")

    def test_invalid(self) -> None:
        key_id = self.new_key_id()
        for interval in ("6d", "731d", "soon"):
            with self.subTest(interval):
                self.assert_refused(
                    400,
                    "InvalidParameter",
                    "UpdateRotationPolicy",
                    KeyId=key_id,
                    EnableAutomaticRotation=True,
                    RotationInterval=interval,
                )
        external = self.new_key_id(Origin="EXTERNAL")
        self.assert_refused(
            409,
            "Rejected.PendingImport",
            "UpdateRotationPolicy",
            KeyId=external,
            EnableAutomaticRotation=True,
            RotationInterval="7d",
        )
