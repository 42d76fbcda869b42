//! The life of a key through every state.

use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{DataKeySpec, KeyState, OriginType};

use super::mock::{DAY, STATE_ERROR, advance, assert_error, client, import_material, new_key, state};

const TEXT: &[u8] = b"text";

#[tokio::test]
async fn native_enabled_disabled_pending_deletion_gone() {
    let kms = client("us-east-1");
    let made = kms.create_key().description("ü 密 🔑").send().await.unwrap().key_metadata.unwrap();
    assert_eq!((made.key_state, made.description.as_deref()), (Some(KeyState::Enabled), Some("ü 密 🔑")));
    let key = made.key_id;
    let encrypted = kms.encrypt().key_id(&key).plaintext(Blob::new(TEXT)).encryption_context("a", "1").send().await;
    let ciphertext = encrypted.unwrap().ciphertext_blob.unwrap();

    kms.disable_key().key_id(&key).send().await.unwrap();
    assert_eq!(state(&kms, &key).await, KeyState::Disabled);
    assert_error("DisabledException", kms.encrypt().key_id(&key).plaintext(Blob::new(TEXT)).send().await);
    let data_key = kms.generate_data_key().key_id(&key).key_spec(DataKeySpec::Aes256).send().await;
    assert_error("DisabledException", data_key);
    kms.enable_key().key_id(&key).send().await.unwrap();
    let decrypted =
        kms.decrypt().ciphertext_blob(ciphertext.clone()).encryption_context("a", "1").send().await.unwrap();
    assert_eq!(decrypted.plaintext.unwrap().as_ref(), TEXT);
    assert!(decrypted.key_id.unwrap().ends_with(&key));
    assert_error("InvalidCiphertextException", kms.decrypt().ciphertext_blob(ciphertext).send().await);

    let scheduled = kms.schedule_key_deletion().key_id(&key).pending_window_in_days(7).send().await.unwrap();
    assert_eq!((scheduled.key_state, scheduled.pending_window_in_days), (Some(KeyState::PendingDeletion), Some(7)));
    let described = kms.describe_key().key_id(&key).send().await.unwrap().key_metadata.unwrap();
    assert_eq!(described.deletion_date, scheduled.deletion_date);
    assert_error(STATE_ERROR, kms.encrypt().key_id(&key).plaintext(Blob::new(TEXT)).send().await);
    assert_error(STATE_ERROR, kms.enable_key().key_id(&key).send().await);
    kms.cancel_key_deletion().key_id(&key).send().await.unwrap();
    assert_eq!(state(&kms, &key).await, KeyState::Disabled);

    kms.schedule_key_deletion().key_id(&key).pending_window_in_days(7).send().await.unwrap();
    advance(7 * DAY);
    assert_error("NotFoundException", kms.describe_key().key_id(&key).send().await);
}

#[tokio::test]
async fn imported_pending_import_enabled_and_again() {
    let kms = client("us-east-1");
    let made = kms.create_key().origin(OriginType::External).send().await.unwrap().key_metadata.unwrap();
    let key = made.key_id;
    assert_eq!(made.key_state, Some(KeyState::PendingImport));
    assert_error(STATE_ERROR, kms.encrypt().key_id(&key).plaintext(Blob::new(TEXT)).send().await);

    import_material(&kms, &key, &[7; 32]).await.unwrap();
    assert_eq!(state(&kms, &key).await, KeyState::Enabled);
    let encrypted = kms.encrypt().key_id(&key).plaintext(Blob::new(TEXT)).send().await.unwrap();

    kms.delete_imported_key_material().key_id(&key).send().await.unwrap();
    assert_eq!(state(&kms, &key).await, KeyState::PendingImport);
    assert_eq!(import_material(&kms, &key, &[8; 32]).await, Err("IncorrectKeyMaterialException".to_owned()));
    import_material(&kms, &key, &[7; 32]).await.unwrap();
    let decrypted = kms.decrypt().ciphertext_blob(encrypted.ciphertext_blob.unwrap()).send().await.unwrap();
    assert_eq!(decrypted.plaintext.unwrap().as_ref(), TEXT);
}

#[tokio::test]
async fn multi_region_pending_replica_deletion() {
    let (kms, west) = (client("us-east-1"), client("us-west-2"));
    let made = kms.create_key().multi_region(true).send().await.unwrap().key_metadata.unwrap();
    let key = made.key_id;
    assert!(key.starts_with("mrk-"), "{key}");
    kms.replicate_key().key_id(&key).replica_region("us-west-2").send().await.unwrap();
    let encrypted = kms.encrypt().key_id(&key).plaintext(Blob::new(TEXT)).send().await.unwrap();
    let decrypted = west.decrypt().ciphertext_blob(encrypted.ciphertext_blob.unwrap()).send().await.unwrap();
    assert_eq!(decrypted.plaintext.unwrap().as_ref(), TEXT);

    kms.schedule_key_deletion().key_id(&key).pending_window_in_days(7).send().await.unwrap();
    assert_eq!(state(&kms, &key).await, KeyState::PendingReplicaDeletion);
    assert_error(STATE_ERROR, kms.disable_key().key_id(&key).send().await);
    west.schedule_key_deletion().key_id(&key).pending_window_in_days(7).send().await.unwrap();
    advance(7 * DAY);
    assert_eq!(state(&kms, &key).await, KeyState::PendingDeletion);
    advance(7 * DAY);
    assert_error("NotFoundException", kms.describe_key().key_id(&key).send().await);
}

#[tokio::test]
async fn regions_are_apart() {
    let (kms, west) = (client("us-east-1"), client("us-west-2"));
    let key = new_key(&kms).await;
    assert_error("NotFoundException", west.describe_key().key_id(&key).send().await);
}
