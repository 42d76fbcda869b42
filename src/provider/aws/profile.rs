//! The shared files of the official tools, `~/.aws/credentials` and `~/.aws/config`: access keys and regions under names.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::input::read_text;
use crate::provider::{Credentials, Profile, ProfileError, Variables};
use crate::redact::Secret;

/// The environment variable that names the profile.
pub(super) const VARIABLE: &str = "AWS_PROFILE";

/// The most bytes of a file that are read.
const MOST: usize = 1 << 20;

const ACCESS_KEY_ID: &str = "aws_access_key_id";
const SECRET: &str = "aws_secret_access_key";
const TOKEN: &str = "aws_session_token";

/// The settings by which the tools get an access key from elsewhere.
const INDIRECT: [&str; 6] =
    ["role_arn", "credential_process", "sso_session", "sso_start_url", "web_identity_token_file", "credential_source"];

/// The settings of a profile.
type Settings = BTreeMap<String, String>;

/// The variables that name the credentials file and the configuration.
pub(super) const FILE_VARIABLES: [&str; 2] = ["AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"];

/// A shared file, read.
struct SharedFile {
    path: PathBuf,
    profiles: BTreeMap<String, Settings>,
}

/// The credentials file and the configuration; a file that does not exist is like an empty one.
fn shared_files(variable: &Variables<'_>) -> Result<[SharedFile; 2], ProfileError> {
    let home = variable("HOME").or_else(|| variable("USERPROFILE")).map(PathBuf::from).unwrap_or_default();
    let path =
        |of: &str, file: &str| variable(of).map_or_else(|| home.join(".aws").join(file), |path| expand(&path, &home));

    let [credentials, config] = FILE_VARIABLES;
    let credentials = SharedFile::read(path(credentials, "credentials"), |section| Some(section))?;
    // In this file only the default profile has no word before its name.
    let config = SharedFile::read(path(config, "config"), |section| match section {
        "default" => Some(section),
        _ => section.strip_prefix("profile").filter(|rest| rest.starts_with([' ', '\t'])).map(str::trim),
    })?;
    Ok([credentials, config])
}

/// The name of the profile, and whether the environment names it.
fn name(variable: &Variables<'_>) -> (String, bool) {
    variable(VARIABLE).map_or_else(|| ("default".to_owned(), false), |name| (name, true))
}

/// The region of the profile that the environment names, or of the default one. What else is wrong with the files is no
/// matter here, for the access key is not theirs.
pub(super) fn region(variable: &Variables<'_>) -> Option<String> {
    let (name, _) = name(variable);
    let files = shared_files(variable).ok()?;
    files.iter().find_map(|file| file.profiles.get(&name)?.get("region").cloned())
}

/// Reads the profile that the environment names, or the default one. The access key of the credentials file comes before
/// one in the configuration.
pub(super) fn read(variable: &Variables<'_>) -> Result<Profile, ProfileError> {
    let (name, is_named) = name(variable);
    let files = shared_files(variable)?;
    let found: Vec<(&SharedFile, &Settings)> =
        files.iter().filter_map(|file| Some((file, file.profiles.get(&name)?))).collect();
    if is_named && found.is_empty() {
        let files = files.map(|file| file.path);
        return Err(ProfileError::Missing { variable: VARIABLE, name, files });
    }

    let mut profile = Profile::default();
    for (file, settings) in &found {
        if profile.credentials.is_none() {
            profile.credentials = access_key(&name, &file.path, settings)?;
            profile.path = profile.credentials.is_some().then(|| file.path.clone());
        }
        profile.region = profile.region.or_else(|| settings.get("region").cloned());
    }
    // Whoever names a profile must not be taken for somebody else.
    if is_named && profile.credentials.is_none() {
        let setting =
            found.iter().flat_map(|(_, settings)| settings.keys()).find(|key| INDIRECT.contains(&key.as_str()));
        if let Some(setting) = setting {
            return Err(ProfileError::Indirect { variable: VARIABLE, name, setting: setting.clone() });
        }
    }
    Ok(profile)
}

/// A path with the home folder in place of a tilde.
fn expand(path: &str, home: &Path) -> PathBuf {
    match path.strip_prefix("~/") {
        Some(rest) => home.join(rest),
        None => PathBuf::from(path),
    }
}

/// The access key of a profile, if it has one.
fn access_key(name: &str, path: &Path, settings: &Settings) -> Result<Option<Credentials>, ProfileError> {
    let half = |has, lacks| ProfileError::Half { name: name.to_owned(), path: path.to_owned(), has, lacks };
    match (settings.get(ACCESS_KEY_ID), settings.get(SECRET)) {
        (Some(id), Some(secret)) => Ok(Some(Credentials {
            access_key_id: id.clone(),
            secret: Secret::new(secret.clone()),
            token: settings.get(TOKEN).map(|token| Secret::new(token.clone())),
        })),
        (Some(_), None) => Err(half(ACCESS_KEY_ID, SECRET)),
        (None, Some(_)) => Err(half(SECRET, ACCESS_KEY_ID)),
        (None, None) => Ok(None),
    }
}

impl SharedFile {
    /// Reads a file; `profile` gives the name of the profile of a section, if it is one.
    fn read(path: PathBuf, profile: impl Fn(&str) -> Option<&str>) -> Result<Self, ProfileError> {
        let text = match read_text(&path, MOST) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(ProfileError::Unreadable { path, source }),
        };

        let mut profiles: BTreeMap<String, Settings> = BTreeMap::new();
        // None before the first section, and in one that is not a profile.
        let mut current: Option<String> = None;
        for (index, line) in text.lines().enumerate() {
            let is_nested = line.starts_with([' ', '\t']);
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                current = profile(section.0.trim()).map(str::to_owned);
                if let Some(name) = &current {
                    profiles.entry(name.clone()).or_default();
                }
                continue;
            }
            // Nested settings belong to the one above them, such as those of a single service.
            if is_nested {
                continue;
            }
            let Some((name, value)) = line.split_once('=') else {
                return Err(ProfileError::Line { path, line: index + 1 });
            };
            if let (Some(profile), value) = (&current, value.trim())
                && !value.is_empty()
            {
                let settings = profiles.entry(profile.clone()).or_default();
                settings.insert(name.trim().to_ascii_lowercase(), value.to_owned());
            }
        }
        Ok(Self { path, profiles })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the profile of a home folder with these two files.
    fn read_home(credentials: &str, config: &str, name: Option<&str>) -> Result<Profile, String> {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(".aws");
        std::fs::create_dir(&folder).unwrap();
        for (file, text) in [("credentials", credentials), ("config", config)] {
            if !text.is_empty() {
                std::fs::write(folder.join(file), text).unwrap();
            }
        }
        let variable = |wanted: &str| match wanted {
            "HOME" => home.path().to_str().map(str::to_owned),
            VARIABLE => name.map(str::to_owned),
            _ => None,
        };
        read(&variable).map_err(|error| error.to_string().replace(home.path().to_str().unwrap(), "~"))
    }

    /// Region, id, secret and token, with a dash for what is missing.
    fn shown(profile: &Profile) -> String {
        let key = profile.credentials.as_ref();
        let parts = [
            profile.region.as_deref(),
            key.map(|key| key.access_key_id.as_str()),
            key.map(|key| key.secret.expose()),
            key.and_then(|key| key.token.as_ref()).map(Secret::expose),
        ];
        parts.map(|part| part.unwrap_or("-")).join(" ")
    }

    const CREDENTIALS: &str = "# mine\n[default]\naws_access_key_id = ONE\naws_secret_access_key=s1=/+\n\n[work]\n\
        AWS_ACCESS_KEY_ID=TWO\naws_secret_access_key = s2\naws_session_token = t2\n";
    const CONFIG: &str = "[default]\nregion = eu-west-1\ns3 =\n  max_concurrent_requests = 20\n[profile work]\n\
        region=eu-north-1\naws_access_key_id = THREE\naws_secret_access_key = s3\n[profile cli]\naws_access_key_id=FOUR\n\
        aws_secret_access_key=s4\n[services x]\nkms =\n  endpoint_url = http://h\n";

    #[test]
    fn a_profile_is_put_together_from_both_files() {
        let of = |name| read_home(CREDENTIALS, CONFIG, name).unwrap();
        assert_eq!(shown(&of(None)), "eu-west-1 ONE s1=/+ -");
        assert_eq!(shown(&of(Some("work"))), "eu-north-1 TWO s2 t2");
        assert_eq!(shown(&of(Some("cli"))), "- FOUR s4 -");
    }

    #[test]
    fn without_files_there_is_nothing_unless_a_profile_is_named() {
        assert_eq!(shown(&read_home("", "", None).unwrap()), "- - - -");
        let missing = read_home(CREDENTIALS, CONFIG, Some("nobody")).unwrap_err();
        assert_eq!(
            missing,
            "AWS_PROFILE names the profile `nobody`, which neither ~/.aws/credentials nor ~/.aws/config has"
        );
    }

    #[test]
    fn what_can_not_be_used_is_said_without_secrets() {
        let half = read_home("[default]\naws_secret_access_key = hidden\n", "", None).unwrap_err();
        let wanted =
            "the profile `default` in ~/.aws/credentials has `aws_secret_access_key` without `aws_access_key_id`";
        assert_eq!(half, wanted);

        let line = read_home("[default]\nhidden\n", "", None).unwrap_err();
        assert_eq!(line, "line 2 of ~/.aws/credentials is neither a [profile] nor a `name = value`");

        let role = read_home("", "[profile r]\nrole_arn = arn\n", Some("r")).unwrap_err();
        assert!(role.contains("`role_arn` is not followed"), "{role}");
        assert_eq!(shown(&read_home("", "[default]\nrole_arn = arn\n", None).unwrap()), "- - - -");
    }
}
