//! Values as people write them in the configuration: sizes, durations, secrets, lists of one.

use postrider_core::Secret;
use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// Octets, written `25MiB`, `256MB`, `64KiB` or a plain number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

/// Time, written `30s`, `5m`, `4h`, `5d` or `0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

/// One text or a list of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "a text, or a list of texts")]
#[expect(clippy::exhaustive_enums, reason = "one or many, nothing else")]
pub enum OneOrMany {
    /// `key = "text"`
    One(String),
    /// `key = ["text", …]`
    Many(Vec<String>),
}

/// Where a secret is: written out, in a file, or in the environment.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
#[non_exhaustive]
pub enum SecretSource {
    /// `"…"`
    Text(Secret<String>),
    /// `{ file = "…" }`, read at load, a final line end dropped.
    File {
        /// Path, relative to the configuration.
        file: PathBuf,
    },
    /// `{ env = "…" }`
    Env {
        /// Name of the variable.
        env: String,
    },
}

/// Why a secret could not be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The variable is not set.
    #[error("environment variable {0} is not set")]
    Env(String),
}

impl OneOrMany {
    /// The texts, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

impl SecretSource {
    /// The secret itself; relative paths are below `base`.
    ///
    /// # Errors
    /// [`SecretError`] when the file or variable is not there.
    pub fn resolve(&self, base: &Path) -> Result<Secret<String>, SecretError> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::File { file } => {
                let path = base.join(file);
                let text = std::fs::read_to_string(&path)
                    .map_err(|source| SecretError::File { path, source })?;
                Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
            }
            Self::Env { env } => {
                std::env::var(env).map(Secret::new).map_err(|_| SecretError::Env(env.clone()))
            }
        }
    }
}

/// A number and the unit behind it.
fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    Some((number.parse().ok()?, unit.trim()))
}

impl ByteSize {
    /// Reads the written form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (number, unit) = number_and_unit(text)?;
        let factor = match unit {
            "" | "B" => 1,
            "kB" | "KB" => 1_000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return None,
        };
        number.checked_mul(factor).map(Self)
    }
}

impl Span {
    /// Reads the written form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (number, unit) = number_and_unit(text)?;
        let factor = match unit {
            "" if number == 0 => 1,
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return None,
        };
        number.checked_mul(factor).map(|secs| Self(Duration::from_secs(secs)))
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no duration; write it as 30s, 5m, 4h or 5d");
        Self::parse(text).ok_or_else(wrong)
    }
}

impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Self::parse(&text).ok_or_else(|| {
            de::Error::custom(format!("`{text}` is no size; write it as 25MiB, 64KiB or 1GB"))
        })
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(de::Error::custom)
    }
}

/// What a listener is for; no rule needs a port number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Role {
    /// Mail from other servers, for local recipients.
    Mx,
    /// Mail from own users, STARTTLS before AUTH.
    Submission,
    /// Mail from own users, TLS from the first octet.
    Submissions,
}

impl Role {
    /// The name that rules and traces use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mx => "mx",
            Self::Submission => "submission",
            Self::Submissions => "submissions",
        }
    }

    /// Whether only own users, logged in, may send here.
    #[must_use]
    pub const fn is_submission(self) -> bool {
        matches!(self, Self::Submission | Self::Submissions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_durations_have_units() {
        assert_eq!(ByteSize::parse("25MiB"), Some(ByteSize(25 << 20)));
        assert_eq!(ByteSize::parse("10 kB"), Some(ByteSize(10_000)));
        assert_eq!(ByteSize::parse("25 potatoes"), None);
        assert_eq!(ByteSize::parse("99999999999GiB"), None);
        assert_eq!(Span::parse("5m"), Some(Span(Duration::from_secs(300))));
        assert_eq!(Span::parse("0"), Some(Span(Duration::ZERO)));
        assert_eq!(Span::parse("5"), None, "a bare number could be seconds or minutes");
    }

    #[test]
    fn a_missing_secret_is_named() {
        let source = SecretSource::Env { env: "POSTRIDER_NO_SUCH_VARIABLE".into() };
        let error = source.resolve(Path::new(".")).unwrap_err();
        assert!(error.to_string().contains("POSTRIDER_NO_SUCH_VARIABLE"));
    }
}
