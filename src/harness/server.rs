//! Where the tests send their requests, and what that is called.

use std::env::VarError;

use crate::client::EndpointUrl;
use crate::session::shared_file::shared_name;
use crate::suite::route_limit::RouteLimit;

/// Where requests are sent.
#[derive(Debug, Clone)]
pub(super) enum Server {
    /// A mock of the test process.
    #[cfg(feature = "mock")]
    BundledMock,
    /// What is running already.
    Running {
        url: EndpointUrl,
        /// The variable that named it, if one did.
        variable: Option<String>,
    },
    /// There is nothing to send requests to.
    Nothing {
        /// What should have named it.
        name: String,
        /// What is wrong with that.
        mistake: String,
    },
}

impl Server {
    pub(super) fn of_url(url: &str) -> Self {
        match url.parse() {
            Ok(url) => Self::Running { url, variable: None },
            Err(error) => Self::Nothing { name: "endpoint".to_owned(), mistake: error.to_string() },
        }
    }

    /// What a variable names.
    pub(super) fn of_variable(variable: &str, value: Result<String, VarError>) -> Self {
        const EXAMPLE: &str = "set it to the endpoint that is to be tested, such as http://127.0.0.1:8080";
        let nothing = |mistake: String| Self::Nothing { name: variable.to_owned(), mistake };
        match value {
            Ok(url) if url.trim().is_empty() => nothing(format!("`{variable}` is empty: {EXAMPLE}")),
            Ok(url) => match url.parse() {
                Ok(url) => Self::Running { url, variable: Some(variable.to_owned()) },
                Err(error) => nothing(format!("`{variable}` is wrong: {error}")),
            },
            Err(VarError::NotPresent) => nothing(format!("`{variable}` is not set: {EXAMPLE}")),
            Err(VarError::NotUnicode(_)) => nothing(format!("`{variable}` is not UTF-8: {EXAMPLE}")),
        }
    }

    /// Why nothing can be sent to it, if so.
    pub(super) fn mistake(&self) -> Option<&str> {
        match self {
            #[cfg(feature = "mock")]
            Self::BundledMock => None,
            Self::Running { .. } => None,
            Self::Nothing { mistake, .. } => Some(mistake),
        }
    }

    /// Its name in the names of tests: a URL only if it is one, for what is none may hold a password.
    pub(super) fn name(&self) -> &str {
        match self {
            #[cfg(feature = "mock")]
            Self::BundledMock => "bundled-mock",
            Self::Running { url, .. } => url.as_str(),
            Self::Nothing { name, .. } => name,
        }
    }

    /// How the first line names it.
    pub(super) fn title(&self) -> String {
        match self {
            #[cfg(feature = "mock")]
            Self::BundledMock => "the bundled mock".to_owned(),
            Self::Running { url, variable: Some(variable) } => format!("{url} ({variable})"),
            Self::Running { url, variable: None } => url.to_string(),
            Self::Nothing { mistake, .. } => format!("nothing: {mistake}"),
        }
    }

    /// The routes that are run. Every key counts on a remote endpoint, so only the shortest are run there.
    pub(super) fn routes(&self) -> RouteLimit {
        match self {
            Self::Running { url, .. } if !url.is_loopback() => RouteLimit::Canonical,
            _ => RouteLimit::All,
        }
    }

    /// A name for the files by which processes that test the same endpoint know of each other, in every spelling of a
    /// loopback address; none if no other process can reach it.
    pub(super) fn shared_name(&self) -> Option<String> {
        let Self::Running { url, .. } = self else { return None };
        Some(shared_name(url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_value(value: &str) -> Server {
        Server::of_variable("KMS_ENDPOINT", Ok(value.to_owned()))
    }

    #[test]
    fn a_variable_that_names_nothing_is_a_mistake() {
        let unset = Server::of_variable("KMS_ENDPOINT", Err(VarError::NotPresent));
        for (server, mistake) in [
            (unset, "`KMS_ENDPOINT` is not set: set it to the endpoint"),
            (of_value(""), "`KMS_ENDPOINT` is empty: set it to the endpoint"),
            (of_value(" \n"), "`KMS_ENDPOINT` is empty: set it to the endpoint"),
            (of_value("127.0.0.1:8080"), "`KMS_ENDPOINT` is wrong: "),
            (Server::of_url("127.0.0.1:8080"), "the endpoint `127.0.0.1:8080` "),
        ] {
            assert!(server.mistake().unwrap().starts_with(mistake), "{server:?}");
            assert!(server.title().starts_with(&format!("nothing: {mistake}")), "{server:?}");
            assert!(["KMS_ENDPOINT", "endpoint"].contains(&server.name()), "{server:?}");
        }
    }

    #[test]
    fn a_password_in_a_value_is_not_shown() {
        let server = of_value("http://id:secret@host/");
        let texts = [server.name(), &server.title(), server.mistake().unwrap(), &format!("{server:?}")].join(" ");
        assert!(!texts.contains("secret"), "{texts}");
    }

    #[test]
    fn processes_share_an_endpoint_whatever_its_spelling() {
        let name = |url: &str| Server::of_url(url).shared_name().unwrap();
        assert_eq!(name("http://127.0.0.1:8080"), name("http://localhost:8080/"));
        assert_eq!(name("http://127.0.0.1"), name("http://127.0.0.1:80"));
        assert_ne!(name("http://127.0.0.1:8080"), name("http://127.0.0.1:8081"));
        assert_ne!(name("http://a.example:8080"), name("http://b.example:8080"));
    }
}
