//! GetParametersForImport: a public key to wrap key material with, and the token that belongs to it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::call::{KeyReference, not_among};
use crate::mock::aws::service::crypto::{ImportToken, WrappingAlgorithm};
use crate::mock::aws::service::metadata::wire_seconds;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::RsaSize;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::clock::after;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "WrappingAlgorithm", "WrappingKeySpec"], rule: Rule::PREPARES_IMPORT, run };

/// Seconds that a token is good for.
const TOKEN_LIFE: i64 = 24 * 3600;

struct Request<'a> {
    key: KeyReference<'a>,
    algorithm: WrappingAlgorithm,
    size: RsaSize,
}

fn parse<'a>(call: &Call<'a>) -> Result<Request<'a>, Rejection> {
    let key = call.key_reference("KeyId")?;
    let (algorithm, spec) = (call.required("WrappingAlgorithm")?, call.required("WrappingKeySpec")?);
    if algorithm == "SM2PKE" || spec == "SM2" {
        return Err(Rejection::unsupported("SM2 is not supported in this region."));
    }

    let known = WrappingAlgorithm::from_wire(algorithm);
    let algorithm = known.ok_or_else(|| not_among("WrappingAlgorithm", algorithm, WrappingAlgorithm::NAMES))?;
    let sizes = ["RSA_2048", "RSA_3072", "RSA_4096"];
    let size = RsaSize::from_wire(spec).ok_or_else(|| not_among("WrappingKeySpec", spec, &sizes))?;
    Ok(Request { key, algorithm, size })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;

    let arn = account.read(|keys| {
        let key = call.find_key_by_id(keys, &request.key)?;
        call.check_state(key)?;
        Ok::<_, Rejection>(call.arn(&key.id))
    })?;
    let pair = call.tools.pairs.wrapping_pair(request.size, call.tools.new_pair, call.tools.journal);
    let pair = pair.ok_or_else(Rejection::unavailable)?;

    let expires = after(call.now, TOKEN_LIFE);
    let token = ImportToken { key_arn: arn.clone(), pair: pair.id, algorithm: request.algorithm, expires };
    let token = call.tools.sealer.seal_import(&token)?;
    Ok(fields([
        ("KeyId", arn.into()),
        ("ImportToken", STANDARD.encode(token).into()),
        ("PublicKey", STANDARD.encode(&pair.public).into()),
        ("ParametersValidTo", wire_seconds(expires)),
    ]))
}
