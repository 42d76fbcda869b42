//! Which parameter an error is about.

/// What an error says of the parameter that a case means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// It names it.
    Meant,
    /// It names another.
    Another(String),
    /// It names none.
    Nothing,
}

/// Looks for the name of one of the parameters that are `meant`: in the code, as in `MissingKeyId`, or as a word of the
/// message.
pub(super) fn named(code: &str, message: &str, meant: &[String]) -> Named {
    let words = || message.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let in_code = || code.split('.').filter_map(name_in_code);
    if words().chain(in_code()).chain(code.split('.')).any(|word| meant.iter().any(|name| name == word)) {
        return Named::Meant;
    }
    let other = words().find(|word| is_name(word)).or_else(|| in_code().find(|name| *name != "Parameter"));
    other.map_or(Named::Nothing, |name| Named::Another(name.to_owned()))
}

/// What follows the first word of a part of a code that says that something is missing or wrong.
fn name_in_code(part: &str) -> Option<&str> {
    ["Missing", "Invalid", "Illegal", "Malformed"].iter().find_map(|prefix| part.strip_prefix(prefix))
}

/// Whether a word is written as names are: with a capital after a small letter.
fn is_name(word: &str) -> bool {
    word.as_bytes().windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_a_parameter_in_its_code_or_its_message() {
        let named = |code: &str, message: &str| named(code, message, &["KeyId".to_owned()]);
        for (code, message) in [
            ("MissingParameter", "The parameter \"KeyId\" is needed but not provided."),
            ("InvalidParameter", "The specified parameter KeyId is not valid."),
            ("MissingKeyId", ""),
            ("InvalidParameter.KeyId", ""),
            ("Bad", "KeyId"),
        ] {
            assert_eq!(named(code, message), Named::Meant, "{code} {message}");
        }
        let another = |name: &str| Named::Another(name.to_owned());
        assert_eq!(named("MissingParameter", "The parameter \"AccessKeyId\" is needed."), another("AccessKeyId"));
        assert_eq!(named("MissingSecurityToken", ""), another("SecurityToken"));
        assert_eq!(named("InvalidParameter", "The specified parameter is not valid."), Named::Nothing);
        assert_eq!(named("MissingParameter", ""), Named::Nothing);
    }

    #[test]
    fn one_of_several_will_do() {
        let meant = ["CiphertextBlob".to_owned(), "EncryptionContext".to_owned()];
        assert_eq!(named("InvalidParameter", "EncryptionContext is not valid", &meant), Named::Meant);
    }
}
