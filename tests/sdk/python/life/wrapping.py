"""Wraps key material for ImportKeyMaterial with the public key of GetParametersForImport."""

import base64

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key


def _oaep(algorithm: hashes.HashAlgorithm) -> padding.OAEP:
    return padding.OAEP(mgf=padding.MGF1(algorithm=algorithm), algorithm=algorithm, label=None)


PADDINGS = {
    "RSAES_PKCS1_V1_5": padding.PKCS1v15(),
    "RSAES_OAEP_SHA_1": _oaep(hashes.SHA1()),
    "RSAES_OAEP_SHA_256": _oaep(hashes.SHA256()),
}


def wrap(material: bytes, public_key: str, algorithm: str) -> str:
    """The EncryptedKeyMaterial for a PublicKey (Base64 of DER) and a WrappingAlgorithm."""
    key = load_der_public_key(base64.b64decode(public_key, validate=True))
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size != 2048:
        raise AssertionError(f"expected PublicKey to be an RSA key of 2048 bits, not {key}")
    return base64.b64encode(key.encrypt(material, PADDINGS[algorithm])).decode()
