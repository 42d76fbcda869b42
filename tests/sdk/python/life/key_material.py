"""Key material of one's own: GetParametersForImport, ImportKeyMaterial, DeleteKeyMaterial."""

import base64
import secrets
import time

from life.case import TIME, Case
from life.wrapping import PADDINGS, wrap

PLAINTEXT = base64.b64encode(b"plaintext").decode()
OAEP = "RSAES_OAEP_SHA_256"


def flipped(text: str) -> str:
    """Base64 of the same bytes with one bit changed in the middle."""
    data = bytearray(base64.b64decode(text))
    data[len(data) // 2] ^= 1
    return base64.b64encode(data).decode()


class KeyMaterialCase(Case):
    """What the cases of this file share."""

    def parameters_for_import(self, key_id: str, algorithm: str = OAEP) -> dict:
        """A fresh import token and public key."""
        return self.call(
            "GetParametersForImport", KeyId=key_id, WrappingAlgorithm=algorithm, WrappingKeySpec="RSA_2048"
        )

    def import_request(self, key_id: str, material: bytes, algorithm: str = OAEP) -> dict:
        """The parameters of an ImportKeyMaterial that is as it should be."""
        given = self.parameters_for_import(key_id, algorithm)
        return {
            "KeyId": key_id,
            "EncryptedKeyMaterial": wrap(material, given["PublicKey"], algorithm),
            "ImportToken": given["ImportToken"],
            "KeyMaterialExpireUnix": 0,
        }

    def new_imported_key(self, material: bytes) -> str:
        """The id of an EXTERNAL key that has this material."""
        key_id = self.new_key_id(Origin="EXTERNAL")
        self.call("ImportKeyMaterial", **self.import_request(key_id, material))
        return key_id


class ImportKeyMaterial(KeyMaterialCase):
    """The import itself."""

    def test_all_algorithms(self) -> None:
        for algorithm in PADDINGS:
            with self.subTest(algorithm):
                key_id = self.new_key_id(Origin="EXTERNAL")
                given = self.parameters_for_import(key_id, algorithm)
                self.assertEqual(given["KeyId"], key_id, "expected the import parameters to name their key")
                self.assertRegex(given["TokenExpireTime"], TIME, "expected the time at which the token ends")
                self.assert_state(key_id, "PendingImport", "after GetParametersForImport")
                self.call("ImportKeyMaterial", **self.import_request(key_id, secrets.token_bytes(32), algorithm))
                self.assert_state(key_id, "Enabled", "after the import")
                blob = self.call("Encrypt", KeyId=key_id, Plaintext=PLAINTEXT)["CiphertextBlob"]
                decrypted = self.call("Decrypt", CiphertextBlob=blob)
                self.assertEqual(decrypted["Plaintext"], PLAINTEXT, "expected the imported key to work")

    def test_token_can_be_used_again(self) -> None:
        key_id = self.new_key_id(Origin="EXTERNAL")
        request = self.import_request(key_id, secrets.token_bytes(32))
        self.call("ImportKeyMaterial", **request)
        self.call("ImportKeyMaterial", **request)
        self.assert_state(key_id, "Enabled", "after importing the same material twice with one token")

    def test_each_token_is_new(self) -> None:
        key_id = self.new_key_id(Origin="EXTERNAL")
        first, second = self.parameters_for_import(key_id), self.parameters_for_import(key_id)
        self.assertNotEqual(first["ImportToken"], second["ImportToken"], "expected a new token each time")
        self.assertNotEqual(first["PublicKey"], second["PublicKey"], "expected a new public key each time")

    def test_without_expiry_parameter(self) -> None:
        key_id = self.new_key_id(Origin="EXTERNAL")
        request = self.import_request(key_id, secrets.token_bytes(32))
        del request["KeyMaterialExpireUnix"]
        self.call("ImportKeyMaterial", **request)
        self.assertEqual(self.describe(key_id)["MaterialExpireTime"], "", "expected material that never expires")

    def test_expiry(self) -> None:
        material = secrets.token_bytes(32)
        key_id = self.new_key_id(Origin="EXTERNAL")
        request = self.import_request(key_id, material)
        in_a_day = int(time.time()) + 86_400
        self.call("ImportKeyMaterial", **{**request, "KeyMaterialExpireUnix": in_a_day})
        expected = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(in_a_day))
        self.assertEqual(self.describe(key_id)["MaterialExpireTime"], expected, "expected the expiry that was given")
        self.call("ImportKeyMaterial", **request)
        self.assertEqual(self.describe(key_id)["MaterialExpireTime"], "", "expected 0 to take the expiry away")
        yesterday = in_a_day - 2 * 86_400
        self.assert_refused(
            400, "InvalidParameter", "ImportKeyMaterial", **{**request, "KeyMaterialExpireUnix": yesterday}
        )

    def test_disabled_key_stays_disabled(self) -> None:
        material = secrets.token_bytes(32)
        key_id = self.new_imported_key(material)
        self.call("DisableKey", KeyId=key_id)
        self.call("ImportKeyMaterial", **self.import_request(key_id, material))
        self.assert_state(key_id, "Disabled", "after importing the same material again")

    def test_same_material_in_two_keys(self) -> None:
        material = secrets.token_bytes(32)
        first, second = self.new_imported_key(material), self.new_imported_key(material)
        blob = self.call("Encrypt", KeyId=first, Plaintext=PLAINTEXT)["CiphertextBlob"]
        self.call("DisableKey", KeyId=first)
        self.assert_refused(409, "Rejected.Disabled", "Decrypt", CiphertextBlob=blob)
        self.assert_state(second, "Enabled", "as its own life goes on")


class InvalidKeyMaterial(KeyMaterialCase):
    """Imports that must be refused, each for one reason."""

    def setUp(self) -> None:
        self.key_id = self.new_key_id(Origin="EXTERNAL")
        self.request = self.import_request(self.key_id, secrets.token_bytes(32))

    def tearDown(self) -> None:
        self.assert_state(self.key_id, "PendingImport", "after refused imports")
        self.call("ImportKeyMaterial", **self.request)
        self.assert_state(self.key_id, "Enabled", "as the good request works after the refused ones")

    def assert_import_refused(self, code: str, **changes: str) -> None:
        """Checks that the good request with these changes is refused."""
        self.assert_refused(400, code, "ImportKeyMaterial", **{**self.request, **changes})

    def test_wrong_length(self) -> None:
        given = self.parameters_for_import(self.key_id)
        for length in (16, 31, 33):
            wrapped = wrap(bytes(length), given["PublicKey"], OAEP)
            self.assert_import_refused(
                "InvalidKeyMaterial", EncryptedKeyMaterial=wrapped, ImportToken=given["ImportToken"]
            )

    def test_damaged_material(self) -> None:
        damaged = flipped(self.request["EncryptedKeyMaterial"])
        self.assert_import_refused("InvalidKeyMaterial", EncryptedKeyMaterial=damaged)

    def test_material_that_was_not_wrapped(self) -> None:
        raw = base64.b64encode(bytes(32)).decode()
        self.assert_import_refused("InvalidKeyMaterial", EncryptedKeyMaterial=raw)

    def test_another_algorithm(self) -> None:
        given = self.parameters_for_import(self.key_id, "RSAES_OAEP_SHA_1")
        wrapped = wrap(bytes(32), given["PublicKey"], "RSAES_OAEP_SHA_256")
        self.assert_import_refused("InvalidKeyMaterial", EncryptedKeyMaterial=wrapped, ImportToken=given["ImportToken"])

    def test_another_public_key(self) -> None:
        other = self.parameters_for_import(self.key_id)
        wrapped = wrap(bytes(32), other["PublicKey"], OAEP)
        self.assert_import_refused("InvalidKeyMaterial", EncryptedKeyMaterial=wrapped)

    def test_damaged_token(self) -> None:
        self.assert_import_refused("InvalidImportToken", ImportToken=flipped(self.request["ImportToken"]))
        self.assert_import_refused("InvalidImportToken", ImportToken="bm8gdG9rZW4=")

    def test_token_of_another_key(self) -> None:
        other = self.import_request(self.new_key_id(Origin="EXTERNAL"), bytes(32))
        self.assert_import_refused(
            "InvalidImportToken",
            ImportToken=other["ImportToken"],
            EncryptedKeyMaterial=other["EncryptedKeyMaterial"],
        )

    def test_wrapping_that_is_not_offered(self) -> None:
        for changes in ({"WrappingAlgorithm": "RSAES_OAEP_SHA_512"}, {"WrappingKeySpec": "RSA_1024"}):
            request = {"KeyId": self.key_id, "WrappingAlgorithm": OAEP, "WrappingKeySpec": "RSA_2048", **changes}
            self.assert_refused(400, "InvalidParameter", "GetParametersForImport", **request)


class DeleteKeyMaterial(KeyMaterialCase):
    """DeleteKeyMaterial, and the import after it."""

    def test_delete_and_import_again(self) -> None:
        material = secrets.token_bytes(32)
        key_id = self.new_imported_key(material)
        blob = self.call("Encrypt", KeyId=key_id, Plaintext=PLAINTEXT)["CiphertextBlob"]
        self.call("DeleteKeyMaterial", KeyId=key_id)
        self.assert_state(key_id, "PendingImport", "after DeleteKeyMaterial")
        self.assert_refused(409, "Rejected.PendingImport", "Encrypt", KeyId=key_id, Plaintext=PLAINTEXT)
        self.assert_refused(409, "Rejected.PendingImport", "Decrypt", CiphertextBlob=blob)
        self.assert_refused(409, "Rejected.PendingImport", "GenerateDataKey", KeyId=key_id)
        self.call("DeleteKeyMaterial", KeyId=key_id)
        self.assert_state(key_id, "PendingImport", "after a second DeleteKeyMaterial, which succeeds too")
        other = self.import_request(key_id, secrets.token_bytes(32))
        self.assert_refused(400, "InvalidKeyMaterial", "ImportKeyMaterial", **other)
        self.assert_state(key_id, "PendingImport", "after other material was refused")
        self.call("ImportKeyMaterial", **self.import_request(key_id, material))
        self.assert_state(key_id, "Enabled", "after importing the same material again")
        decrypted = self.call("Decrypt", CiphertextBlob=blob)
        self.assertEqual(decrypted["Plaintext"], PLAINTEXT, "expected old ciphertext to be readable again")

    def test_of_a_disabled_key(self) -> None:
        key_id = self.new_imported_key(secrets.token_bytes(32))
        self.call("DisableKey", KeyId=key_id)
        self.call("DeleteKeyMaterial", KeyId=key_id)
        self.assert_state(key_id, "PendingImport", "after DeleteKeyMaterial on a Disabled key")

    def test_origin_aliyun_kms(self) -> None:
        key_id = self.new_key_id()
        external = self.import_request(self.new_key_id(Origin="EXTERNAL"), bytes(32))
        for action, parameters in {
            "GetParametersForImport": {"KeyId": key_id, "WrappingAlgorithm": OAEP, "WrappingKeySpec": "RSA_2048"},
            "ImportKeyMaterial": {**external, "KeyId": key_id},
            "DeleteKeyMaterial": {"KeyId": key_id},
        }.items():
            refusal = self.assert_refused(400, "Unsupported.Origin", action, **parameters)
            documented = "This key origin is not valid for this api."
            self.assertIn(documented, refusal.message, "expected the documented message")
        self.assert_state(key_id, "Enabled", "after refusals")
