//! The files in which the cloud's own tools keep credentials.
//!
//! `~/.aliyun/config.json` is that of its command line: `current` names a profile of `profiles`, and a profile has `name`,
//! `mode`, and for the modes that can be used here `access_key_id`, `access_key_secret` and `sts_token`. A file with temporary
//! credentials is a response of AssumeRole: `Credentials` with `AccessKeyId`, `AccessKeySecret`, `SecurityToken` and
//! `Expiration`.

use std::io;
use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::input::read_text;
use crate::near::nearest;
use crate::provider::{CredentialFileError, Credentials, Profile, ProfileError, StoredCredentials, Variables};
use crate::redact::Secret;
use crate::visible::is_hidden;

/// The environment variable that names the profile.
pub(super) const VARIABLE: &str = "ALIBABA_CLOUD_PROFILE";

/// The configuration of the cloud's command line, below the home directory.
const CONFIGURATION: &str = ".aliyun/config.json";

/// The most bytes of it that are read.
const MOST: usize = 1 << 20;

/// An access key alone.
const ACCESS_KEY: &str = "AK";

/// An access key with a token.
const WITH_TOKEN: &str = "StsToken";

/// The profile of a configuration that names none.
const DEFAULT: &str = "default";

/// What else stands in a response of AssumeRole.
const BESIDE: [&str; 3] = ["RequestId", "AssumedRoleUser", "SourceIdentity"];

/// The fields of temporary credentials.
const FIELDS: [&str; 4] = ["AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration"];

/// Reads the profile that the environment names, or the current one. A file that does not exist has none.
pub(super) fn read(variable: &Variables<'_>) -> Result<Profile, ProfileError> {
    let named = variable(VARIABLE);
    let home = variable("HOME").or_else(|| variable("USERPROFILE")).map(PathBuf::from).unwrap_or_default();
    let path = home.join(CONFIGURATION);
    let text = match read_text(&path, MOST) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => return Ok(Profile::default()),
        Err(source) => return Err(ProfileError::Unreadable { path, source }),
    };
    match profile(&text, named.as_deref()) {
        Ok(profile) => Ok(Profile { path: Some(path), ..profile }),
        Err(source) => Err(ProfileError::File { path, source }),
    }
}

/// Reads a profile of the configuration; the current one if none is named.
fn profile(text: &str, name: Option<&str>) -> Result<Profile, CredentialFileError> {
    let file = Object::parse(text)?;
    let current = file.text("current")?.map(str::to_owned);
    let name = name.map(str::to_owned).or(current).unwrap_or_else(|| DEFAULT.to_owned());

    let profiles = match file.fields.get("profiles") {
        Some(Value::Array(profiles)) => profiles.as_slice(),
        Some(_) => return Err(file.wrong("profiles", "is not a list")),
        None => return Err(file.missing("profiles")),
    };

    let name_of = |profile: &Value| profile.get("name").and_then(Value::as_str).map(str::to_owned);
    let found = profiles.iter().find(|profile| name_of(profile).as_ref() == Some(&name));
    let Some(Value::Object(fields)) = found else {
        let profiles: Vec<String> = profiles.iter().filter_map(name_of).collect();
        let near = nearest(&name, profiles.iter().map(String::as_str)).map(str::to_owned);
        return Err(CredentialFileError::NoProfile { name, near, profiles });
    };

    let profile = Object { place: format!("the profile `{name}`"), fields: fields.clone() };
    let mode = profile.text("mode")?.unwrap_or(ACCESS_KEY);
    let token = match mode {
        ACCESS_KEY => None,
        WITH_TOKEN => Some(profile.key("sts_token")?),
        _ => {
            let (mode, modes) = (mode.to_owned(), &[ACCESS_KEY, WITH_TOKEN]);
            return Err(CredentialFileError::Mode { profile: name, mode, modes });
        }
    };

    let credentials = Credentials {
        access_key_id: profile.key("access_key_id")?.to_owned(),
        secret: Secret::new(profile.key("access_key_secret")?),
        token: token.map(Secret::new),
    };

    // Seconds since 1970; 0 where it is not known.
    let expires = match (profile.fields.get("sts_expiration"), &credentials.token) {
        (Some(seconds), Some(_)) if seconds.as_i64() != Some(0) => {
            let seconds = seconds.as_i64().and_then(|seconds| Timestamp::from_second(seconds).ok());
            Some(seconds.ok_or_else(|| profile.wrong("sts_expiration", "is not a number of seconds since 1970"))?)
        }
        _ => None,
    };

    let region = profile.text("region_id")?.map(str::to_owned);
    Ok(Profile { region, credentials: Some(credentials), expires, path: None })
}

/// Reads temporary credentials.
pub(super) fn session(text: &str) -> Result<StoredCredentials, CredentialFileError> {
    let file = Object::parse(text)?;
    file.holds_only(&[&["Credentials"], &BESIDE[..]].concat())?;
    let fields = match file.fields.get("Credentials") {
        Some(Value::Object(fields)) => fields.clone(),
        Some(_) => return Err(file.wrong("Credentials", "is not an object")),
        None => return Err(file.missing("Credentials")),
    };

    let session = Object { place: "`Credentials`".to_owned(), fields };
    session.holds_only(&FIELDS)?;
    let credentials = Credentials {
        access_key_id: session.key("AccessKeyId")?.to_owned(),
        secret: Secret::new(session.key("AccessKeySecret")?),
        token: Some(Secret::new(session.key("SecurityToken")?)),
    };
    let expires = session.key("Expiration")?.parse();
    let expires = expires.map_err(|_| session.wrong("Expiration", "is not a time such as 2027-01-31T12:00:00Z"))?;
    Ok(StoredCredentials { credentials, expires: Some(expires) })
}

/// An object of a file, with what it is in words.
struct Object {
    place: String,
    fields: Map<String, Value>,
}

impl Object {
    fn parse(text: &str) -> Result<Self, CredentialFileError> {
        let place = "the file".to_owned();
        match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => Ok(Self { place, fields }),
            Ok(_) => Err(CredentialFileError::Json { line: 1, column: 1 }),
            // Its own words may repeat what the file holds.
            Err(error) => Err(CredentialFileError::Json { line: error.line(), column: error.column() }),
        }
    }

    fn holds_only(&self, known: &[&str]) -> Result<(), CredentialFileError> {
        match self.fields.keys().find(|name| !known.contains(&name.as_str())) {
            Some(unknown) => Err(self.wrong(unknown, &format!("is not known; it has {}", known.join(", ")))),
            None => Ok(()),
        }
    }

    /// A text; an empty one counts as missing.
    fn text(&self, field: &'static str) -> Result<Option<&str>, CredentialFileError> {
        match self.fields.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
            Some(_) => Err(self.wrong(field, "is not text")),
        }
    }

    /// A text that must be there, without anything that can't be seen: no signature would be right with it.
    fn key(&self, field: &'static str) -> Result<&str, CredentialFileError> {
        let text = self.text(field)?.ok_or_else(|| self.missing(field))?;
        if text.chars().any(|character| is_hidden(character) || character.is_whitespace()) {
            return Err(self.wrong(field, "holds a space or a character that can't be seen; leave that out"));
        }
        Ok(text)
    }

    fn missing(&self, field: &'static str) -> CredentialFileError {
        CredentialFileError::Missing { place: self.place.clone(), field }
    }

    fn wrong(&self, field: &str, reason: &str) -> CredentialFileError {
        CredentialFileError::Field { place: self.place.clone(), field: field.to_owned(), reason: reason.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIGURATION: &str = r#"{
  "current": "second",
  "profiles": [
    {"name": "default", "mode": "AK", "access_key_id": "LTAIone", "access_key_secret": "hush-one", "sts_token": "", "region_id": "cn-hangzhou"},
    {"name": "second", "mode": "StsToken", "access_key_id": "STS.two", "access_key_secret": "hush-two", "sts_token": "token-two", "sts_expiration": 1700000000},
    {"name": "role", "mode": "RamRoleArn", "access_key_id": "LTAIone", "access_key_secret": "hush-one"},
    {"name": "empty", "mode": "AK", "access_key_id": "LTAIone", "access_key_secret": " "},
    {"name": "typed", "mode": "AK", "access_key_id": 5},
    {"name": "hidden", "mode": "AK", "access_key_id": "LTAI one", "access_key_secret": "hush\u0000one"}
  ],
  "meta_path": ""
}"#;

    fn of(name: Option<&str>) -> Result<Profile, String> {
        profile(CONFIGURATION, name).map_err(|error| error.to_string())
    }

    #[test]
    fn the_current_profile_is_read_unless_another_is_named() {
        let found = of(None).unwrap();
        let key = found.credentials.unwrap();
        assert_eq!((key.access_key_id.as_str(), key.secret.expose()), ("STS.two", "hush-two"));
        assert_eq!(key.token.unwrap().expose(), "token-two");
        assert_eq!(found.expires.unwrap().to_string(), "2023-11-14T22:13:20Z");
        assert_eq!(found.region, None);

        let found = of(Some("default")).unwrap();
        let key = found.credentials.unwrap();
        assert_eq!(key.access_key_id, "LTAIone");
        assert!(key.token.is_none() && found.expires.is_none());
        assert_eq!(found.region.as_deref(), Some("cn-hangzhou"));
    }

    #[test]
    fn what_can_not_be_used_is_said_without_any_value() {
        for (name, wanted) in [
            (
                "defualt",
                "it has no profile `defualt` (did you mean `default`?); it has default, second, role, empty, typed, hidden",
            ),
            (
                "role",
                "the profile `role` has the mode `RamRoleArn`, for which credentials must be requested first; this program reads AK and StsToken",
            ),
            ("empty", "the profile `empty` has no `access_key_secret`"),
            ("typed", "`access_key_id` of the profile `typed` is not text"),
            (
                "hidden",
                "`access_key_id` of the profile `hidden` holds a space or a character that can't be seen; leave that out",
            ),
        ] {
            assert_eq!(of(Some(name)).unwrap_err(), wanted);
        }

        for (text, wanted) in [
            ("", "it is not JSON: line 1, column 0 is wrong"),
            ("{\"hush", "it is not JSON: line 1, column 6 is wrong"),
            ("[]", "it is not JSON: line 1, column 1 is wrong"),
            ("{}", "the file has no `profiles`"),
            (r#"{"profiles": 1}"#, "`profiles` of the file is not a list"),
            (r#"{"profiles": [1, {}]}"#, "it has no profile `default`; it has none"),
        ] {
            assert_eq!(profile(text, None).unwrap_err().to_string(), wanted, "{text}");
        }
    }

    #[test]
    fn temporary_credentials_are_a_response_of_assume_role() {
        let text = r#"{"RequestId": "x", "Credentials": {"AccessKeyId": "STS.a", "AccessKeySecret": "hush",
            "SecurityToken": "token", "Expiration": "2027-01-31T12:00:00Z"}}"#;
        let found = session(text).unwrap();
        assert_eq!(found.credentials.access_key_id, "STS.a");
        assert_eq!(found.credentials.token.unwrap().expose(), "token");
        assert_eq!(found.expires.unwrap().to_string(), "2027-01-31T12:00:00Z");

        for (from, to, wanted) in [
            ("SecurityToken", "securityToken", "`securityToken` of `Credentials` is not known; it has AccessKeyId"),
            ("RequestId", "Request", "`Request` of the file is not known; it has Credentials, RequestId"),
            ("2027-01-31T12:00:00Z", "soon", "`Expiration` of `Credentials` is not a time such as"),
            ("\"token\"", "\"\"", "`Credentials` has no `SecurityToken`"),
            ("\"Credentials\"", "\"SourceIdentity\"", "the file has no `Credentials`"),
        ] {
            let error = session(&text.replace(from, to)).unwrap_err().to_string();
            assert!(error.starts_with(wanted), "{error}");
        }
    }
}
