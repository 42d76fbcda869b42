//! A call of an operation by somebody who may ask: its parameters, and the account's keys in the region.

use std::cell::Cell;
use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;

use crate::mock::alibaba::config::AccessKey;
use crate::mock::alibaba::kms::AlibabaKms;
use crate::mock::alibaba::service::guard::TenantGuard;
use crate::mock::alibaba::service::key::{Key, Origin};
use crate::mock::alibaba::service::operation::Operation;
use crate::mock::alibaba::service::state::KeyState;
use crate::mock::alibaba::wire::parameters::Parameters;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::identifier::is_uuid;
use crate::mock::host::response::Fields;
use crate::mock::locked;
use crate::mock::mutation::{AnswerFault, Deviations, Effect};
use crate::mock::store::Tenant;

/// A call of an operation.
pub(crate) struct Call<'a> {
    pub(crate) operation: Operation,
    pub(crate) parameters: &'a Parameters<'a>,
    pub(crate) service: &'a AlibabaKms,
    pub(crate) access_key: &'a AccessKey,
    pub(crate) region: &'a str,
    pub(crate) tenant: &'a Mutex<Tenant>,
    /// The time by the clock of keys.
    pub(crate) now: Timestamp,
    /// How long DescribeKey goes on showing what was, in real time.
    pub(crate) stale: Option<Duration>,
    /// The nonce of the request.
    pub(crate) nonce: Option<&'a str>,
    /// The number of the last change in the journal that must last before the answer may go out; 0 for none.
    pub(crate) saving: Cell<u64>,
    /// The rejection that is answered in the end, by a deviation that lets the operation have its effect all the same.
    pub(crate) refused: Cell<Option<Rejection>>,
}

/// What a KeyId parameter holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyReference<'a> {
    Id(&'a str),
    Alias(&'a str),
    /// A well-formed Arn of another account or region.
    Foreign,
}

impl<'a> Call<'a> {
    /// A parameter that must be there and not empty.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Rejection> {
        self.optional(name).ok_or_else(|| Rejection::missing_parameter(name))
    }

    /// A parameter that may be absent; an empty value counts as absent.
    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        self.parameters.filled(name)
    }

    /// A boolean in any case, since an SDK sends `True`; absent is `false`.
    pub(crate) fn boolean(&self, name: &str) -> Result<bool, Rejection> {
        match self.optional(name) {
            None => Ok(false),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(_) => Err(Rejection::invalid_parameter(name)),
        }
    }

    /// An integer of digits only; nothing if absent.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<u64>, Rejection> {
        let Some(text) = self.optional(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
        number.map(Some).ok_or_else(|| Rejection::invalid_parameter(name))
    }

    /// A parameter with named values; `default` if absent.
    pub(crate) fn choice<T>(&self, name: &str, read: fn(&str) -> Option<T>, default: T) -> Result<T, Rejection> {
        match self.optional(name) {
            None => Ok(default),
            Some(text) => read(text).ok_or_else(|| Rejection::invalid_parameter(name)),
        }
    }

    /// The required parameter that names a key, by id, Arn or alias. Whether an alias is allowed is checked when the
    /// key is looked up.
    pub(crate) fn key_reference(&self, name: &str) -> Result<KeyReference<'_>, Rejection> {
        let text = self.required(name)?;
        self.read_key_reference(text).ok_or_else(|| Rejection::invalid_parameter(name))
    }

    /// Reads an id, an alias, or the Arn of a key.
    pub(crate) fn read_key_reference<'t>(&self, text: &'t str) -> Option<KeyReference<'t>> {
        if text.starts_with("alias/") {
            return Some(KeyReference::Alias(text));
        }
        let Some(arn) = text.strip_prefix("acs:kms:") else {
            return is_key_id(text).then_some(KeyReference::Id(text));
        };
        let (region, rest) = arn.split_once(':')?;
        let (account, resource) = rest.split_once(':')?;
        let id = resource.strip_prefix("key/").filter(|id| is_key_id(id))?;
        let own = region == self.region && account == self.access_key.account;
        Some(if own { KeyReference::Id(id) } else { KeyReference::Foreign })
    }

    /// Refuses a call that the access key has no permission for.
    pub(crate) fn authorize(&self) -> Result<(), Rejection> {
        if self.access_key.denied.contains(&self.operation) { Err(Rejection::no_permission()) } else { Ok(()) }
    }

    /// The account's keys, as they are now.
    pub(crate) fn tenant(&self) -> TenantGuard<'_> {
        let mut tenant = TenantGuard::new(locked(self.tenant), self);
        tenant.settle(self.now, self.service.identifiers());
        tenant
    }

    /// Holds the answer back until the change with this number in the journal is sure to last.
    pub(crate) fn depend_on(&self, change: u64) {
        self.saving.set(self.saving.get().max(change));
    }

    /// Does the operation.
    pub(crate) fn run(&self) -> Result<Fields, Rejection> {
        let (own, _) = self.deviations().faults(self.operation);
        if let Some(instead) = own.into_iter().find_map(AnswerFault::instead) {
            return Err(instead);
        }
        let done = (self.operation.definition().run)(self);
        match self.refused.take() {
            Some(rejection) => Err(rejection),
            None => done.or_else(|rejection| self.overlook(rejection)).map_err(|rejection| self.misname(rejection)),
        }
    }

    /// The rejection with another parameter named, or none, if the mock deviates so.
    fn misname(&self, rejection: Rejection) -> Rejection {
        match rejection.code.as_ref() {
            "MissingParameter" if self.deviates(Effect::MissingNamesAnother) => {
                Rejection::missing_parameter("RegionId")
            }
            "MissingParameter" if self.deviates(Effect::MissingNamesNone) => {
                Rejection { message: "A parameter is needed but not provided.".into(), ..rejection }
            }
            "InvalidParameter" if self.deviates(Effect::InvalidNamesAnother) => {
                Rejection::invalid_parameter("RegionId")
            }
            _ => rejection,
        }
    }

    /// Whether the call is in a cell of the table that is answered otherwise, or was refused and is done all the same:
    /// then what else forbids it does not count either.
    pub(crate) fn is_beyond_the_table(&self, key: &Key) -> bool {
        self.is_refused() || self.deviations().of_key(self.operation, key).is_some()
    }

    /// An empty success instead of a rejection, if the mock deviates so.
    fn overlook(&self, rejection: Rejection) -> Result<Fields, Rejection> {
        let effect = match rejection.code.as_ref() {
            "MissingParameter" => Effect::MissingParameterAccepted,
            "Forbidden.KeyNotFound" => Effect::UnknownKeyAccepted,
            "Forbidden.AliasNotFound" => Effect::UnknownAliasAccepted,
            "InvalidParameter" if rejection.message.contains("KeyId") => Effect::MalformedKeyIdAccepted,
            _ => return Err(rejection),
        };
        if self.deviates(effect) { Ok(Fields::new()) } else { Err(rejection) }
    }

    /// Refuses the call, unless the mock deviates by `accepting` what is wrong, or by doing what it refuses.
    pub(crate) fn refuse_unless(
        &self,
        accepting: Effect,
        doing: Effect,
        rejection: Rejection,
    ) -> Result<(), Rejection> {
        if self.deviates(accepting) {
            return Ok(());
        }
        if self.deviates(doing) {
            self.refused.set(Some(rejection));
            return Ok(());
        }
        Err(rejection)
    }

    fn deviations(&self) -> &Deviations {
        &self.service.deviations
    }

    /// Whether the mock deviates so.
    pub(crate) fn deviates(&self, effect: Effect) -> bool {
        self.deviations().has(effect)
    }

    /// Whether the call was refused and is done all the same.
    pub(crate) fn is_refused(&self) -> bool {
        let refused = self.refused.take();
        let is_refused = refused.is_some();
        self.refused.set(refused);
        is_refused
    }

    /// Checks the state of the subject, by the table or by a deviation from it.
    pub(crate) fn check_state(&self, key: &Key) -> Result<(), Rejection> {
        if let Some(answer) = self.deviations().of_key(self.operation, key) {
            return answer.check();
        }
        let checked = self.operation.definition().rule.check(key.state);
        let aside = match self.operation {
            Operation::CreateKeyVersion => self.deviates(Effect::RefusedVersionMadeAside),
            Operation::DisableKey => {
                key.state == KeyState::PendingImport && self.deviates(Effect::RejectedDisableRemembered)
            }
            _ => false,
        };
        match Effect::of_refused(self.operation) {
            Some(effect) if checked.is_err() && (aside || self.deviates(effect)) => {
                self.refused.set(checked.err());
                Ok(())
            }
            _ => checked,
        }
    }

    /// For an operation without a subject: no state can refuse it, but a deviation can, when the account holds a key
    /// in its state.
    pub(crate) fn check_account(&self, tenant: &Tenant) -> Result<(), Rejection> {
        if self.deviations().is_empty() {
            return Ok(());
        }
        let held = KeyState::ALL.into_iter().filter(|state| tenant.holds_key_in(*state));
        let mut deviant = held.filter_map(|state| self.deviations().of_state(self.operation, state));
        deviant.try_for_each(|answer| answer.check())
    }

    /// The Arn of a key.
    pub(crate) fn key_arn(&self, id: &str) -> String {
        format!("acs:kms:{}:{}:key/{id}", self.region, self.access_key.account)
    }
}

/// The id of the key that a reference means, where an alias may stand for it.
pub(crate) fn find_key<'t>(tenant: &'t Tenant, reference: &KeyReference<'_>) -> Result<&'t Key, Rejection> {
    let id = match reference {
        KeyReference::Id(id) => id,
        KeyReference::Alias(name) => tenant.alias(name).ok_or_else(Rejection::alias_not_found)?.key_id.as_str(),
        KeyReference::Foreign => return Err(Rejection::key_not_found()),
    };
    tenant.key(id).ok_or_else(Rejection::key_not_found)
}

/// The key that a reference means, where an alias is not allowed. It is refused without looking for it.
pub(crate) fn find_key_by_id<'t>(
    call: &Call<'_>,
    tenant: &'t Tenant,
    reference: &KeyReference<'_>,
) -> Result<&'t Key, Rejection> {
    match reference {
        KeyReference::Alias(_) if !call.deviates(Effect::AliasTakenAnywhere) => Err(Rejection::unsupported_alias()),
        other => find_key(tenant, other),
    }
}

/// Refuses a key whose material the service makes itself.
pub(crate) fn check_external(key: &Key) -> Result<(), Rejection> {
    if key.origin == Origin::External { Ok(()) } else { Err(Rejection::unsupported_origin()) }
}

/// Refuses a key that has no symmetric material.
pub(crate) fn check_symmetric(key: &Key) -> Result<(), Rejection> {
    match key.spec.material_bytes() {
        Some(_) => Ok(()),
        None => Err(Rejection::unsupported_operation()),
    }
}

/// A UUID, or the id of an instance's key, which begins with `key-`.
pub(crate) fn is_key_id(text: &str) -> bool {
    is_uuid(text)
        || text
            .strip_prefix("key-")
            .is_some_and(|rest| (1..=60).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Whether `name` is an alias that a customer may have: `alias/` and 1 to 255 letters, digits, `_`, `-`, `/`.
pub(crate) fn is_alias_name(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("alias/") else { return false };
    (1..=255).contains(&rest.len())
        && !rest.starts_with("acs")
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-/".contains(&byte))
}
