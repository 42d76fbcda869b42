//! The address that the mock listens on.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs as _};

/// The port unless one is given.
const PORT: u16 = 8080;

/// Reads an address: `127.0.0.1:8080`, a port alone (on loopback), a host alone, `localhost:0`, or another name.
pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    if let Ok(port) = text.parse() {
        return Ok(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port));
    }
    // The system would take a number for an address in its oldest form.
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong(&format!("`{text}` is not a port")));
    }
    if let Ok(ip) = text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        return Ok(SocketAddr::new(ip, PORT));
    }
    if let Some((_, address)) = text.split_once("://") {
        let address = address.trim_end_matches('/');
        return Err(format!("it is an address and not a URL: did you mean {address}?"));
    }

    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().map_err(|_| wrong(&format!("`{port}` is not a port")))?),
        None => (text, PORT),
    };
    match host.strip_suffix('.').unwrap_or(host) {
        // It would be everybody's for some, and this machine's for others.
        "" => Err(wrong(&format!("did you mean 127.0.0.1:{port}, or 0.0.0.0:{port} for everybody?"))),
        // Whatever a name server says.
        name if name.eq_ignore_ascii_case("localhost") => Ok(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port)),
        name => {
            let found = (name, port).to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
            found.ok_or_else(|| wrong(&format!("the name `{name}` can't be resolved")))
        }
    }
}

fn wrong(reason: &str) -> String {
    format!("it is not an address such as 127.0.0.1:8080 or localhost:0: {reason}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_people_write_it() {
        for (text, wanted) in [
            ("127.0.0.1:1", "127.0.0.1:1"),
            ("0.0.0.0:0", "0.0.0.0:0"),
            ("[::]:1", "[::]:1"),
            ("8081", "127.0.0.1:8081"),
            ("0", "127.0.0.1:0"),
            ("localhost:0", "127.0.0.1:0"),
            ("LOCALHOST.:5", "127.0.0.1:5"),
            ("localhost", "127.0.0.1:8080"),
            ("0.0.0.0", "0.0.0.0:8080"),
            ("::1", "[::1]:8080"),
            ("[::1]", "[::1]:8080"),
        ] {
            assert_eq!(listen(text).map(|address| address.to_string()), Ok(wanted.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_named() {
        for (text, reason) in [
            ("http://127.0.0.1:8080/", "it is an address and not a URL: did you mean 127.0.0.1:8080?"),
            (":8080", "did you mean 127.0.0.1:8080, or 0.0.0.0:8080 for everybody?"),
            ("127.0.0.1:99999", "`99999` is not a port"),
            ("99999", "`99999` is not a port"),
            ("nowhere.invalid:1", "the name `nowhere.invalid` can't be resolved"),
        ] {
            let error = listen(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
