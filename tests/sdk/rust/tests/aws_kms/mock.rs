//! The mock of AWS KMS as a test finds it: a client of a region, its clock, and what the documents say of key material.

use std::env;
use std::fmt::Debug;
use std::io::{Read, Write};
use std::net::TcpStream;

use aws_sdk_kms::Client;
use aws_sdk_kms::config::http::HttpResponse;
use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::config::{BehaviorVersion, Builder, Config, Credentials, Region};
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::operation::RequestId;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{AlgorithmSpec, ExpirationModelType, KeyState, WrappingKeySpec};
use rsa::pkcs8::DecodePublicKey;
use rsa::rand_core::OsRng;
use rsa::{Oaep, RsaPublicKey};
use sha2::Sha256;

/// The access key of the documents' examples, which the mock takes unless it is told another.
pub const ACCESS_KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
pub const SECRET_ACCESS_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
pub const DAY: u64 = 24 * 3600;
pub const STATE_ERROR: &str = "KMSInvalidStateException";

/// The host and port of the mock, which is spoken to in plain HTTP.
fn address() -> String {
    env::var("KMS_MOCK").expect("KMS_MOCK is the host and port of a mock")
}

/// The settings of a client of a region, which sends each request once and to the mock alone.
pub fn settings(region: &str, access_key_id: &str, secret_access_key: &str) -> Builder {
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .endpoint_url(format!("http://{}", address()))
        .credentials_provider(Credentials::new(access_key_id, secret_access_key, None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
}

/// A client of a region.
pub fn client(region: &str) -> Client {
    Client::from_conf(settings(region, ACCESS_KEY_ID, SECRET_ACCESS_KEY).build())
}

/// Makes a key with the service's defaults.
pub async fn new_key(kms: &Client) -> String {
    kms.create_key().send().await.unwrap().key_metadata.unwrap().key_id
}

/// The state of a key as it is described.
pub async fn state(kms: &Client, key: &str) -> KeyState {
    kms.describe_key().key_id(key).send().await.unwrap().key_metadata.unwrap().key_state.unwrap()
}

/// Checks that a request is rejected with this code, status 400 and a request id, as the SDK's error shows it.
#[track_caller]
pub fn assert_error<T, E>(code: &str, response: Result<T, SdkError<E, HttpResponse>>)
where
    T: Debug,
    E: ProvideErrorMetadata + RequestId + Debug,
{
    let error = response.expect_err("it is rejected");
    let status = error.raw_response().map(|response| response.status().as_u16());
    let error = error.as_service_error().unwrap_or_else(|| panic!("an error of the service: {error:?}"));
    assert_eq!((error.meta().code(), status), (Some(code), Some(400)), "{error:?}");
    assert_eq!(error.request_id().map(str::len), Some(36), "{error:?}");
}

/// Moves the clock of keys forward.
pub fn advance(seconds: u64) {
    let address = address();
    let body = format!(r#"{{"advance_seconds": {seconds}}}"#);
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(
        stream,
        "POST /_mock/clock HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
}

/// Imports key material, wrapped as the documents say; gives the code of the error, if it is rejected.
pub async fn import_material(kms: &Client, key: &str, material: &[u8]) -> Result<(), String> {
    let parameters = kms
        .get_parameters_for_import()
        .key_id(key)
        .wrapping_algorithm(AlgorithmSpec::RsaesOaepSha256)
        .wrapping_key_spec(WrappingKeySpec::Rsa2048)
        .send()
        .await
        .unwrap();
    let public = RsaPublicKey::from_public_key_der(parameters.public_key.unwrap().as_ref()).unwrap();
    let wrapped = public.encrypt(&mut OsRng, Oaep::new::<Sha256>(), material).unwrap();

    let response = kms
        .import_key_material()
        .key_id(key)
        .import_token(parameters.import_token.unwrap())
        .encrypted_key_material(Blob::new(wrapped))
        .expiration_model(ExpirationModelType::KeyMaterialDoesNotExpire)
        .send()
        .await;
    response.map(drop).map_err(|error| error.code().unwrap_or_default().to_owned())
}
