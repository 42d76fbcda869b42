//! What keys are used for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::*;

fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[test]
fn a_ciphertext_is_opened_by_its_key_its_context_and_nothing_else() {
    let bench = Bench::new();
    let (key, other) = (bench.key(json!({})), bench.key(json!({})));
    let arn = bench.described(&key)["Arn"].clone();
    let encrypted =
        bench.ok("Encrypt", json!({"KeyId": key, "Plaintext": "dGV4dA==", "EncryptionContext": {"a": "1", "b": "2"}}));
    assert_eq!(encrypted["KeyId"], arn);
    assert_eq!(encrypted["EncryptionAlgorithm"], "SYMMETRIC_DEFAULT");

    let blob = &encrypted["CiphertextBlob"];
    let opened = bench.ok("Decrypt", json!({"CiphertextBlob": blob, "EncryptionContext": {"b": "2", "a": "1"}}));
    assert_eq!((&opened["Plaintext"], &opened["KeyId"]), (&json!("dGV4dA=="), &arn));
    let context = json!({"a": "1", "b": "2"});
    for (parameters, code) in [
        (json!({"CiphertextBlob": blob}), "InvalidCiphertextException"),
        (json!({"CiphertextBlob": blob, "EncryptionContext": {"a": "1"}}), "InvalidCiphertextException"),
        (json!({"CiphertextBlob": blob, "KeyId": other, "EncryptionContext": context}), "IncorrectKeyException"),
        (json!({"CiphertextBlob": "AQID"}), "InvalidCiphertextException"),
        (json!({"CiphertextBlob": "%"}), "SerializationException"),
        (json!({"CiphertextBlob": ""}), "ValidationException"),
        (json!({}), "ValidationException"),
        (json!({"CiphertextBlob": blob, "EncryptionAlgorithm": "RSAES_OAEP_SHA_1"}), "ValidationException"),
    ] {
        assert_eq!(bench.error("Decrypt", parameters.clone()), code, "{parameters}");
    }
}

#[test]
fn the_state_of_the_key_counts_for_what_it_has_encrypted() {
    let bench = Bench::new();
    let key = bench.key(json!({}));
    let blob = bench.encrypt(&key, "dGV4dA==");
    bench.ok("DisableKey", json!({"KeyId": key}));
    assert_eq!(bench.error("Decrypt", json!({"CiphertextBlob": blob})), "DisabledException");
    bench.ok("ScheduleKeyDeletion", json!({"KeyId": key}));
    assert_eq!(bench.error("Decrypt", json!({"CiphertextBlob": blob})), STATE_ERROR);
}

#[test]
fn plaintexts_have_the_recorded_lengths() {
    let bench = Bench::new();
    let key = bench.key(json!({}));
    for (bytes, is_good) in [(0, false), (1, true), (4096, true), (4097, false)] {
        let (status, _) = bench.send(
            "us-east-1",
            "Encrypt",
            &json!({"KeyId": key, "Plaintext": base64(&vec![1; bytes])}).to_string(),
        );
        assert_eq!(status == 200, is_good, "{bytes}");
    }

    for (spec, sha1, sha256) in [("RSA_2048", 214, 190), ("RSA_3072", 342, 318), ("RSA_4096", 470, 446)] {
        let key = bench.key(json!({"KeySpec": spec, "KeyUsage": "ENCRYPT_DECRYPT"}));
        for (algorithm, most) in [("RSAES_OAEP_SHA_1", sha1), ("RSAES_OAEP_SHA_256", sha256)] {
            let request = |bytes: usize| json!({"KeyId": key, "Plaintext": base64(&vec![1; bytes]), "EncryptionAlgorithm": algorithm});
            let blob = bench.ok("Encrypt", request(most))["CiphertextBlob"].clone();
            assert_eq!(bench.error("Encrypt", request(most + 1)), "ValidationException");
            let open = json!({"KeyId": key, "CiphertextBlob": blob, "EncryptionAlgorithm": algorithm});
            assert_eq!(bench.ok("Decrypt", open)["Plaintext"], base64(&vec![1; most]));
            let unnamed = json!({"CiphertextBlob": blob, "EncryptionAlgorithm": algorithm});
            assert_eq!(bench.error("Decrypt", unnamed), "ValidationException");
        }
    }
}

#[test]
fn a_key_is_used_for_its_usage_only() {
    let bench = Bench::new();
    let symmetric = bench.key(json!({}));
    let mac = bench.key(json!({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}));
    let signing = bench.key(json!({"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}));
    let rsa = bench.key(json!({"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"}));

    for (operation, parameters, code) in [
        ("Encrypt", json!({"KeyId": mac, "Plaintext": "dGV4dA=="}), "InvalidKeyUsageException"),
        ("Encrypt", json!({"KeyId": signing, "Plaintext": "dGV4dA=="}), "InvalidKeyUsageException"),
        ("Encrypt", json!({"KeyId": rsa, "Plaintext": "dGV4dA=="}), "InvalidKeyUsageException"),
        (
            "Sign",
            json!({"KeyId": symmetric, "Message": "dGV4dA==", "SigningAlgorithm": "ECDSA_SHA_256"}),
            "InvalidKeyUsageException",
        ),
        (
            "Sign",
            json!({"KeyId": signing, "Message": "dGV4dA==", "SigningAlgorithm": "ECDSA_SHA_256"}),
            "InvalidKeyUsageException",
        ),
        (
            "GenerateMac",
            json!({"KeyId": symmetric, "Message": "dGV4dA==", "MacAlgorithm": "HMAC_SHA_256"}),
            "InvalidKeyUsageException",
        ),
        (
            "GenerateMac",
            json!({"KeyId": mac, "Message": "dGV4dA==", "MacAlgorithm": "HMAC_SHA_512"}),
            "InvalidKeyUsageException",
        ),
        ("GenerateDataKey", json!({"KeyId": rsa, "KeySpec": "AES_256"}), "InvalidKeyUsageException"),
        ("GetPublicKey", json!({"KeyId": symmetric}), "UnsupportedOperationException"),
        ("GetPublicKey", json!({"KeyId": mac}), "UnsupportedOperationException"),
    ] {
        assert_eq!(bench.error(operation, parameters.clone()), code, "{operation} {parameters}");
    }
}

#[test]
fn a_wrong_signature_and_a_wrong_code_are_errors_without_a_message() {
    let bench = Bench::new();
    let key = bench.key(json!({"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}));
    let signed = bench.ok("Sign", json!({"KeyId": key, "Message": "dGV4dA==", "SigningAlgorithm": "ECDSA_SHA_256"}));
    let verify = |message: &str| json!({"KeyId": key, "Message": message, "SigningAlgorithm": "ECDSA_SHA_256", "Signature": signed["Signature"]});
    assert_eq!(bench.ok("Verify", verify("dGV4dA=="))["SignatureValid"], true);
    let (_, body) = bench.send("us-east-1", "Verify", &verify("b3RoZXI=").to_string());
    assert_eq!(body, json!({"__type": "KMSInvalidSignatureException", "message": ""}));

    let key = bench.key(json!({"KeySpec": "HMAC_384", "KeyUsage": "GENERATE_VERIFY_MAC"}));
    let made = bench.ok("GenerateMac", json!({"KeyId": key, "Message": "dGV4dA==", "MacAlgorithm": "HMAC_SHA_384"}));
    let verify =
        |message: &str| json!({"KeyId": key, "Message": message, "MacAlgorithm": "HMAC_SHA_384", "Mac": made["Mac"]});
    assert_eq!(bench.ok("VerifyMac", verify("dGV4dA=="))["MacValid"], true);
    assert_eq!(bench.error("VerifyMac", verify("b3RoZXI=")), "KMSInvalidMacException");
}

#[test]
fn a_digest_has_the_length_of_its_algorithm() {
    let bench = Bench::new();
    let key = bench.key(json!({"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}));
    let request = |bytes: usize, kind: &str| json!({"KeyId": key, "Message": base64(&vec![1; bytes]), "MessageType": kind, "SigningAlgorithm": "RSASSA_PSS_SHA_384"});
    bench.ok("Sign", request(48, "DIGEST"));
    bench.ok("Sign", request(4096, "RAW"));
    for (bytes, kind) in [(32, "DIGEST"), (4097, "RAW"), (0, "RAW"), (64, "EXTERNAL_MU"), (48, "OTHER")] {
        assert_eq!(bench.error("Sign", request(bytes, kind)), "ValidationException", "{bytes} {kind}");
    }
}

#[test]
fn data_keys_have_the_length_that_is_requested() {
    let bench = Bench::new();
    let key = bench.key(json!({}));
    for (given, bytes) in [
        (json!({"KeySpec": "AES_128"}), 16),
        (json!({"KeySpec": "AES_256"}), 32),
        (json!({"NumberOfBytes": 1024}), 1024),
    ] {
        let mut request = given.clone();
        request["KeyId"] = json!(key);
        let made = bench.ok("GenerateDataKey", request.clone());
        assert_eq!(STANDARD.decode(text(&made["Plaintext"])).unwrap().len(), bytes);
        assert_eq!(
            bench.ok("Decrypt", json!({"CiphertextBlob": made["CiphertextBlob"]}))["Plaintext"],
            made["Plaintext"]
        );
        let hidden = bench.ok("GenerateDataKeyWithoutPlaintext", request);
        assert!(hidden.get("Plaintext").is_none() && hidden["CiphertextBlob"].is_string());
    }

    for given in [
        json!({}),
        json!({"KeySpec": "AES_512"}),
        json!({"NumberOfBytes": 1025}),
        json!({"NumberOfBytes": 0}),
        json!({"KeySpec": "AES_256", "NumberOfBytes": 32}),
    ] {
        let mut request = given.clone();
        request["KeyId"] = json!(key);
        assert_eq!(bench.error("GenerateDataKey", request), "ValidationException", "{given}");
    }

    assert_eq!(
        STANDARD.decode(text(&bench.ok("GenerateRandom", json!({"NumberOfBytes": 7}))["Plaintext"])).unwrap().len(),
        7
    );
    assert_eq!(bench.error("GenerateRandom", json!({"NumberOfBytes": 1025})), "ValidationException");
    assert_eq!(bench.error("GenerateRandom", json!({})), "ValidationException");
}

#[test]
fn data_key_pairs_are_of_the_kind_that_is_requested() {
    let bench = Bench::new();
    let key = bench.key(json!({}));
    for spec in
        ["RSA_2048", "RSA_3072", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1"]
    {
        let made = bench.ok("GenerateDataKeyPair", json!({"KeyId": key, "KeyPairSpec": spec}));
        let opened = bench.ok("Decrypt", json!({"CiphertextBlob": made["PrivateKeyCiphertextBlob"]}));
        assert_eq!(opened["Plaintext"], made["PrivateKeyPlaintext"], "{spec}");
        assert!(made["PublicKey"].is_string() && made["KeyPairSpec"] == spec);
        let hidden = bench.ok("GenerateDataKeyPairWithoutPlaintext", json!({"KeyId": key, "KeyPairSpec": spec}));
        assert!(hidden.get("PrivateKeyPlaintext").is_none());
    }
    for (spec, code) in [
        ("SYMMETRIC_DEFAULT", "ValidationException"),
        ("HMAC_256", "ValidationException"),
        ("SM2", "UnsupportedOperationException"),
    ] {
        assert_eq!(bench.error("GenerateDataKeyPair", json!({"KeyId": key, "KeyPairSpec": spec})), code);
    }
}

#[test]
fn both_keys_of_a_re_encryption_must_be_enabled() {
    let bench = Bench::new();
    let (source, destination) = (bench.key(json!({})), bench.key(json!({})));
    let blob = bench.encrypt(&source, "dGV4dA==");
    let request =
        json!({"CiphertextBlob": blob, "DestinationKeyId": destination, "DestinationEncryptionContext": {"a": "1"}});
    let moved = bench.ok("ReEncrypt", request.clone());
    assert_eq!(moved["SourceKeyId"], bench.described(&source)["Arn"]);
    assert_eq!(moved["KeyId"], bench.described(&destination)["Arn"]);
    let opened =
        bench.ok("Decrypt", json!({"CiphertextBlob": moved["CiphertextBlob"], "EncryptionContext": {"a": "1"}}));
    assert_eq!(opened["Plaintext"], "dGV4dA==");

    let mut wrong = request.clone();
    wrong["SourceKeyId"] = json!(destination);
    assert_eq!(bench.error("ReEncrypt", wrong), "IncorrectKeyException");
    for key in [&source, &destination] {
        bench.ok("DisableKey", json!({"KeyId": key}));
        assert_eq!(bench.error("ReEncrypt", request.clone()), "DisabledException");
        bench.ok("EnableKey", json!({"KeyId": key}));
    }
}

#[test]
fn a_dry_run_succeeds_by_an_error_and_fails_as_the_request_would() {
    let bench = Bench::new();
    let key = bench.key(json!({}));
    let request = json!({"KeyId": key, "Plaintext": "dGV4dA==", "DryRun": true});
    assert_eq!(bench.error("Encrypt", request.clone()), "DryRunOperationException");
    bench.ok("DisableKey", json!({"KeyId": key}));
    assert_eq!(bench.error("Encrypt", request), "DisabledException");
}
