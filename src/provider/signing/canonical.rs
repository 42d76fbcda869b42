//! The canonical form of a request, which ACS3, SigV4 and TC3 share.

use super::canonical_query;

/// A request as these schemes hash it. `path` is encoded already, `query` holds the decoded parameters of the URL,
/// `headers` the signed headers (lower-case name, value), `hashed_payload` the hash of the body.
pub fn canonical_request<'a>(
    method: &str,
    path: &str,
    query: impl IntoIterator<Item = (&'a str, &'a str)>,
    headers: &[(&str, &str)],
    hashed_payload: &str,
) -> String {
    let query = canonical_query(query);
    let (headers, names) = canonical_headers(headers);
    format!("{method}\n{path}\n{query}\n{headers}\n{names}\n{hashed_payload}")
}

/// Headers (lower-case name, value) as lines, sorted, each name once; and their names, joined with `;`.
pub fn canonical_headers(headers: &[(&str, &str)]) -> (String, String) {
    let mut sorted: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.trim())).collect();
    sorted.sort_unstable();

    // A header that was sent twice is one line.
    let mut lines: Vec<(&str, String)> = Vec::with_capacity(sorted.len());
    for (name, value) in sorted {
        match lines.last_mut() {
            Some((last, values)) if *last == name => {
                values.push(',');
                values.push_str(value);
            }
            _ => lines.push((name, value.to_owned())),
        }
    }

    let text = lines.iter().map(|(name, values)| format!("{name}:{values}\n")).collect();
    let names = lines.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    (text, names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_is_sent_twice_is_one_line() {
        let headers = [("x-b", "2"), ("host", " a "), ("x-b", "1")];
        let canonical = canonical_request("GET", "/", [], &headers, "hash");
        assert_eq!(canonical, "GET\n/\n\nhost:a\nx-b:1,2\n\nhost;x-b\nhash");
    }
}
