//! What the grammar of seed files can't say.

use std::collections::HashSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::Seed;
use super::entry::AccessKeyEntry;
use super::entry::KeyEntry;
use super::entry::SeedFile;
use super::key::SeedKey;
use crate::diagnostic::Diagnostic;
use crate::mock::alibaba::access_key::AccessKey;
use crate::mock::alibaba::regions::REGIONS;
use crate::mock::alibaba::service::api::Operation;
use crate::mock::alibaba::service::call::{is_alias_name, is_key_id};
use crate::mock::alibaba::service::key::{KeySpec, Origin, ProtectionLevel, Usage};
use crate::mock::alibaba::service::metadata::interval_seconds;
use crate::mock::alibaba::service::rules::LONGEST_DESCRIPTION;
use crate::mock::alibaba::service::state::KeyState;
use crate::mock::alibaba::service::tags::{is_tag_key, is_tag_value};
use crate::mock::host::clock::from_seconds;
use crate::mock::host::identifier::is_uuid;
use crate::near::nearest;
use crate::redact::Secret;
use crate::yaml::{Document, Outline, Path};

/// The most tags of a key, in the edition that allows more.
const MOST_TAGS: usize = 20;

/// The mistakes of one file.
struct Mistakes<'a> {
    outline: &'a Outline<'a>,
    found: &'a mut Vec<Diagnostic>,
}

impl Mistakes<'_> {
    /// Notes a mistake, unless the value at the place has one already.
    fn report(&mut self, path: &Path<'_>, message: impl Into<String>, help: Option<String>) {
        if !self.outline.is_mistaken_at(path) {
            self.found.push(Diagnostic {
                file: Arc::clone(&self.outline.file),
                span: Some(self.outline.value(path)),
                message: message.into(),
                help,
            });
        }
    }

    /// A word with a meaning; `default` if absent or wrong.
    fn word<T>(
        &mut self,
        path: &Path<'_>,
        text: Option<&str>,
        read: impl Fn(&str) -> Option<T>,
        words: &[&'static str],
        default: T,
    ) -> T {
        let Some(text) = text else { return default };

        read(text).unwrap_or_else(|| {
            let help = nearest(text, words.iter().copied())
                .map_or_else(|| format!("one of {}", words.join(", ")), |near| format!("did you mean `{near}`?"));
            self.report(path, format!("unknown word `{text}`"), Some(help));
            default
        })
    }

    /// A time in whole seconds.
    fn time(&mut self, path: &Path<'_>, text: Option<&str>) -> Option<Timestamp> {
        let text = text?;
        let parsed = text.parse::<Timestamp>().ok().map(|time| from_seconds(time.as_second()));
        if parsed.is_none() {
            self.report(path, format!("`{text}` is not a time such as 2030-01-02T03:04:05Z"), None);
        }
        parsed
    }
}

pub(super) fn check(
    document: Document<SeedFile>,
    environment: &dyn Fn(&str) -> Option<Secret>,
    found: &mut Vec<Diagnostic>,
) -> Seed {
    let mut mistakes = Mistakes { outline: &document.outline, found };
    let root = Path::Root;
    let mut seed = Seed::default();

    let (list, mut ids) = (root.key("access_keys"), HashSet::new());
    for (index, entry) in document.value.access_keys.into_iter().enumerate() {
        let place = list.item(index);
        if !ids.insert(entry.id.clone()) {
            mistakes.report(&place.key("id"), format!("there are two access keys with the id `{}`", entry.id), None);
        }
        seed.access_keys.extend(access_key(&mut mistakes, &place, entry, environment));
    }

    let (list, mut ids) = (root.key("keys"), HashSet::new());
    let mut aliases = HashSet::new();
    for (index, entry) in document.value.keys.into_iter().enumerate() {
        let place = list.item(index);
        let key = key(&mut mistakes, &place, entry);
        // Keys and versions share their ids.
        if !ids.insert(key.id.clone()) {
            mistakes.report(&place.key("id"), format!("there are two keys with the id `{}`", key.id), None);
        } else if !ids.insert(key.version_id()) {
            mistakes.report(&place.key("version"), format!("the id `{}` is taken", key.version_id()), None);
        }

        for (number, alias) in key.aliases.iter().enumerate() {
            if !aliases.insert((key.account.clone(), key.region.clone(), alias.clone())) {
                let place = place.key("aliases");
                mistakes.report(&place.item(number), format!("two keys have the alias `{alias}`"), None);
            }
        }
        seed.keys.push(key);
    }

    seed
}

fn access_key(
    mistakes: &mut Mistakes<'_>,
    place: &Path<'_>,
    entry: AccessKeyEntry,
    environment: &dyn Fn(&str) -> Option<Secret>,
) -> Option<AccessKey> {
    let secret = match (entry.secret, entry.secret_env) {
        (Some(secret), None) => secret.0,
        (None, Some(name)) => match environment(&name) {
            Some(secret) => Zeroizing::new(secret.expose().to_owned()),
            None => {
                mistakes.report(&place.key("secret_env"), format!("the environment variable {name} is not set"), None);
                return None;
            }
        },
        (Some(_), Some(_)) => {
            mistakes.report(&place.key("secret_env"), "there is a secret already", None);
            return None;
        }
        (None, None) => {
            mistakes.report(place, "missing field `secret` or `secret_env`", None);
            return None;
        }
    };

    let mut key = AccessKey::new(entry.id, secret.as_str());
    if let Some(account) = entry.account {
        key = key.account(account);
    }
    if entry.inactive {
        key = key.inactive();
    }

    let expires = mistakes.time(&place.key("token_expires"), entry.token_expires.as_deref());
    match (entry.token, expires) {
        (Some(token), expires) => key = key.session(token.0.as_str(), expires.unwrap_or(Timestamp::MAX)),
        (None, Some(_)) => mistakes.report(&place.key("token_expires"), "there is no token that could expire", None),
        (None, None) => {}
    }

    let names: Vec<&str> = Operation::ALL.iter().map(|operation| operation.name()).collect();
    let list = place.key("denied");
    for (index, name) in entry.denied.iter().enumerate() {
        match name.parse() {
            Ok(operation) => key = key.deny(operation),
            Err(_) => {
                let help = nearest(name, names.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                mistakes.report(&list.item(index), format!("unknown operation `{name}`"), help);
            }
        }
    }
    Some(key)
}

fn key(mistakes: &mut Mistakes<'_>, place: &Path<'_>, entry: KeyEntry) -> SeedKey {
    let origins = [Origin::Kms.wire(), Origin::External.wire()];
    let specs = ["Aliyun_AES_256", "Aliyun_SM4", "RSA_2048", "RSA_3072", "EC_P256", "EC_P256K", "EC_SM2"];
    let usages = [Usage::EncryptDecrypt.wire(), Usage::SignVerify.wire()];
    let levels = [ProtectionLevel::Software.wire(), ProtectionLevel::Hsm.wire()];
    let states = KeyState::ALL.map(KeyState::name);

    let origin = entry.origin.as_deref();
    let origin = mistakes.word(&place.key("origin"), origin, Origin::from_wire, &origins, Origin::Kms);
    let spec = entry.spec.as_deref();
    let spec = mistakes.word(&place.key("spec"), spec, KeySpec::from_wire, &specs, KeySpec::Aes256);
    let usual = if spec.serves(Usage::EncryptDecrypt) { Usage::EncryptDecrypt } else { Usage::SignVerify };
    let usage = mistakes.word(&place.key("usage"), entry.usage.as_deref(), Usage::from_wire, &usages, usual);
    let level = entry.protection_level.as_deref();

    let level = mistakes.word(
        &place.key("protection_level"),
        level,
        ProtectionLevel::from_wire,
        &levels,
        ProtectionLevel::Software,
    );

    // Without a state, a key is as a new one would be.
    let has_material = origin == Origin::Kms || entry.material.is_some();
    let usual = if has_material { KeyState::Enabled } else { KeyState::PendingImport };
    let state = entry.state.as_deref();
    let state = mistakes.word(&place.key("state"), state, |text| text.parse().ok(), &states, usual);
    let material = material(mistakes, place, &entry, spec);

    let key = SeedKey {
        delete_date: mistakes.time(&place.key("delete_date"), entry.delete_date.as_deref()),
        material_expires: mistakes.time(&place.key("material_expires"), entry.material_expires.as_deref()),
        created: mistakes.time(&place.key("created"), entry.created.as_deref()),
        rotation_seconds: rotation(mistakes, place, entry.rotation_interval.as_deref()),
        id: entry.id,
        account: entry.account,
        region: entry.region,
        origin,
        spec,
        usage,
        protection_level: level,
        state,
        description: entry.description,
        tags: entry.tags.into_iter().collect(),
        aliases: entry.aliases,
        material,
        version: entry.version,
        deletion_protection: entry.deletion_protection,
    };

    check_texts(mistakes, place, &key);
    check_together(mistakes, place, &key, has_material);
    key
}

fn material(
    mistakes: &mut Mistakes<'_>,
    place: &Path<'_>,
    entry: &KeyEntry,
    spec: KeySpec,
) -> Option<Zeroizing<Vec<u8>>> {
    let text = entry.material.as_ref()?;
    let Some(length) = spec.material_bytes() else {
        mistakes.report(&place.key("material"), "an asymmetric key has no such material", None);
        return None;
    };

    let bytes = STANDARD.decode(text.0.as_bytes()).ok().map(Zeroizing::new);
    let bytes = bytes.filter(|bytes| bytes.len() == length);
    if bytes.is_none() {
        mistakes.report(&place.key("material"), format!("the material must be {length} bytes in Base64"), None);
    }
    bytes
}

fn rotation(mistakes: &mut Mistakes<'_>, place: &Path<'_>, text: Option<&str>) -> Option<i64> {
    let text = text?;
    let seconds = interval_seconds(text);
    if seconds.is_none() {
        let message = format!("`{text}` is not an interval of 7 to 730 days such as 30d or 604800s");
        mistakes.report(&place.key("rotation_interval"), message, None);
    }
    seconds
}

/// Each text by itself.
fn check_texts(mistakes: &mut Mistakes<'_>, place: &Path<'_>, key: &SeedKey) {
    if !is_key_id(&key.id) {
        mistakes.report(&place.key("id"), format!("`{}` is not a UUID", key.id), None);
    }
    if key.version.as_ref().is_some_and(|version| !is_uuid(version)) {
        mistakes.report(&place.key("version"), "the id of a version is a UUID", None);
    }

    if let Some(region) = key.region.as_deref().filter(|region| !REGIONS.contains(region)) {
        let help = nearest(region, REGIONS).map(|near| format!("did you mean `{near}`?"));
        mistakes.report(&place.key("region"), format!("unknown region `{region}`"), help);
    }
    if key.description.chars().nth(LONGEST_DESCRIPTION).is_some() {
        let message = format!("a description has at most {LONGEST_DESCRIPTION} characters");
        mistakes.report(&place.key("description"), message, None);
    }

    let list = place.key("aliases");
    for (index, alias) in key.aliases.iter().enumerate() {
        if !is_alias_name(alias) {
            let message = format!("`{alias}` is not `alias/` and 1 to 255 letters, digits, `_`, `-` or `/`");
            mistakes.report(&list.item(index), message, None);
        }
    }

    let tags = place.key("tags");
    if key.tags.len() > MOST_TAGS {
        mistakes.report(&tags, format!("a key has at most {MOST_TAGS} tags"), None);
    }
    for (name, value) in &key.tags {
        if !is_tag_key(name) || !is_tag_value(value) {
            mistakes.report(&tags.key(name), "the service does not accept such a tag", None);
        }
    }
}

/// What does not go together.
fn check_together(mistakes: &mut Mistakes<'_>, place: &Path<'_>, key: &SeedKey, has_material: bool) {
    let external = key.origin == Origin::External;
    let symmetric = key.spec.material_bytes().is_some();
    if !key.spec.serves(key.usage) {
        mistakes.report(&place.key("usage"), format!("{} is not for {}", key.spec.wire(), key.usage.wire()), None);
    }
    if external && !symmetric {
        mistakes.report(&place.key("spec"), "the material of an asymmetric key can't be imported", None);
    }

    match (key.state, has_material) {
        (KeyState::PendingImport, true) => {
            mistakes.report(&place.key("state"), "a key that has material does not wait for it", None);
        }
        (KeyState::Enabled | KeyState::Disabled, false) => {
            let help = Some("give it `material`, or leave `state` out".to_owned());
            mistakes.report(&place.key("state"), "an EXTERNAL key without material is PendingImport", help);
        }
        // A key that waits for its deletion may have material or lack it.
        _ => {}
    }

    if key.delete_date.is_some() && key.state != KeyState::PendingDeletion {
        mistakes.report(&place.key("delete_date"), "only a key that is PendingDeletion has a date of deletion", None);
    }
    if key.material_expires.is_some() && !(external && has_material) {
        mistakes.report(&place.key("material_expires"), "only imported material expires", None);
    }
    if key.rotation_seconds.is_some() && (external || !symmetric) {
        mistakes.report(&place.key("rotation_interval"), "only symmetric keys of Aliyun_KMS rotate", None);
    }
}
