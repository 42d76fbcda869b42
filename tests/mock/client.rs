//! A small client that signs, for tests only.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kms_conformance::mock::Mock;
use kms_conformance::provider::alibaba::signature::{
    v1_signature, v1_string_to_sign, v3_canonical_request, v3_signature, v3_string_to_sign,
};
use kms_conformance::provider::signing::{canonical_query, percent_encode, sha256_hex};
use serde_json::Value;

/// Parameters of a request.
pub type Parameters = Vec<(String, String)>;

pub fn parameters(pairs: &[(&str, &str)]) -> Parameters {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A response of the mock.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub content_type: String,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Response {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// The error code, or `Success`.
    pub fn code(&self) -> String {
        if self.status == 200 { "Success".to_owned() } else { self.json()["Code"].as_str().unwrap().to_owned() }
    }

    /// A text field, by its JSON pointer.
    pub fn text(&self, pointer: &str) -> String {
        let json = self.json();
        json.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {json}")).to_owned()
    }

    pub fn succeeded(self) -> Self {
        assert_eq!(self.status, 200, "{}", self.text);
        self
    }

    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{}", self.text);
        self
    }
}

/// A client with an access key.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    endpoint: String,
    id: String,
    secret: String,
}

static NONCE: AtomicU64 = AtomicU64::new(0);

pub fn nonce() -> String {
    format!("nonce-{}-{}", std::process::id(), NONCE.fetch_add(1, Ordering::Relaxed))
}

/// Real time on the wire.
pub fn timestamp() -> String {
    jiff::Timestamp::from_second(jiff::Timestamp::now().as_second()).unwrap().to_string()
}

impl Client {
    pub fn new(mock: &Mock) -> Self {
        Self::with_key(mock, "testid", "testsecret")
    }

    pub fn with_key(mock: &Mock, id: &str, secret: &str) -> Self {
        Self::at(&mock.endpoint(), id, secret)
    }

    pub fn at(endpoint: &str, id: &str, secret: &str) -> Self {
        let http = reqwest::Client::builder().tls_certs_only([]).no_proxy().build().unwrap();
        Self { http, endpoint: endpoint.to_owned(), id: id.to_owned(), secret: secret.to_owned() }
    }

    /// The parameters of a v1 request but for the signature.
    pub fn unsigned(&self, action: &str, pairs: &[(&str, &str)]) -> Parameters {
        let mut all = parameters(pairs);
        all.extend(parameters(&[
            ("Action", action),
            ("Version", "2016-01-20"),
            ("Format", "JSON"),
            ("AccessKeyId", &self.id),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureVersion", "1.0"),
            ("SignatureNonce", &nonce()),
            ("Timestamp", &timestamp()),
        ]));
        all
    }

    pub fn sign(&self, method: &str, mut all: Parameters) -> Parameters {
        let text = v1_string_to_sign(method, all.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        all.push(("Signature".to_owned(), v1_signature(&self.secret, &text)));
        all
    }

    /// Sends parameters in the URL.
    pub async fn send(&self, method: &str, all: &Parameters) -> Response {
        let query = canonical_query(all.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let url = format!("{}/?{query}", self.endpoint);
        self.exchange(self.http.request(method.parse().unwrap(), url)).await
    }

    /// Sends parameters in a form body.
    pub async fn send_form(&self, all: &Parameters) -> Response {
        let body = canonical_query(all.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let request = self.http.post(format!("{}/", self.endpoint));
        self.exchange(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await
    }

    /// Sends anything.
    pub async fn send_raw(&self, method: &str, target: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Response {
        let mut request = self.http.request(method.parse().unwrap(), format!("{}{target}", self.endpoint)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.exchange(request).await
    }

    async fn exchange(&self, request: reqwest::RequestBuilder) -> Response {
        Self::try_exchange(request).await.unwrap()
    }

    async fn try_exchange(request: reqwest::RequestBuilder) -> Result<Response, reqwest::Error> {
        let response = request.send().await?;
        let headers = response.headers().clone();
        let content_type = headers.get("content-type").map_or("", |value| value.to_str().unwrap()).to_owned();
        Ok(Response { status: response.status().as_u16(), content_type, headers, text: response.text().await? })
    }

    /// A well-signed v1 request that may get no response.
    pub async fn try_call(&self, action: &str, pairs: &[(&str, &str)]) -> Result<Response, reqwest::Error> {
        let all = self.sign("POST", self.unsigned(action, pairs));
        let query = canonical_query(all.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        Self::try_exchange(self.http.post(format!("{}/?{query}", self.endpoint))).await
    }

    /// A well-signed v1 request.
    pub async fn call(&self, action: &str, pairs: &[(&str, &str)]) -> Response {
        self.send("POST", &self.sign("POST", self.unsigned(action, pairs))).await
    }

    /// The headers of a V3 request, Authorization included, and its target.
    pub fn v3(
        &self,
        action: &str,
        pairs: &[(&str, &str)],
        body: &[u8],
        nonce: &str,
    ) -> (String, Vec<(String, String)>) {
        let payload = sha256_hex(body);
        let host = self.endpoint.trim_start_matches("http://").to_owned();
        let date = timestamp();
        let headers = [
            ("host", host.as_str()),
            ("x-acs-action", action),
            ("x-acs-content-sha256", &payload),
            ("x-acs-date", &date),
            ("x-acs-signature-nonce", nonce),
            ("x-acs-version", "2016-01-20"),
        ];

        let canonical = v3_canonical_request("POST", pairs.iter().copied(), &headers, &payload);
        let signature = v3_signature(&self.secret, &v3_string_to_sign(&canonical));
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let authorization =
            format!("ACS3-HMAC-SHA256 Credential={},SignedHeaders={},Signature={signature}", self.id, names.join(";"));
        let mut all: Vec<(String, String)> = parameters(&headers);
        all.push(("authorization".to_owned(), authorization));

        // As the tea SDK writes it: a space is `+` on the wire but signed as `%20`.
        let query: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={}", percent_encode(value).replace("%20", "+"))).collect();
        (format!("/?{}", query.join("&")), all)
    }

    /// A well-signed V3 request.
    pub async fn call_v3(&self, action: &str, pairs: &[(&str, &str)]) -> Response {
        let (target, headers) = self.v3(action, pairs, b"", &nonce());
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.send_raw("POST", &target, &headers, Vec::new()).await
    }

    /// A new key.
    pub async fn create_key(&self, pairs: &[(&str, &str)]) -> String {
        self.call("CreateKey", pairs).await.succeeded().text("/KeyMetadata/KeyId")
    }

    /// A metadata field of a key.
    pub async fn metadata(&self, key: &str, field: &str) -> String {
        let response = self.call("DescribeKey", &[("KeyId", key)]).await.succeeded();
        response.text(&format!("/KeyMetadata/{field}"))
    }

    pub async fn state(&self, key: &str) -> String {
        self.metadata(key, "KeyState").await
    }

    /// The ciphertext of a text.
    pub async fn encrypt(&self, key: &str, plaintext: &str) -> String {
        let response = self.call("Encrypt", &[("KeyId", key), ("Plaintext", plaintext)]).await;
        response.succeeded().text("/CiphertextBlob")
    }

    /// A token and material wrapped for it.
    pub async fn wrapped(&self, key: &str, algorithm: &str, material: &[u8]) -> (String, String) {
        let requested = [("KeyId", key), ("WrappingAlgorithm", algorithm), ("WrappingKeySpec", "RSA_2048")];
        let response = self.call("GetParametersForImport", &requested).await.succeeded();
        let public = STANDARD.decode(response.text("/PublicKey")).unwrap();
        (response.text("/ImportToken"), STANDARD.encode(wrap(algorithm, &public, material)))
    }

    /// Imports material.
    pub async fn import(&self, key: &str, material: &[u8]) -> Response {
        let (token, wrapped) = self.wrapped(key, "RSAES_OAEP_SHA_256", material).await;
        self.call(
            "ImportKeyMaterial",
            &[
                ("KeyId", key),
                ("ImportToken", &token),
                ("EncryptedKeyMaterial", &wrapped),
                ("KeyMaterialExpireUnix", "0"),
            ],
        )
        .await
    }
}

/// Wraps material as `algorithm` says.
pub fn wrap(algorithm: &str, public: &[u8], material: &[u8]) -> Vec<u8> {
    use aws_lc_rs::rsa::{
        OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, Pkcs1PublicEncryptingKey,
        PublicEncryptingKey,
    };
    let key = PublicEncryptingKey::from_der(public).unwrap();
    let mut wrapped = vec![0; key.key_size_bytes()];
    let oaep = match algorithm {
        "RSAES_PKCS1_V1_5" => {
            Pkcs1PublicEncryptingKey::new(key).unwrap().encrypt(material, &mut wrapped).unwrap();
            return wrapped;
        }
        "RSAES_OAEP_SHA_1" => &OAEP_SHA1_MGF1SHA1,
        "RSAES_OAEP_SHA_256" => &OAEP_SHA256_MGF1SHA256,
        other => panic!("unknown algorithm {other}"),
    };
    OaepPublicEncryptingKey::new(key).unwrap().encrypt(oaep, material, &mut wrapped, None).unwrap();
    wrapped
}
