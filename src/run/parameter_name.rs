//! Finds the parameter that an error names.

/// The parameter that an error names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NamedParameter {
    /// One of those that the case expects.
    Expected,
    /// Another one.
    Other(String),
    /// None.
    None,
}

/// Looks for a parameter's name in the code of an error, as in `MissingKeyId`, and among the words of its message.
pub(super) fn named_parameter(code: &str, message: &str, expected: &[String]) -> NamedParameter {
    let words = || message.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let in_code = || code.split('.').filter_map(name_in_code);
    if words().chain(in_code()).chain(code.split('.')).any(|word| expected.iter().any(|name| name == word)) {
        return NamedParameter::Expected;
    }

    // `MissingParameter` and `InvalidParameter` name none.
    let other = words().find(|word| is_name(word)).or_else(|| in_code().find(|name| *name != "Parameter"));
    other.map_or(NamedParameter::None, |name| NamedParameter::Other(name.to_owned()))
}

/// The rest of a part of a code that begins with the word for what is wrong.
fn name_in_code(part: &str) -> Option<&str> {
    ["Missing", "Invalid", "Illegal", "Malformed"].iter().find_map(|prefix| part.strip_prefix(prefix))
}

/// Whether a word is written like a parameter's name: with a capital after a small letter.
fn is_name(word: &str) -> bool {
    word.as_bytes().windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_named_in_the_code_or_the_message() {
        let named = |code: &str, message: &str| named_parameter(code, message, &["KeyId".to_owned()]);
        for (code, message) in [
            ("MissingParameter", "The parameter \"KeyId\" is needed but not provided."),
            ("InvalidParameter", "The specified parameter KeyId is not valid."),
            ("MissingKeyId", ""),
            ("InvalidParameter.KeyId", ""),
            ("Bad", "KeyId"),
        ] {
            assert_eq!(named(code, message), NamedParameter::Expected, "{code} {message}");
        }
        let other = |name: &str| NamedParameter::Other(name.to_owned());
        assert_eq!(named("MissingParameter", "The parameter \"AccessKeyId\" is needed."), other("AccessKeyId"));
        assert_eq!(named("MissingSecurityToken", ""), other("SecurityToken"));
        assert_eq!(named("InvalidParameter", "The specified parameter is not valid."), NamedParameter::None);
        assert_eq!(named("MissingParameter", ""), NamedParameter::None);
    }

    #[test]
    fn any_of_several_expected_parameters_suffices() {
        let expected = ["CiphertextBlob".to_owned(), "EncryptionContext".to_owned()];
        let named = named_parameter("InvalidParameter", "EncryptionContext is not valid", &expected);
        assert_eq!(named, NamedParameter::Expected);
    }
}
