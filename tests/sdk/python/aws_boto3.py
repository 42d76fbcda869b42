"""Drives the mock of AWS KMS through boto3: the life of a key through every state, and what is around it."""

import argparse
import hashlib
import sys
import unittest
import urllib.request
import json
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from life.loopback import stay_on_loopback

#: The access key of the documents' examples, which the mock takes unless it is told another.
ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET_ACCESS_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
DAY = 24 * 3600
STATE_ERROR = "KMSInvalidStateException"


class Case(unittest.TestCase):
    """A case with a client of each of two regions."""

    address: str
    maxDiff = None

    @classmethod
    def client(cls, region: str = "us-east-1", **changes: Any) -> Any:
        """A client of a region, which sends each request once."""
        given = {"aws_access_key_id": ACCESS_KEY_ID, "aws_secret_access_key": SECRET_ACCESS_KEY, **changes}
        config = Config(retries={"total_max_attempts": 1})
        return boto3.client("kms", region_name=region, endpoint_url=f"http://{cls.address}", config=config, **given)

    @classmethod
    def setUpClass(cls) -> None:
        cls.kms = cls.client()
        cls.west = cls.client("us-west-2")

    def new_key(self, **parameters: Any) -> str:
        return self.kms.create_key(**parameters)["KeyMetadata"]["KeyId"]

    def state(self, key: str, client: Any = None) -> str:
        return (client or self.kms).describe_key(KeyId=key)["KeyMetadata"]["KeyState"]

    def assert_error(self, code: str, method: Any, **parameters: Any) -> str:
        """Checks that a request is rejected with this code, status 400 and a request id, and gives its message."""
        with self.assertRaises(ClientError) as caught:
            method(**parameters)
        response = caught.exception.response
        self.assertEqual(response["Error"]["Code"], code, response)
        self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], 400)
        self.assertRegex(response["ResponseMetadata"]["RequestId"], "^[0-9a-f-]{36}$")
        return response["Error"]["Message"]

    def advance(self, seconds: int) -> None:
        """Moves the clock of keys forward."""
        body = json.dumps({"advance_seconds": seconds}).encode()
        request = urllib.request.Request(f"http://{self.address}/_mock/clock", body, {"content-type": "application/json"})
        urllib.request.urlopen(request).read()

    def import_material(self, key: str, material: bytes, client: Any = None, algorithm: str = "RSAES_OAEP_SHA_256", spec: str = "RSA_2048", **more: Any) -> dict:
        """Imports key material, wrapped as the documents say."""
        client = client or self.kms
        parameters = client.get_parameters_for_import(KeyId=key, WrappingAlgorithm=algorithm, WrappingKeySpec=spec)
        public = serialization.load_der_public_key(parameters["PublicKey"])
        self.assertEqual(public.key_size, int(spec.removeprefix("RSA_")))
        return client.import_key_material(
            KeyId=key,
            ImportToken=parameters["ImportToken"],
            EncryptedKeyMaterial=wrapped(public, material, algorithm),
            **(more or {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}),
        )


def oaep(algorithm: str) -> padding.OAEP:
    hash_of = hashes.SHA256 if algorithm.endswith("SHA_256") else hashes.SHA1
    return padding.OAEP(padding.MGF1(hash_of()), hash_of(), None)


def wrapped(public: rsa.RSAPublicKey, material: bytes, algorithm: str) -> bytes:
    if not algorithm.startswith("RSA_AES"):
        return public.encrypt(material, oaep(algorithm))
    key = bytes(range(32))
    return public.encrypt(key, oaep(algorithm)) + keywrap.aes_key_wrap_with_padding(key, material)


def pkcs8(private: Any) -> bytes:
    return private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


class Life(Case):
    """The life of a key through every state."""

    def test_native_key(self) -> None:
        key = self.new_key(Description="life")
        encrypted = self.kms.encrypt(KeyId=key, Plaintext=b"text", EncryptionContext={"a": "1"})["CiphertextBlob"]
        self.assertEqual(self.state(key), "Enabled")
        self.kms.disable_key(KeyId=key)
        self.kms.disable_key(KeyId=key)
        self.assertEqual(self.state(key), "Disabled")
        message = self.assert_error("DisabledException", self.kms.encrypt, KeyId=key, Plaintext=b"text")
        self.assertRegex(message, rf"^arn:aws:kms:us-east-1:\d{{12}}:key/{key} is disabled\.$")
        self.kms.enable_key(KeyId=key)
        decrypted = self.kms.decrypt(CiphertextBlob=encrypted, EncryptionContext={"a": "1"})
        self.assertEqual(decrypted["Plaintext"], b"text")

        scheduled = self.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
        self.assertEqual((scheduled["KeyState"], scheduled["PendingWindowInDays"]), ("PendingDeletion", 7))
        self.assert_error(STATE_ERROR, self.kms.encrypt, KeyId=key, Plaintext=b"text")
        self.assert_error(STATE_ERROR, self.kms.schedule_key_deletion, KeyId=key)
        self.kms.cancel_key_deletion(KeyId=key)
        self.assertEqual(self.state(key), "Disabled")
        self.assert_error(STATE_ERROR, self.kms.cancel_key_deletion, KeyId=key)
        self.kms.enable_key(KeyId=key)
        self.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
        self.advance(7 * DAY - 1)
        self.assertEqual(self.state(key), "PendingDeletion")
        self.advance(1)
        self.assert_error("NotFoundException", self.kms.describe_key, KeyId=key)

    def test_imported_key(self) -> None:
        key, material = self.new_key(Origin="EXTERNAL"), bytes(range(32))
        self.assertEqual(self.state(key), "PendingImport")
        self.assert_error(STATE_ERROR, self.kms.encrypt, KeyId=key, Plaintext=b"text")
        first = self.import_material(key, material)
        encrypted = self.kms.encrypt(KeyId=key, Plaintext=b"text")["CiphertextBlob"]
        self.kms.delete_imported_key_material(KeyId=key)
        self.kms.delete_imported_key_material(KeyId=key)
        self.assertEqual(self.state(key), "PendingImport")
        self.assert_error(STATE_ERROR, self.kms.decrypt, CiphertextBlob=encrypted)
        with self.assertRaises(self.kms.exceptions.IncorrectKeyMaterialException):
            self.import_material(key, bytes(32))

        now = self.kms.describe_key(KeyId=key)["KeyMetadata"]["CreationDate"].timestamp()
        again = self.import_material(key, material, ExpirationModel="KEY_MATERIAL_EXPIRES", ValidTo=now + 400 * 3600)
        self.assertEqual(again["KeyMaterialId"], first["KeyMaterialId"])
        self.assertEqual(self.kms.decrypt(CiphertextBlob=encrypted)["Plaintext"], b"text")
        self.assertEqual(self.kms.describe_key(KeyId=key)["KeyMetadata"]["ExpirationModel"], "KEY_MATERIAL_EXPIRES")
        self.advance(400 * 3600)
        self.assertEqual(self.state(key), "PendingImport")

    def test_every_wrapping_algorithm(self) -> None:
        for algorithm in ("RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256", "RSA_AES_KEY_WRAP_SHA_1"):
            with self.subTest(algorithm):
                key = self.new_key(Origin="EXTERNAL")
                self.import_material(key, bytes(range(32)), algorithm=algorithm, spec="RSA_3072")
                self.assertEqual(self.state(key), "Enabled")

    def test_imported_pairs_and_codes(self) -> None:
        own = rsa.generate_private_key(65537, 2048)
        key = self.new_key(Origin="EXTERNAL", KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
        self.import_material(key, pkcs8(own), algorithm="RSA_AES_KEY_WRAP_SHA_256")
        signed = self.kms.sign(KeyId=key, Message=b"text", SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256")["Signature"]
        own.public_key().verify(signed, b"text", padding.PKCS1v15(), hashes.SHA256())

        own = ec.generate_private_key(ec.SECP384R1())
        key = self.new_key(Origin="EXTERNAL", KeySpec="ECC_NIST_P384", KeyUsage="SIGN_VERIFY")
        self.import_material(key, pkcs8(own), algorithm="RSA_AES_KEY_WRAP_SHA_1")
        signed = self.kms.sign(KeyId=key, Message=b"text", SigningAlgorithm="ECDSA_SHA_384")["Signature"]
        own.public_key().verify(signed, b"text", ec.ECDSA(hashes.SHA384()))

        key = self.new_key(Origin="EXTERNAL", KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
        self.assertEqual(self.state(key), "PendingImport")
        self.import_material(key, bytes(32))
        self.assertEqual(self.state(key), "Enabled")

    def test_multi_region_key(self) -> None:
        key = self.new_key(MultiRegion=True)
        self.assertRegex(key, "^mrk-[0-9a-f]{32}$")
        encrypted = self.kms.encrypt(KeyId=key, Plaintext=b"text")["CiphertextBlob"]
        replica = self.kms.replicate_key(KeyId=key, ReplicaRegion="us-west-2")["ReplicaKeyMetadata"]
        self.assertEqual(replica["MultiRegionConfiguration"]["MultiRegionKeyType"], "REPLICA")
        self.assertRegex(replica["Arn"], ":us-west-2:")
        self.assertEqual(self.west.decrypt(CiphertextBlob=encrypted)["Plaintext"], b"text")
        self.assert_error("AlreadyExistsException", self.kms.replicate_key, KeyId=key, ReplicaRegion="us-west-2")

        self.kms.update_primary_region(KeyId=key, PrimaryRegion="us-west-2")
        relatives = self.west.describe_key(KeyId=key)["KeyMetadata"]["MultiRegionConfiguration"]
        self.assertEqual((relatives["PrimaryKey"]["Region"], relatives["ReplicaKeys"][0]["Region"]), ("us-west-2", "us-east-1"))

        scheduled = self.west.schedule_key_deletion(KeyId=key, PendingWindowInDays=10)
        self.assertEqual(scheduled["KeyState"], "PendingReplicaDeletion")
        self.assertNotIn("DeletionDate", scheduled)
        self.assert_error(STATE_ERROR, self.west.encrypt, KeyId=key, Plaintext=b"text")
        self.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
        self.advance(7 * DAY)
        self.assert_error("NotFoundException", self.kms.describe_key, KeyId=key)
        self.assertEqual(self.state(key, self.west), "PendingDeletion")
        self.advance(10 * DAY)
        self.assert_error("NotFoundException", self.west.describe_key, KeyId=key)


class Cryptography(Case):
    """What keys are for, checked with another implementation."""

    def test_rsa_encryption(self) -> None:
        for spec, size in (("RSA_2048", 2048), ("RSA_3072", 3072), ("RSA_4096", 4096)):
            with self.subTest(spec):
                key = self.new_key(KeySpec=spec, KeyUsage="ENCRYPT_DECRYPT")
                described = self.kms.get_public_key(KeyId=key)
                public = serialization.load_der_public_key(described["PublicKey"])
                self.assertEqual((public.key_size, described["EncryptionAlgorithms"]), (size, ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]))
                for algorithm in described["EncryptionAlgorithms"]:
                    most = size // 8 - 2 - 2 * (32 if algorithm.endswith("256") else 20)
                    encrypted = public.encrypt(b"x" * most, oaep(algorithm))
                    decrypted = self.kms.decrypt(KeyId=key, CiphertextBlob=encrypted, EncryptionAlgorithm=algorithm)
                    self.assertEqual(decrypted["Plaintext"], b"x" * most)
                    self.assert_error("ValidationException", self.kms.encrypt, KeyId=key, Plaintext=b"x" * (most + 1), EncryptionAlgorithm=algorithm)

    def test_rsa_signatures(self) -> None:
        key = self.new_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
        described = self.kms.get_public_key(KeyId=key)
        public = serialization.load_der_public_key(described["PublicKey"])
        for algorithm in described["SigningAlgorithms"]:
            hash_of = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}[algorithm[-3:]]()
            pad = padding.PSS(padding.MGF1(hash_of), hash_of.digest_size) if "PSS" in algorithm else padding.PKCS1v15()
            digest = hashlib.new(f"sha{algorithm[-3:]}", b"text").digest()
            for message, kind in ((b"text", "RAW"), (digest, "DIGEST")):
                signature = self.kms.sign(KeyId=key, Message=message, MessageType=kind, SigningAlgorithm=algorithm)["Signature"]
                public.verify(signature, b"text", pad, hash_of)
                self.assertTrue(self.kms.verify(KeyId=key, Message=b"text", Signature=signature, SigningAlgorithm=algorithm)["SignatureValid"])
                self.assert_error("KMSInvalidSignatureException", self.kms.verify, KeyId=key, Message=b"other", Signature=signature, SigningAlgorithm=algorithm)

    def test_elliptic_curves(self) -> None:
        for spec, algorithm, hash_of in (
            ("ECC_NIST_P256", "ECDSA_SHA_256", hashes.SHA256()),
            ("ECC_NIST_P384", "ECDSA_SHA_384", hashes.SHA384()),
            ("ECC_NIST_P521", "ECDSA_SHA_512", hashes.SHA512()),
            ("ECC_SECG_P256K1", "ECDSA_SHA_256", hashes.SHA256()),
        ):
            with self.subTest(spec):
                key = self.new_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")
                public = serialization.load_der_public_key(self.kms.get_public_key(KeyId=key)["PublicKey"])
                signature = self.kms.sign(KeyId=key, Message=b"text", SigningAlgorithm=algorithm)["Signature"]
                public.verify(signature, b"text", ec.ECDSA(hash_of))
                self.assertTrue(self.kms.verify(KeyId=key, Message=b"text", Signature=signature, SigningAlgorithm=algorithm)["SignatureValid"])

    def test_codes(self) -> None:
        for bits, length in (("224", 28), ("256", 32), ("384", 48), ("512", 64)):
            key = self.new_key(KeySpec=f"HMAC_{bits}", KeyUsage="GENERATE_VERIFY_MAC")
            made = self.kms.generate_mac(KeyId=key, Message=b"text", MacAlgorithm=f"HMAC_SHA_{bits}")
            self.assertEqual(len(made["Mac"]), length)
            given = {"KeyId": key, "MacAlgorithm": f"HMAC_SHA_{bits}", "Mac": made["Mac"]}
            self.assertTrue(self.kms.verify_mac(Message=b"text", **given)["MacValid"])
            self.assert_error("KMSInvalidMacException", self.kms.verify_mac, Message=b"other", **given)

    def test_data_keys(self) -> None:
        key = self.new_key()
        pair = self.kms.generate_data_key_pair(KeyId=key, KeyPairSpec="RSA_2048")
        private = serialization.load_der_private_key(pair["PrivateKeyPlaintext"], None)
        public = serialization.load_der_public_key(pair["PublicKey"])
        self.assertEqual(private.public_key().public_numbers(), public.public_numbers())
        self.assertEqual(self.kms.decrypt(CiphertextBlob=pair["PrivateKeyCiphertextBlob"])["Plaintext"], pair["PrivateKeyPlaintext"])
        hidden = self.kms.generate_data_key_pair_without_plaintext(KeyId=key, KeyPairSpec="ECC_NIST_P256")
        private = self.kms.decrypt(CiphertextBlob=hidden["PrivateKeyCiphertextBlob"])["Plaintext"]
        self.assertEqual(serialization.load_der_private_key(private, None).curve.name, "secp256r1")
        self.assertEqual(len(self.kms.generate_data_key(KeyId=key, NumberOfBytes=64)["Plaintext"]), 64)
        self.assertEqual(len(self.kms.generate_random(NumberOfBytes=1024)["Plaintext"]), 1024)

    def test_re_encryption(self) -> None:
        source, destination = self.new_key(), self.new_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
        encrypted = self.kms.encrypt(KeyId=source, Plaintext=b"text", EncryptionContext={"a": "1"})["CiphertextBlob"]
        moved = self.kms.re_encrypt(CiphertextBlob=encrypted, SourceEncryptionContext={"a": "1"}, DestinationKeyId=destination, DestinationEncryptionAlgorithm="RSAES_OAEP_SHA_256")
        self.assertRegex(moved["SourceKeyId"], source)
        decrypted = self.kms.decrypt(KeyId=destination, CiphertextBlob=moved["CiphertextBlob"], EncryptionAlgorithm="RSAES_OAEP_SHA_256")
        self.assertEqual(decrypted["Plaintext"], b"text")

    def test_rotation(self) -> None:
        key = self.new_key()
        encrypted = self.kms.encrypt(KeyId=key, Plaintext=b"text")["CiphertextBlob"]
        self.kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
        self.assertTrue(self.kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"])
        self.advance(90 * DAY)
        self.kms.rotate_key_on_demand(KeyId=key)
        rotations = self.kms.list_key_rotations(KeyId=key)["Rotations"]
        self.assertEqual([rotation["RotationType"] for rotation in rotations], ["AUTOMATIC", "ON_DEMAND"])
        self.assertEqual(self.kms.decrypt(CiphertextBlob=encrypted)["Plaintext"], b"text")


class Around(Case):
    """Aliases, tags, grants, policies, pages, and requests that are wrong."""

    def test_aliases(self) -> None:
        key, other = self.new_key(), self.new_key()
        self.kms.create_alias(AliasName="alias/sdk", TargetKeyId=key)
        self.assert_error("AlreadyExistsException", self.kms.create_alias, AliasName="alias/sdk", TargetKeyId=other)
        self.kms.update_alias(AliasName="alias/sdk", TargetKeyId=other)
        self.assertEqual(self.kms.describe_key(KeyId="alias/sdk")["KeyMetadata"]["KeyId"], other)
        self.assert_error("NotFoundException", self.kms.disable_key, KeyId="alias/sdk")
        (alias,) = self.kms.list_aliases(KeyId=other)["Aliases"]
        self.assertGreaterEqual(alias["LastUpdatedDate"], alias["CreationDate"])
        self.kms.delete_alias(AliasName="alias/sdk")
        self.assert_error("NotFoundException", self.kms.delete_alias, AliasName="alias/sdk")

    def test_tags_and_policies(self) -> None:
        key = self.new_key(Tags=[{"TagKey": "a", "TagValue": "1"}])
        self.kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "2"}, {"TagKey": "b", "TagValue": ""}])
        self.kms.untag_resource(KeyId=key, TagKeys=["b", "c"])
        self.assertEqual(self.kms.list_resource_tags(KeyId=key)["Tags"], [{"TagKey": "a", "TagValue": "2"}])
        policy = '{"Version":"2012-10-17","Statement":[]}'
        self.kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
        self.assertEqual(self.kms.get_key_policy(KeyId=key)["Policy"], policy)
        self.assertEqual(self.kms.list_key_policies(KeyId=key)["PolicyNames"], ["default"])
        self.assert_error("MalformedPolicyDocumentException", self.kms.put_key_policy, KeyId=key, Policy="{}")

    def test_grants(self) -> None:
        key, root = self.new_key(), "arn:aws:iam::111122223333:root"
        given = {"KeyId": key, "GranteePrincipal": root, "RetiringPrincipal": root, "Operations": ["Encrypt"], "Name": "one"}
        grant = self.kms.create_grant(**given)
        self.assertEqual(self.kms.create_grant(**given)["GrantId"], grant["GrantId"])
        self.kms.encrypt(KeyId=key, Plaintext=b"text", GrantTokens=[grant["GrantToken"]])
        self.assertEqual(len(self.kms.list_grants(KeyId=key)["Grants"]), 1)
        self.kms.retire_grant(GrantToken=grant["GrantToken"])
        self.assert_error("NotFoundException", self.kms.revoke_grant, KeyId=key, GrantId=grant["GrantId"])
        other = self.kms.create_grant(**given)
        self.assertEqual(self.kms.list_retirable_grants(RetiringPrincipal=root)["Grants"][0]["GrantId"], other["GrantId"])
        self.kms.revoke_grant(KeyId=key, GrantId=other["GrantId"])

    def test_pages(self) -> None:
        made = {self.new_key() for _ in range(5)}
        pages = self.kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 2})
        listed = [key["KeyId"] for page in pages for key in page["Keys"]]
        self.assertEqual(len(listed), len(set(listed)))
        self.assertTrue(made <= set(listed))
        self.assert_error("InvalidMarkerException", self.kms.list_keys, Marker="nothing")

    def test_regions_are_apart(self) -> None:
        key = self.new_key()
        arn = self.kms.describe_key(KeyId=key)["KeyMetadata"]["Arn"]
        self.assert_error("NotFoundException", self.west.describe_key, KeyId=key)
        self.assert_error("NotFoundException", self.west.describe_key, KeyId=arn)

    def test_wrong_requests(self) -> None:
        other = self.client(aws_secret_access_key="other")
        self.assert_error("InvalidSignatureException", other.list_keys)
        self.assert_error("UnrecognizedClientException", self.client(aws_access_key_id="AKIAOTHER").list_keys)
        self.assert_error("UnrecognizedClientException", self.client(aws_session_token="token").list_keys)
        self.assert_error("NotFoundException", self.kms.describe_key, KeyId="x")
        self.assert_error("InvalidArnException", self.kms.describe_key, KeyId="arn:aws:kms:us-east-1:1:grant/x")
        self.assert_error("ValidationException", self.kms.create_key, KeySpec="RSA_2048")
        self.assert_error("DryRunOperationException", self.kms.encrypt, KeyId=self.new_key(), Plaintext=b"x", DryRun=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", help="host:port of the mock, which is spoken to in plain HTTP")
    Case.address = parser.parse_args().address
    stay_on_loopback()
    loader = unittest.defaultTestLoader
    suite = unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in (Life, Cryptography, Around))
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    return 0 if result.wasSuccessful() and result.testsRun > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
