//! How a cloud writes times.

use jiff::Timestamp;
use serde_json::Value;

/// How a cloud writes times in parameters and fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockForm {
    /// RFC 3339 in UTC: `2026-01-02T03:04:05Z`.
    Rfc3339,
    /// Seconds since 1970, with a fraction or without.
    UnixSeconds,
}

impl ClockForm {
    /// Reads a time; none if it is not in this form.
    pub fn read(self, text: &str) -> Option<Timestamp> {
        match self {
            Self::Rfc3339 => text.parse().ok(),
            Self::UnixSeconds => {
                let seconds: f64 = text.parse().ok()?;
                Timestamp::from_millisecond((seconds * 1000.0).round() as i64).ok().filter(|_| seconds.is_finite())
            }
        }
    }

    /// Whether a field is a time in this form.
    pub fn fits(self, field: &Value) -> bool {
        match (self, field) {
            (Self::Rfc3339, Value::String(text)) => self.read(text).is_some(),
            (Self::UnixSeconds, Value::Number(number)) => self.read(&number.to_string()).is_some(),
            _ => false,
        }
    }

    /// Writes a time.
    pub fn write(self, time: Timestamp) -> String {
        match self {
            Self::Rfc3339 => time.to_string(),
            Self::UnixSeconds => time.as_second().to_string(),
        }
    }

    /// The form in a message, with its article.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rfc3339 => "an RFC 3339 time",
            Self::UnixSeconds => "a number of seconds since 1970",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        let time: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        assert_eq!(ClockForm::Rfc3339.write(time), "2026-01-02T03:04:05Z");
        assert_eq!(ClockForm::UnixSeconds.write(time), "1767323045");
        for form in [ClockForm::Rfc3339, ClockForm::UnixSeconds] {
            assert_eq!(form.read(&form.write(time)), Some(time));
        }
        assert_eq!(ClockForm::UnixSeconds.read("1.767323045E9"), Some(time));
    }

    #[test]
    fn a_field_is_a_time_in_one_form() {
        let (text, number) = (json!("2026-01-02T03:04:05Z"), json!(1_767_323_045.25));
        assert!(ClockForm::Rfc3339.fits(&text) && !ClockForm::Rfc3339.fits(&number));
        assert!(ClockForm::UnixSeconds.fits(&number) && !ClockForm::UnixSeconds.fits(&text));
        assert!(!ClockForm::UnixSeconds.fits(&json!("1767323045")) && !ClockForm::UnixSeconds.fits(&json!(null)));
    }

    #[test]
    fn a_time_in_another_form_is_not_read() {
        for text in ["", "soon", "1767323045", "NaN"] {
            assert_eq!(ClockForm::Rfc3339.read(text), None, "{text}");
        }
        for text in ["", "soon", "2026-01-02T03:04:05Z", "NaN", "inf", "1e300"] {
            assert_eq!(ClockForm::UnixSeconds.read(text), None, "{text}");
        }
    }
}
