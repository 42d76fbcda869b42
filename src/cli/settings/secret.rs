//! What must not stand in a file of settings.

/// Words in the names of things that are secret.
const WORDS: [&str; 7] = ["secret", "password", "passwd", "token", "privatekey", "credential", "apikey"];

/// The end of the names of settings that name a variable.
const OF_VARIABLES: &str = "-env";

/// The length from which a mix of letters and digits is taken for a key, in characters. Access keys have 24 and more.
const KEY_LENGTH: usize = 16;

/// Whether the name of a setting is that of a secret, and not of a variable that holds one.
pub(super) fn is_name_of_secret(name: &str) -> bool {
    let letters = |text: &str| -> String { text.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect() };
    let name = letters(name);
    !name.ends_with("env") && WORDS.iter().any(|word| name.contains(word))
}

/// Whether a setting takes the name of a variable.
pub(super) fn takes_variable(name: &str) -> bool {
    name.ends_with(OF_VARIABLES)
}

/// Whether a text can be the name of a variable, and does not look like what such a variable holds.
pub(super) fn is_name_of_variable(text: &str) -> bool {
    let begins = text.starts_with(|character: char| character.is_ascii_alphabetic() || character == '_');
    let goes_on = text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    begins && goes_on && !looks_like_key(text)
}

/// Whether a text mixes letters of both cases and digits, as keys do and names do not.
fn looks_like_key(text: &str) -> bool {
    let has = |of: fn(&char) -> bool| text.chars().any(|character| of(&character));
    text.len() >= KEY_LENGTH
        && has(char::is_ascii_digit)
        && has(char::is_ascii_uppercase)
        && has(char::is_ascii_lowercase)
}

/// A text as it may be shown: without the values of lines that name a secret.
pub(super) fn shown(text: &str) -> String {
    let shown = |line: &str| match line.split_once('=') {
        Some((name, _)) if line.split(['=', ',', '{', '"', '\'']).any(is_name_of_secret) => format!("{name}= …"),
        _ => line.to_owned(),
    };
    text.split('\n').map(shown).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_and_those_of_variables_are_not_meant() {
        for name in ["access-key-secret", "AccessKeySecret", "secret", "security_token", "password", "api-key"] {
            assert!(is_name_of_secret(name), "{name}");
        }
        for name in ["access-key-secret-env", "admin-token-env", "endpoint", "target-kind"] {
            assert!(!is_name_of_secret(name), "{name}");
        }
    }

    #[test]
    fn a_key_is_no_name_of_a_variable() {
        for name in ["ALIBABA_CLOUD_ACCESS_KEY_SECRET", "nightly_secret", "_X1", "Key1"] {
            assert!(is_name_of_variable(name), "{name}");
        }
        for text in ["", "1A", "a-b", "a b", "OYKqwR7sH2xkZ9dLmN3pTb", "x="] {
            assert!(!is_name_of_variable(text), "{text}");
        }
    }

    #[test]
    fn a_line_with_a_secret_is_shown_without_it() {
        let text = "rate = 5\nsecret = \"x\"\nt = {secret = \"x\"}\nadmin-token-env = \"X\"";
        assert_eq!(shown(text), "rate = 5\nsecret = …\nt = …\nadmin-token-env = \"X\"");
    }
}
