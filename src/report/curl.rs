//! A request as a curl command.
//!
//! ```text
//! curl -sS -i 'http://127.0.0.1:8080/?Action=Encrypt&KeyId=key-1&Signature=***'
//! ```
//!
//! The record is redacted: the command shows the request, and must be signed again before an endpoint accepts it.

use std::fmt::Write;

use crate::event::RequestRecord;

use super::text::is_hidden;

/// The command for a request, in one line that is safe to paste into bash, zsh or ksh.
pub fn command(request: &RequestRecord) -> String {
    let RequestRecord { method, url, headers, body } = request;
    let mut command = String::from("curl -sS -i");
    let implied = if body.is_empty() { "GET" } else { "POST" };
    if method != implied {
        command.push_str(" -X ");
        command.push_str(&quote(method));
    }

    // curl takes brackets and braces in a URL for patterns.
    if url.contains(['[', ']', '{', '}']) {
        command.push_str(" -g");
    }
    command.push(' ');
    command.push_str(&quote(url));
    for (name, value) in headers {
        // curl computes the length itself.
        if name.eq_ignore_ascii_case("content-length") {
            continue;
        }
        // curl removes a header without a value, unless it ends with a semicolon.
        let header = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        command.push_str(" -H ");
        command.push_str(&quote(&header));
    }

    if !body.is_empty() {
        command.push_str(" --data-raw ");
        command.push_str(&quote(body));
    }
    command
}

/// Quotes a word for the shell. Control characters become escapes, so that the word is also safe to show.
pub fn quote(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:=@%+,".contains(&byte);
    if word.chars().any(is_hidden) {
        let mut quoted = String::from("$'");
        for character in word.chars() {
            match character {
                '\'' | '\\' => quoted.extend(['\\', character]),
                '\n' => quoted.push_str("\\n"),
                _ if is_hidden(character) => {
                    for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                        // Three octal digits end by themselves; a hex escape could swallow the letter after it.
                        let _ = write!(quoted, "\\{byte:03o}");
                    }
                }
                _ => quoted.push(character),
            }
        }
        quoted.push('\'');
        quoted
    } else if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::process::Command;

    use super::*;

    #[test]
    fn a_get_is_its_url() {
        let request = RequestRecord {
            method: "GET".to_owned(),
            url: "http://127.0.0.1:1/?Action=Encrypt&Signature=***".to_owned(),
            headers: BTreeMap::new(),
            body: String::new(),
        };
        assert_eq!(command(&request), "curl -sS -i 'http://127.0.0.1:1/?Action=Encrypt&Signature=***'");
    }

    #[test]
    fn a_post_has_its_headers_and_body() {
        let headers = [("content-length", "9"), ("x-empty", ""), ("x-target", "Service.It's")];
        let request = RequestRecord {
            method: "POST".to_owned(),
            url: "http://127.0.0.1:1/[a]".to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            body: "{\"a\": 1}\n".to_owned(),
        };
        assert_eq!(
            command(&request),
            "curl -sS -i -g 'http://127.0.0.1:1/[a]' -H 'x-empty;' -H 'x-target: Service.It'\\''s' \
             --data-raw $'{\"a\": 1}\\n'"
        );
    }

    #[test]
    fn bash_reads_back_what_was_quoted() {
        let Ok(probe) = Command::new("bash").args(["-c", "true"]).status() else { return };
        assert!(probe.success());
        for word in [
            "",
            "plain",
            "two words",
            "it's",
            "$(id) `id` \\ \"",
            "a\nb\u{1b}[31m0\u{7f}",
            "\u{202e}'\\n",
            "~",
            "schön",
        ] {
            let output = Command::new("bash").args(["-c", &format!("printf %s {}", quote(word))]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), word);
        }
    }
}
