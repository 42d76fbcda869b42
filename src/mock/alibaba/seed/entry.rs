//! The grammar of seed files.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use zeroize::Zeroizing;

/// What a mock has from the start.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedFile {
    /// Who may sign requests. Without any, the example of the documents may (testid, testsecret).
    #[serde(default)]
    pub(super) access_keys: Vec<AccessKeyEntry>,
    /// Keys with their aliases.
    #[serde(default)]
    pub(super) keys: Vec<KeyEntry>,
}

/// An access key.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccessKeyEntry {
    /// Its id.
    pub(super) id: String,
    /// Its secret.
    pub(super) secret: Option<SecretText>,
    /// The environment variable that holds its secret, instead of `secret`.
    pub(super) secret_env: Option<String>,
    /// The id of its account; access keys of one account share its keys. By default the account of the documents'
    /// samples, 1001234567890123.
    pub(super) account: Option<String>,
    /// Whether it is switched off.
    #[serde(default)]
    pub(super) inactive: bool,
    /// The security token that has to come with it, which makes it a temporary one as STS gives out.
    pub(super) token: Option<SecretText>,
    /// When the token expires, in real time.
    #[schemars(extend("format" = "date-time"))]
    pub(super) token_expires: Option<String>,
    /// Operations that it has no permission for.
    #[serde(default)]
    pub(super) denied: Vec<String>,
}

/// A key.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyEntry {
    /// Its id, a UUID.
    #[schemars(extend("format" = "uuid"))]
    pub(super) id: String,
    /// The account that it belongs to. By default that of the first access key.
    pub(super) account: Option<String>,
    /// Its region. By default that of the mock.
    pub(super) region: Option<String>,
    /// Where its material comes from. By default Aliyun_KMS.
    #[schemars(extend("enum" = ["Aliyun_KMS", "EXTERNAL"]))]
    pub(super) origin: Option<String>,
    /// Its algorithm. By default Aliyun_AES_256.
    #[schemars(extend("enum" = ["Aliyun_AES_256", "Aliyun_SM4", "RSA_2048", "RSA_3072", "EC_P256", "EC_P256K", "EC_SM2"]))]
    pub(super) spec: Option<String>,
    /// What it is for. By default ENCRYPT/DECRYPT, or SIGN/VERIFY where the algorithm can do nothing else.
    #[schemars(extend("enum" = ["ENCRYPT/DECRYPT", "SIGN/VERIFY"]))]
    pub(super) usage: Option<String>,
    /// Where its material is kept. By default SOFTWARE.
    #[schemars(extend("enum" = ["SOFTWARE", "HSM"]))]
    pub(super) protection_level: Option<String>,
    /// Its state. By default Enabled, or PendingImport if it is EXTERNAL and has no material.
    #[schemars(extend("enum" = ["Enabled", "Disabled", "PendingDeletion", "PendingImport"]))]
    pub(super) state: Option<String>,
    /// When it will be deleted, for PendingDeletion only. By default 30 days after the start.
    #[schemars(extend("format" = "date-time"))]
    pub(super) delete_date: Option<String>,
    /// Its description.
    #[serde(default)]
    pub(super) description: String,
    /// Its tags.
    #[serde(default)]
    pub(super) tags: IndexMap<String, String>,
    /// Its aliases, each beginning with `alias/`.
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    /// Its material in Base64: 32 bytes for Aliyun_AES_256, 16 for Aliyun_SM4. With it, and the same `id` and
    /// `version`, ciphertext of one mock opens in another. By default drawn by chance, and none for EXTERNAL.
    pub(super) material: Option<SecretText>,
    /// When imported material expires.
    #[schemars(extend("format" = "date-time"))]
    pub(super) material_expires: Option<String>,
    /// The id of its version, a UUID. By default one that follows from `id`.
    #[schemars(extend("format" = "uuid"))]
    pub(super) version: Option<String>,
    /// When it was made. By default at the start.
    #[schemars(extend("format" = "date-time"))]
    pub(super) created: Option<String>,
    /// Switches automatic rotation on, with this interval of 7 to 730 days, such as 30d.
    pub(super) rotation_interval: Option<String>,
    /// Switches deletion protection on, with this description.
    pub(super) deletion_protection: Option<String>,
}

/// A text that no message shows, whatever is wrong with it.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
pub(super) struct SecretText(#[schemars(with = "String")] pub(super) Zeroizing<String>);
