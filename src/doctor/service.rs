//! What the endpoint makes of signed requests: credentials, permissions, quota.

use serde_json::{Map, Value};

use super::{Check, Doctor, Finding, difference};
use crate::client::Exchanged;
use crate::diagnostic::counted;
use crate::provider::{ApiResponse, ErrorClass, Examination, UNKNOWN_KEY};

/// What a signed request came to.
enum Outcome {
    Accepted(ApiResponse),
    Rejected(ErrorClass, ApiResponse),
    /// No response of the service, and why.
    None(String),
}

impl Doctor<'_> {
    /// Looks at what signed requests come to.
    ///
    /// # Errors
    ///
    /// Why the rest was not looked at.
    pub(super) async fn service(&self, checks: &mut Vec<Check>) -> Result<(), String> {
        let credentials = self.credentials().await;
        let is_wrong = matches!(credentials, Finding::Wrong(_));
        checks.push(Check { name: "credentials", finding: credentials });
        if is_wrong {
            return Err("signed requests are rejected".to_owned());
        }
        checks.push(Check { name: "permissions", finding: self.permissions().await });
        checks.push(Check { name: "quota", finding: self.quota().await });
        Ok(())
    }

    fn examination(&self) -> &'static Examination {
        self.client.target().provider.declaration().examination
    }

    async fn credentials(&self) -> Finding {
        let operation = self.examination().credentials;
        let exchanged = match self.client.once(operation, &Map::new()).await {
            Ok(exchanged) => exchanged,
            Err(error) => return Finding::Wrong(vec![format!("{operation} got no response: {error}")]),
        };
        let (class, response) = match self.judged(&exchanged) {
            Outcome::Accepted(_) => return Finding::Right(format!("{operation} is accepted from {}", self.access_key)),
            Outcome::Rejected(class, response) => (class, response),
            Outcome::None(reason) => {
                let title = self.client.target().provider.declaration().title;
                let what = format!("what responds is not a service of {title}: {reason}");
                return Finding::wrong(what, "is the endpoint right?");
            }
        };

        let said = said(&response);
        match class {
            ErrorClass::Auth => self.rejected_signature(&exchanged, &said),
            ErrorClass::Clock => Finding::wrong(said, "the time of the request is rejected: look at the clock"),
            ErrorClass::Account => Finding::wrong(said, "the account may not use the service: see its console"),
            ErrorClass::Throttled | ErrorClass::Transient => {
                Finding::wrong(said, "the service has trouble of its own: try again later")
            }
            // Whoever is told so is known.
            ErrorClass::Permission => {
                Finding::Right(format!("those of {} are known, without a permission for {operation}", self.access_key))
            }
            ErrorClass::UnknownOperation => {
                Finding::NotChecked(format!("the endpoint does not know {operation}: {said}"))
            }
            ErrorClass::StateRejection | ErrorClass::NotFound | ErrorClass::Quota | ErrorClass::Other => {
                Finding::wrong(said, format!("{operation} is rejected, which nobody is refused"))
            }
        }
    }

    /// Whether the secret is wrong, or the text that was signed.
    fn rejected_signature(&self, exchanged: &Exchanged, said: &str) -> Finding {
        let provider = &self.client.target().provider;
        let ours = provider.signed_text(&exchanged.request);
        let theirs = provider.signed_text_of_service(&exchanged.response);
        let (Some(ours), Some(theirs)) = (ours, theirs) else {
            let advice = "is the id of the access key right and active, and do secret and token belong to it?";
            return Finding::wrong(said, advice);
        };

        // A part of a secret would not be recognised any more, so it is hidden before anything is cut.
        let secrets = self.client.secrets();
        let shown = [&ours, &theirs].map(|text| secrets.redact(text));
        match difference::first(["ours", "theirs"], [&shown[0], &shown[1]]) {
            None if ours != theirs => {
                Finding::wrong("the service signs another token than was sent", "something on the way changes requests")
            }
            None => Finding::wrong(
                "the signature is rejected, and the service signs the very same text",
                format!("so the secret of {} is wrong: take it anew from where it was made", self.access_key),
            ),
            Some(lines) => {
                let mut all = vec!["the service signs another text than was signed here:".to_owned()];
                all.extend(lines);
                all.push(
                    "something on the way changes requests, such as a proxy, or the service reads them otherwise"
                        .to_owned(),
                );
                Finding::Wrong(all)
            }
        }
    }

    async fn permissions(&self) -> Finding {
        let examination = self.examination();
        let (mut refused, mut unclear, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
        for (operation, parameters) in examination.permissions {
            let parameters = harmless(parameters);
            let outcome = match self.client.once(operation, &parameters).await {
                Ok(exchanged) => self.judged(&exchanged),
                Err(reason) => Outcome::None(reason),
            };
            match outcome {
                Outcome::Rejected(ErrorClass::Permission, response) => {
                    refused.push(format!("{operation}: {}", said(&response)))
                }
                Outcome::Rejected(ErrorClass::UnknownOperation, _) => unknown.push(*operation),
                Outcome::Rejected(class, response) if !says_something(class) => {
                    unclear.push(format!("{operation}: {}", said(&response)));
                }
                Outcome::None(reason) => unclear.push(format!("{operation}: {reason}")),
                Outcome::Accepted(_) | Outcome::Rejected(..) => {}
            }
        }

        let all = examination.permissions.len();
        let mut notes = Vec::new();
        if !unknown.is_empty() {
            notes.push(format!("the endpoint does not know {}", unknown.join(", ")));
        }
        notes.extend(examination.unseen.iter().map(|(operation, why)| format!("{operation} was not sent, for {why}")));

        if refused.is_empty() && unclear.is_empty() {
            let seen = counted(all - unknown.len(), "operation is", "operations are");
            return Finding::Right(format!("{seen} not refused; {}", notes.join("; ")));
        }
        let mut lines = Vec::new();
        if !refused.is_empty() {
            lines.push(format!(
                "{} refused, and the cases that need them can't be judged:",
                counted(refused.len(), "operation is", "operations are")
            ));
            lines.append(&mut refused);
        }
        if !unclear.is_empty() {
            lines.push(format!("of {} nothing could be seen:", counted(unclear.len(), "operation", "operations")));
            lines.append(&mut unclear);
        }
        lines.extend(notes);
        Finding::Wrong(lines)
    }

    async fn quota(&self) -> Finding {
        let Some(quota) = self.examination().quota else {
            return Finding::NotChecked("no operation says how many keys there are".to_owned());
        };
        let outcome = match self.client.once(quota.operation, &Map::new()).await {
            Ok(exchanged) => self.judged(&exchanged),
            Err(reason) => Outcome::None(reason),
        };

        let keys = match outcome {
            Outcome::Accepted(response) => response.fields.get(quota.field).and_then(Value::as_u64),
            Outcome::Rejected(_, response) => {
                return Finding::NotChecked(format!("{}: {}", quota.operation, said(&response)));
            }
            Outcome::None(reason) => return Finding::NotChecked(format!("{}: {reason}", quota.operation)),
        };

        match keys {
            None => Finding::NotChecked(format!("{} does not say how many keys there are", quota.operation)),
            Some(keys) if keys < quota.keys => {
                Finding::Right(format!("there are {keys} of {} keys, by the documents", quota.keys))
            }
            Some(keys) => Finding::wrong(
                format!("there are {keys} keys, of {} that there may be by the documents", quota.keys),
                "a key that waits for its deletion counts too: wait, or raise the quota",
            ),
        }
    }

    fn judged(&self, exchanged: &Exchanged) -> Outcome {
        let provider = &self.client.target().provider;
        match provider.decode(&exchanged.response) {
            Err(error) => Outcome::None(error.to_string()),
            Ok(response) => match &response.code {
                None if response.status < 400 => Outcome::Accepted(response),
                code => {
                    let class = provider.classify(response.status, code.as_deref().unwrap_or_default());
                    Outcome::Rejected(class, response)
                }
            },
        }
    }
}

/// Whether a rejection shows that the permission was looked at, or would have been.
fn says_something(class: ErrorClass) -> bool {
    match class {
        ErrorClass::StateRejection | ErrorClass::NotFound | ErrorClass::Other | ErrorClass::Quota => true,
        ErrorClass::Permission | ErrorClass::UnknownOperation => true,
        ErrorClass::Throttled | ErrorClass::Transient | ErrorClass::Auth | ErrorClass::Clock | ErrorClass::Account => {
            false
        }
    }
}

/// The code and the message of a rejection.
fn said(response: &ApiResponse) -> String {
    const LONGEST: usize = 300;
    let code = response.code.as_deref().unwrap_or("no code");
    let message: String = response.message.chars().take(LONGEST).collect();
    format!("{code} (HTTP {}): {message}", response.status)
}

/// Parameters for a key that does not exist. Its id is another one each time, so that it can't begin to exist.
fn harmless(parameters: &str) -> Map<String, Value> {
    let id = uuid::Builder::from_random_bytes(fastrand::u128(..).to_le_bytes()).into_uuid().to_string();
    serde_json::from_str(&parameters.replace(UNKNOWN_KEY, &id)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::registry;

    #[test]
    fn parameters_are_json_and_name_a_key_of_the_usual_form() {
        for (operation, parameters) in registry::all().iter().flat_map(|provider| provider.examination.permissions) {
            let parameters = harmless(parameters);
            assert!(!parameters.is_empty(), "{operation}");
            assert!(!Value::Object(parameters).to_string().contains(UNKNOWN_KEY), "{operation}");
        }
    }
}
