#!/usr/bin/env python3
"""Repeats verdicts of a run with boto3, and counts how often the suite was right: tests/emulators/repeat.py NAME...

Draws verdicts of single requests on single keys at random from what run.py has kept, half failures and half passes. Each is
repeated against the emulator, started anew, by another client that shares nothing with the suite: boto3 makes the key, brings it
into its state, and sends the request. A verdict is right if the code that comes is the one that the suite reports. Only the
code is compared: whether a field or an effect is wrong, which the suite also judges, is said beside it.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import run  # noqa: E402

# What can't be repeated by one call: cells of two keys, or that only a run prepares.
HARD = {"UpdateAlias", "ImportKeyMaterial", "ReEncrypt"}
ALGORITHMS = {
    "rsa": "RSAES_OAEP_SHA_256",
    "rsa-signing": "RSASSA_PSS_SHA_256",
    "ecc": "ECDSA_SHA_256",
    "hmac": "HMAC_SHA_256",
    "multi-region-signing": "ECDSA_SHA_256",
    "multi-region-hmac": "HMAC_SHA_256",
}
CREATE = {
    "native": {},
    "rsa": {"KeyUsage": "ENCRYPT_DECRYPT", "KeySpec": "RSA_2048"},
    "rsa-signing": {"KeyUsage": "SIGN_VERIFY", "KeySpec": "RSA_2048"},
    "ecc": {"KeyUsage": "SIGN_VERIFY", "KeySpec": "ECC_NIST_P256"},
    "hmac": {"KeyUsage": "GENERATE_VERIFY_MAC", "KeySpec": "HMAC_256"},
    "imported": {"Origin": "EXTERNAL"},
    "multi-region": {"MultiRegion": True},
    "multi-region-imported": {"MultiRegion": True, "Origin": "EXTERNAL"},
    "multi-region-signing": {"MultiRegion": True, "KeyUsage": "SIGN_VERIFY", "KeySpec": "ECC_NIST_P256"},
    "multi-region-hmac": {"MultiRegion": True, "KeyUsage": "GENERATE_VERIFY_MAC", "KeySpec": "HMAC_256"},
}


def client(endpoint, region="us-east-1"):
    import boto3
    from botocore.config import Config

    return boto3.client(
        "kms",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        config=Config(retries={"max_attempts": 1}, parameter_validation=False),
    )


def import_material(kms, key):
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding

    given = kms.get_parameters_for_import(KeyId=key, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048")
    public = serialization.load_der_public_key(given["PublicKey"])
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    kms.import_key_material(
        KeyId=key,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=public.encrypt(os.urandom(32), oaep),
        ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
    )


class Key:
    """A key with what the probe may need, made before it is brought into its state."""

    def __init__(self, kms, of, state, probe):
        self.kms, self.of = kms, of
        made = kms.create_key(Description="repeated", **CREATE[of])["KeyMetadata"]
        self.id, self.arn = made["KeyId"], made.get("Arn", "")
        self.account = self.arn.split(":")[4]
        if of.endswith("imported") and state != "PendingImport":
            import_material(kms, self.id)
        if probe in ("Decrypt",):
            self.blob = kms.encrypt(KeyId=self.id, Plaintext=b"text", EncryptionAlgorithm=self.algorithm)["CiphertextBlob"]
        if probe == "Verify":
            signed = kms.sign(KeyId=self.id, Message=b"text", SigningAlgorithm=self.algorithm)
            self.signature = signed["Signature"]
        if probe == "VerifyMac":
            self.mac = kms.generate_mac(KeyId=self.id, Message=b"text", MacAlgorithm=self.algorithm)["Mac"]
        if probe in ("DeleteAlias", "ListAliases"):
            self.alias = "alias/repeated-" + os.urandom(6).hex()
            kms.create_alias(AliasName=self.alias, TargetKeyId=self.id)
        if probe in ("RetireGrant", "RevokeGrant", "ListGrants"):
            self.grant = kms.create_grant(
                KeyId=self.id, GranteePrincipal=self.root, RetiringPrincipal=self.root, Operations=["DescribeKey"]
            )["GrantId"]
        if probe in ("UntagResource", "ListResourceTags"):
            kms.tag_resource(KeyId=self.id, Tags=[{"TagKey": "a", "TagValue": "b"}])
        if state == "PendingReplicaDeletion" or probe == "UpdatePrimaryRegion":
            kms.replicate_key(KeyId=self.id, ReplicaRegion="us-west-2")
        if state == "Disabled":
            kms.disable_key(KeyId=self.id)
        if state.startswith("Pending") and state != "PendingImport":
            kms.schedule_key_deletion(KeyId=self.id, PendingWindowInDays=7)

    @property
    def root(self):
        return f"arn:aws:iam::{self.account}:root"

    @property
    def algorithm(self):
        return ALGORITHMS.get(self.of, "SYMMETRIC_DEFAULT")

    def parameters(self, operation):
        id, algorithm = self.id, self.algorithm
        policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "%s"}, "Action": "kms:*", "Resource": "*"}]}'
        special = {
            "CreateAlias": lambda: {"AliasName": "alias/repeated-" + os.urandom(6).hex(), "TargetKeyId": id},
            "CreateGrant": lambda: {"KeyId": id, "GranteePrincipal": self.root, "Operations": ["DescribeKey"]},
            "Decrypt": lambda: {"KeyId": id, "CiphertextBlob": self.blob, "EncryptionAlgorithm": algorithm},
            "DeleteAlias": lambda: {"AliasName": self.alias},
            "Encrypt": lambda: {"KeyId": id, "Plaintext": b"text", "EncryptionAlgorithm": algorithm},
            "GenerateDataKey": lambda: {"KeyId": id, "KeySpec": "AES_256"},
            "GenerateDataKeyWithoutPlaintext": lambda: {"KeyId": id, "KeySpec": "AES_256"},
            "GenerateDataKeyPair": lambda: {"KeyId": id, "KeyPairSpec": "ECC_NIST_P256"},
            "GenerateDataKeyPairWithoutPlaintext": lambda: {"KeyId": id, "KeyPairSpec": "ECC_NIST_P256"},
            "GenerateMac": lambda: {"KeyId": id, "Message": b"text", "MacAlgorithm": algorithm},
            "GetKeyPolicy": lambda: {"KeyId": id, "PolicyName": "default"},
            "GetParametersForImport": lambda: {
                "KeyId": id,
                "WrappingAlgorithm": "RSAES_OAEP_SHA_256",
                "WrappingKeySpec": "RSA_2048",
            },
            "PutKeyPolicy": lambda: {"KeyId": id, "PolicyName": "default", "Policy": policy % self.root},
            "ReplicateKey": lambda: {"KeyId": id, "ReplicaRegion": "eu-west-1"},
            "RetireGrant": lambda: {"KeyId": self.arn, "GrantId": self.grant},
            "RevokeGrant": lambda: {"KeyId": id, "GrantId": self.grant},
            "ScheduleKeyDeletion": lambda: {"KeyId": id, "PendingWindowInDays": 7},
            "Sign": lambda: {"KeyId": id, "Message": b"text", "SigningAlgorithm": algorithm},
            "TagResource": lambda: {"KeyId": id, "Tags": [{"TagKey": "a", "TagValue": "b"}]},
            "UntagResource": lambda: {"KeyId": id, "TagKeys": ["a"]},
            "UpdateKeyDescription": lambda: {"KeyId": id, "Description": "another"},
            "UpdatePrimaryRegion": lambda: {"KeyId": id, "PrimaryRegion": "us-west-2"},
            "Verify": lambda: {"KeyId": id, "Message": b"text", "SigningAlgorithm": algorithm, "Signature": self.signature},
            "VerifyMac": lambda: {"KeyId": id, "Message": b"text", "MacAlgorithm": algorithm, "Mac": self.mac},
        }
        return special.get(operation, lambda: {"KeyId": id})()


def repeated(endpoint, case):
    """The code that boto3 gets, or why the request could not be sent."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore import xform_name

    kms = client(endpoint)
    operation = case["operation"]
    try:
        key = Key(kms, case["key_class"], case["state"], operation)
        parameters = key.parameters(operation)
    except (ClientError, BotoCoreError, KeyError, ValueError) as error:
        return None, f"could not be prepared: {error}"
    try:
        getattr(kms, xform_name(operation))(**parameters)
        return "Success", ""
    except ClientError as error:
        return error.response["Error"]["Code"], ""
    except (BotoCoreError, ValueError) as error:
        return type(error).__name__, "the response could not be read"


def can_be_repeated(case):
    """A cell of one key by its plain request, whose probe got a response."""
    if "state" not in case or "actual" not in case or case["operation"] in HARD or "original_state" in case:
        return False
    words = case["id"].split("/")
    plain = words[2] == case["state"]
    return plain and case["key_class"] in CREATE


def is_failure(case):
    return case["verdict"] == "fail" or (case["verdict"] == "known-failure" and case.get("kind") not in ("fixture", "refusal", "transport"))


def repeat(name, results, count, chance):
    cases = [case for case in results["cases"] if can_be_repeated(case)]
    failures = [case for case in cases if is_failure(case)]
    passes = [case for case in cases if case["verdict"] == "pass"]
    drawn = chance.sample(failures, min(count // 2, len(failures)))
    drawn += chance.sample(passes, min(count - len(drawn), len(passes)))

    counts = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        with run.Emulator(name, pathlib.Path(folder)) as emulator:
            for case in sorted(drawn, key=lambda case: case["id"]):
                code, why = repeated(emulator.endpoint, case)
                wanted = case["actual"]["code"]
                verdict = "not repeated" if code is None else "right" if code == wanted else "wrong"
                counts[verdict, "failure" if is_failure(case) else "pass"] += 1
                kind = f" ({case['kind']})" if case.get("kind") else ""
                if verdict != "right":
                    print(f"{name}: {case['id']}{kind}: the suite reports {wanted}, boto3 gets {code} {why}")
    of = {half: [counts["right", half], sum(n for (_, of), n in counts.items() if of == half)] for half in ("failure", "pass")}
    print(
        f"{name}: of {of['failure'][1]} failures {of['failure'][0]} were right, of {of['pass'][1]} passes {of['pass'][0]}; "
        f"{counts['not repeated', 'failure'] + counts['not repeated', 'pass']} could not be repeated",
        flush=True,
    )
    return sum(n for (verdict, _), n in counts.items() if verdict == "wrong")


def with_boto3():
    """Starts this program again with boto3, unless it is there."""
    try:
        import boto3  # noqa: F401
        import cryptography  # noqa: F401
    except ImportError:
        folder = run.cache() / "boto3-1.44.5"
        if not (folder / "ready").exists():
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, "boto3==1.44.5", "cryptography"], check=True)
            (folder / "ready").touch()
        os.execv(folder / "bin" / "python", [str(folder / "bin" / "python"), *sys.argv])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+", metavar="NAME", help="emulators whose results run.py has kept")
    parser.add_argument("--reports", type=pathlib.Path, default=run.ROOT / "target" / "emulators", help="where they are")
    parser.add_argument("--count", type=int, default=30, help="how many verdicts are repeated")
    parser.add_argument("--seed", type=int, default=1, help="what is drawn")
    arguments = parser.parse_args()
    with_boto3()
    wrong = 0
    for name in arguments.names:
        results = json.loads((arguments.reports / f"{name}.json").read_text())
        wrong += repeat(name, results, arguments.count, random.Random(arguments.seed))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
