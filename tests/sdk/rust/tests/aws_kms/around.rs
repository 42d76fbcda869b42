//! What is around the states: signatures, data keys, aliases, tags, grants, pages, and wrong requests.

use std::collections::HashSet;

use aws_sdk_kms::Client;
use aws_sdk_kms::error::ProvideErrorMetadata;
use aws_sdk_kms::operation::describe_key::DescribeKeyError;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{
    DataKeySpec, GrantOperation, KeySpec, KeyUsageType, MacAlgorithmSpec, SigningAlgorithmSpec, Tag,
};
use rsa::RsaPublicKey;
use rsa::pkcs1v15::{Signature as Pkcs1Signature, VerifyingKey as Pkcs1Key};
use rsa::pkcs8::DecodePublicKey;
use rsa::pss::{Signature as PssSignature, VerifyingKey as PssKey};
use rsa::signature::Verifier;
use sha2::{Sha256, Sha512};

use super::mock::{ACCESS_KEY_ID, SECRET_ACCESS_KEY, assert_error, client, new_key, settings};

const TEXT: &[u8] = b"text";

#[tokio::test]
async fn signatures_that_another_implementation_verifies() {
    let kms = client("us-east-1");
    let made = kms.create_key().key_spec(KeySpec::Rsa2048).key_usage(KeyUsageType::SignVerify).send().await.unwrap();
    let key = made.key_metadata.unwrap().key_id;
    let shown = kms.get_public_key().key_id(&key).send().await.unwrap();
    let public = RsaPublicKey::from_public_key_der(shown.public_key.unwrap().as_ref()).unwrap();

    let sign = |algorithm| kms.sign().key_id(&key).message(Blob::new(TEXT)).signing_algorithm(algorithm).send();
    let signature = sign(SigningAlgorithmSpec::RsassaPkcs1V15Sha256).await.unwrap().signature.unwrap();
    let read = Pkcs1Signature::try_from(signature.as_ref()).unwrap();
    Pkcs1Key::<Sha256>::new(public.clone()).verify(TEXT, &read).unwrap();
    let other = kms.verify().key_id(&key).message(Blob::new("other")).signature(signature);
    let other = other.signing_algorithm(SigningAlgorithmSpec::RsassaPkcs1V15Sha256).send().await;
    assert_error("KMSInvalidSignatureException", other);

    let signature = sign(SigningAlgorithmSpec::RsassaPssSha512).await.unwrap().signature.unwrap();
    let read = PssSignature::try_from(signature.as_ref()).unwrap();
    PssKey::<Sha512>::new(public).verify(TEXT, &read).unwrap();
}

#[tokio::test]
async fn data_keys_codes_and_random_bytes() {
    let kms = client("us-east-1");
    let key = new_key(&kms).await;
    let made = kms.generate_data_key().key_id(&key).key_spec(DataKeySpec::Aes256).send().await.unwrap();
    let opened = kms.decrypt().ciphertext_blob(made.ciphertext_blob.unwrap()).send().await.unwrap();
    assert_eq!(opened.plaintext, made.plaintext);

    let made = kms.create_key().key_spec(KeySpec::Hmac224).key_usage(KeyUsageType::GenerateVerifyMac).send().await;
    let key = made.unwrap().key_metadata.unwrap().key_id;
    let (message, algorithm) = (Blob::new(TEXT), MacAlgorithmSpec::HmacSha224);
    let code = kms.generate_mac().key_id(&key).message(message.clone()).mac_algorithm(algorithm.clone()).send().await;
    let code = code.unwrap().mac.unwrap();
    let verified = kms.verify_mac().key_id(&key).message(message).mac_algorithm(algorithm).mac(code).send().await;
    assert!(verified.unwrap().mac_valid);
    let random = kms.generate_random().number_of_bytes(9).send().await.unwrap();
    assert_eq!(random.plaintext.unwrap().as_ref().len(), 9);
}

#[tokio::test]
async fn aliases_tags_and_grants() {
    let kms = client("us-east-1");
    let tag = Tag::builder().tag_key("a").tag_value("1").build().unwrap();
    let made = kms.create_key().tags(tag.clone()).send().await.unwrap();
    let key = made.key_metadata.unwrap().key_id;
    kms.create_alias().alias_name("alias/rust").target_key_id(&key).send().await.unwrap();
    let described = kms.describe_key().key_id("alias/rust").send().await.unwrap();
    assert_eq!(described.key_metadata.unwrap().key_id, key);
    let tags = kms.list_resource_tags().key_id(&key).send().await.unwrap();
    assert_eq!(tags.tags, Some(vec![tag]));

    let root = "arn:aws:iam::111122223333:root";
    let grant =
        kms.create_grant().key_id(&key).grantee_principal(root).operations(GrantOperation::Encrypt).send().await;
    kms.retire_grant().grant_token(grant.unwrap().grant_token.unwrap()).send().await.unwrap();
    let grants = kms.list_grants().key_id(&key).send().await.unwrap();
    assert_eq!(grants.grants, Some(Vec::new()));
}

#[tokio::test]
async fn pages_hold_every_key_once() {
    let kms = client("us-east-1");
    let mut made = HashSet::new();
    for _ in 0..5 {
        made.insert(new_key(&kms).await);
    }
    let pages = kms.list_keys().into_paginator().page_size(2).items().send();
    let listed = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    let unique: HashSet<String> = listed.iter().filter_map(|key| key.key_id.clone()).collect();
    assert_eq!(unique.len(), listed.len());
    assert!(unique.is_superset(&made));
    assert_error("InvalidMarkerException", kms.list_keys().marker("nothing").send().await);
}

#[tokio::test]
async fn wrong_requests() {
    let with = |id: &str, secret: &str| Client::from_conf(settings("us-east-1", id, secret).build());
    assert_error("InvalidSignatureException", with(ACCESS_KEY_ID, "other").list_keys().send().await);
    assert_error("UnrecognizedClientException", with("AKIAOTHER", SECRET_ACCESS_KEY).list_keys().send().await);

    let kms = client("us-east-1");
    assert_error("ValidationException", kms.create_key().key_spec(KeySpec::Rsa2048).send().await);
    // The SDK knows the error by its type and not by its code alone.
    let error = kms.describe_key().key_id("x").send().await.unwrap_err().into_service_error();
    assert!(matches!(&error, DescribeKeyError::NotFoundException(_)), "{error:?}");
    assert!(error.message().is_some_and(|message| !message.is_empty()));
}
