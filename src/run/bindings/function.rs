//! The functions of templates.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};

use crate::provider::ClockForm;
use crate::run::key_wrapping::wrap;
use crate::suite::template::Function;

/// The value of a function.
pub(super) fn call(
    function: Function,
    arguments: &[String],
    random: &mut fastrand::Rng,
    clock_form: ClockForm,
) -> Result<String, String> {
    match (function, arguments) {
        (Function::Base64, [text]) => Ok(STANDARD.encode(text)),
        (Function::Wrap, [algorithm, public_key, material]) => {
            Ok(STANDARD.encode(wrap(algorithm, &decode(public_key)?, &decode(material)?)?))
        }
        (Function::Random, [count]) => {
            let mut bytes = vec![0; count_of(count)?];
            random.fill(&mut bytes);
            Ok(STANDARD.encode(bytes))
        }
        (Function::Unix, [time, duration]) => Ok(later(clock_form, time, duration)?.as_second().to_string()),
        (Function::Later, [time, duration]) => Ok(clock_form.write(later(clock_form, time, duration)?)),
        (Function::Damage, [bytes]) => {
            let mut bytes = decode(bytes)?;
            let Some(last) = bytes.last_mut() else { return Err("there is no byte to damage".to_owned()) };
            // One bit is enough to make a checksum, a signature or padding wrong.
            *last ^= 1;
            Ok(STANDARD.encode(bytes))
        }
        (Function::Repeat, [text, count]) => Ok(text.repeat(count_of(count)?)),
        (Function::Part, [text, separator, number]) => part(text, separator, number),
        _ => Err("it has the wrong number of arguments".to_owned()),
    }
}

fn later(form: ClockForm, time: &str, duration: &str) -> Result<Timestamp, String> {
    let time = form.read(time).ok_or_else(|| format!("`{time}` is not {}", form.name()))?;
    // A day is 24 hours: times on the wire are in UTC.
    let duration: SignedDuration = match duration.strip_suffix('d').map(str::parse) {
        Some(Ok(days)) => {
            let seconds = 86_400_i64.checked_mul(days).ok_or_else(|| format!("`{duration}` is out of range"))?;
            SignedDuration::from_secs(seconds)
        }
        _ => duration.parse().map_err(|_| format!("`{duration}` is not a duration"))?,
    };
    time.checked_add(duration).map_err(|_| "the time is out of range".to_owned())
}

/// A part of a text, by its number from 1.
fn part(text: &str, separator: &str, number: &str) -> Result<String, String> {
    let index = count_of(number)?.checked_sub(1).ok_or_else(|| "parts are counted from 1".to_owned())?;
    let part = text.split(separator).nth(index);
    part.map(str::to_owned).ok_or_else(|| format!("`{text}` has no part {number} between `{separator}`"))
}

fn decode(text: &str) -> Result<Vec<u8>, String> {
    STANDARD.decode(text).map_err(|_| "an argument is not Base64".to_owned())
}

/// The longest text or run of bytes that a template makes.
pub(super) const LONGEST: usize = 1 << 20;

fn count_of(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count) if count <= LONGEST => Ok(count),
        _ => Err(format!("`{text}` is not a count up to {LONGEST}")),
    }
}
