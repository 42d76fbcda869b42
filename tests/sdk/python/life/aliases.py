"""Aliases: CreateAlias, UpdateAlias, DeleteAlias, ListAliases, ListAliasesByKeyId, and aliases in place of KeyId."""

import base64
import secrets

from life.case import Case

PLAINTEXT = base64.b64encode(b"plaintext").decode()


class Aliases(Case):
    """The life of an alias."""

    def test_create_and_list(self) -> None:
        key = self.new_key()
        aliases = [self.new_alias(key["KeyId"]) for _ in range(3)]
        for action, parameters in {"ListAliases": {}, "ListAliasesByKeyId": {"KeyId": key["KeyId"]}}.items():
            with self.subTest(action):
                listed = self.all_pages(action, "Aliases", "Alias", size=2, **parameters)
                names = [alias["AliasName"] for alias in listed]
                self.assertEqual(len(names), len(set(names)), f"expected no alias twice in the pages of {action}")
                self.assertLessEqual(set(aliases), set(names), f"expected all aliases in the pages of {action}")
                for alias in listed:
                    if alias["AliasName"] in aliases:
                        self.assertEqual(alias["KeyId"], key["KeyId"], "expected the alias to name its key")
                        arn = key["Arn"].replace(f"key/{key['KeyId']}", alias["AliasName"])
                        self.assertEqual(alias["AliasArn"], arn, "expected AliasArn to be made like the key's Arn")
        of_key = self.all_pages("ListAliasesByKeyId", "Aliases", "Alias", size=100, KeyId=key["KeyId"])
        self.assertEqual(len(of_key), 3, "expected ListAliasesByKeyId to list this key's aliases only")

    def test_key_without_aliases(self) -> None:
        answer = self.call("ListAliasesByKeyId", KeyId=self.new_key_id())
        self.assertEqual(answer["Aliases"]["Alias"], [], "expected an empty list")
        self.assertEqual(answer["TotalCount"], 0, "expected TotalCount 0")

    def test_in_place_of_key_id(self) -> None:
        key_id = self.new_key_id()
        alias = self.new_alias(key_id)
        self.assertEqual(self.describe(alias)["KeyId"], key_id, "expected DescribeKey to follow the alias")
        encrypted = self.call("Encrypt", KeyId=alias, Plaintext=PLAINTEXT)
        data_key = self.call("GenerateDataKey", KeyId=alias)
        hidden = self.call("GenerateDataKeyWithoutPlaintext", KeyId=alias)
        for answer in (encrypted, data_key, hidden):
            self.assertEqual(answer["KeyId"], key_id, "expected the answer to name the real key")
            decrypted = self.call("Decrypt", CiphertextBlob=answer["CiphertextBlob"])
            self.assertEqual(decrypted["KeyId"], key_id, "expected ciphertext made by an alias to be of its key")

    def test_where_an_alias_is_not_allowed(self) -> None:
        alias = self.new_alias(self.new_key_id())
        for action, parameters in {
            "DisableKey": {},
            "EnableKey": {},
            "ScheduleKeyDeletion": {"PendingWindowInDays": 7},
            "UpdateKeyDescription": {"Description": "by alias"},
            "CreateAlias": {"AliasName": f"alias/{secrets.token_hex(8)}"},
        }.items():
            refusal = self.assert_refused(400, "Unsupported.Alias", action, KeyId=alias, **parameters)
            self.assertIn("Alias is not valid for this api.", refusal.message, "expected the documented message")
        self.assert_state(alias, "Enabled", "after refusals")

    def test_update(self) -> None:
        first, second = self.new_key_id(), self.new_key_id()
        alias = self.new_alias(first)
        blob = self.call("Encrypt", KeyId=alias, Plaintext=PLAINTEXT)["CiphertextBlob"]
        self.call("UpdateAlias", AliasName=alias, KeyId=second)
        self.assertEqual(self.describe(alias)["KeyId"], second, "expected UpdateAlias to move the alias")
        left = self.call("ListAliasesByKeyId", KeyId=first)
        self.assertEqual(left["TotalCount"], 0, "expected the first key to have lost the alias")
        self.assertEqual(
            self.call("Encrypt", KeyId=alias, Plaintext=PLAINTEXT)["KeyId"], second, "expected the second key in use"
        )
        self.assertEqual(
            self.call("Decrypt", CiphertextBlob=blob)["KeyId"], first, "expected old ciphertext to stay the first key's"
        )

    def test_duplicate(self) -> None:
        first, second = self.new_key_id(), self.new_key_id()
        alias = self.new_alias(first)
        for key_id in (second, first):
            refusal = self.assert_refused(400, "AliasAlreadyExists", "CreateAlias", AliasName=alias, KeyId=key_id)
            self.assertIn("AliasName Already Exists.", refusal.message, "expected the documented message")
        self.assertEqual(self.describe(alias)["KeyId"], first, "expected a refusal to change nothing")

    def test_delete(self) -> None:
        key_id = self.new_key_id()
        alias = self.new_alias(key_id)
        self.call("DeleteAlias", AliasName=alias)
        self.assert_state(key_id, "Enabled", "after DeleteAlias, which leaves the key alone")
        self.assert_refused(404, "Forbidden.AliasNotFound", "DescribeKey", KeyId=alias)
        self.assert_refused(404, "Forbidden.AliasNotFound", "Encrypt", KeyId=alias, Plaintext=PLAINTEXT)
        self.assert_refused(404, "Forbidden.AliasNotFound", "UpdateAlias", AliasName=alias, KeyId=key_id)
        self.assert_refused(404, "Forbidden.AliasNotFound", "DeleteAlias", AliasName=alias)
        self.call("CreateAlias", AliasName=alias, KeyId=key_id)
        self.assertEqual(self.describe(alias)["KeyId"], key_id, "expected the name to be free again")

    def test_names(self) -> None:
        key_id = self.new_key_id()
        longest = f"alias/{secrets.token_hex(8)}/_-".ljust(255, "x")
        self.call("CreateAlias", AliasName=longest, KeyId=key_id)
        self.assertEqual(self.describe(longest)["KeyId"], key_id, "expected / _ - and a long name to be taken")
        for name in ("alias/", "noprefix", "alias/with space", "alias/ümlaut", "alias/" + "x" * 256):
            with self.subTest(name):
                self.assert_refused(400, "InvalidParameter", "CreateAlias", AliasName=name, KeyId=key_id)
