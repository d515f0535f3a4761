//! The structured parts of an event.

use crate::datum::{Cut, Datum, Fields, MAX_ANSWER, MAX_VALUE, cap, text};
use postrider_core::SafeText;
use serde::de::Error as _;
use serde::ser::SerializeTuple;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A DNS look-up and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Dns {
    /// The question, as in `example.org TXT`.
    pub q: SafeText,
    /// The answers, in presentation form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub a: Vec<SafeText>,
    /// How it failed, such as `NXDOMAIN`, `SERVFAIL` or `timeout`; absent when there was an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rcode: Option<SafeText>,
    /// Seconds the answer may be kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u32>,
    /// Where the answer came from: `net`, `cache` or `zone`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub src: Option<SafeText>,
    /// Whether DNSSEC vouches for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secure: Option<bool>,
    /// How long it took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
}

impl Dns {
    /// A look-up with its answers in presentation form.
    #[must_use]
    pub fn answered<'a>(question: &str, answers: impl IntoIterator<Item = &'a str>) -> Self {
        let mut dns = Self::asked(question);
        dns.a = answers.into_iter().map(text).collect();
        dns
    }

    /// A look-up without answer, and how it failed.
    #[must_use]
    pub fn failed(question: &str, rcode: &str) -> Self {
        let mut dns = Self::asked(question);
        dns.rcode = Some(text(rcode));
        dns
    }

    fn asked(question: &str) -> Self {
        Self {
            q: text(question),
            a: Vec::new(),
            rcode: None,
            ttl: None,
            src: None,
            secure: None,
            ms: None,
        }
    }

    /// With the seconds that the answer may be kept.
    #[must_use]
    pub const fn ttl(mut self, seconds: u32) -> Self {
        self.ttl = Some(seconds);
        self
    }

    /// With where the answer came from: `net`, `cache` or `zone`.
    #[must_use]
    pub fn source(mut self, word: &str) -> Self {
        self.src = Some(text(word));
        self
    }

    /// With whether DNSSEC vouches for it.
    #[must_use]
    pub const fn secure(mut self, vouched: bool) -> Self {
        self.secure = Some(vouched);
        self
    }

    /// With how long it took.
    #[must_use]
    pub const fn took(mut self, ms: u64) -> Self {
        self.ms = Some(ms);
        self
    }

    pub(crate) fn capped(mut self) -> (Self, Cut) {
        let mut all = Cut::No;
        let mut short = |value: SafeText, max| {
            let (value, cut) = cap(value, max);
            all = all.or(cut);
            value
        };
        self.q = short(self.q, MAX_VALUE);
        self.a = self.a.into_iter().map(|a| short(a, MAX_ANSWER)).collect();
        self.rcode = self.rcode.map(|r| short(r, MAX_VALUE));
        self.src = self.src.map(|s| short(s, MAX_VALUE));
        (self, all)
    }
}

/// True, false, or unknown with its cause.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed by Kleene's logic")]
pub enum Truth {
    /// True.
    True,
    /// False.
    False,
    /// Neither can be said.
    Unknown(SafeText),
}

impl Truth {
    /// Unknown for this reason.
    #[must_use]
    pub fn unknown(cause: &str) -> Self {
        Self::Unknown(text(cause))
    }

    fn to_datum(&self) -> Datum {
        match self {
            Self::True => Datum::Bool(true),
            Self::False => Datum::Bool(false),
            Self::Unknown(cause) => Datum::Unknown(cause.clone()),
        }
    }
}

impl From<bool> for Truth {
    fn from(b: bool) -> Self {
        if b { Self::True } else { Self::False }
    }
}

/// One comparison of a rule: its text, what it came to, the values of its variables.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reason {
    /// The comparison as it stands in the rule.
    pub text: SafeText,
    /// What it came to.
    pub result: Truth,
    /// The values it looked at.
    pub leaves: Fields,
}

impl Reason {
    /// A comparison.
    #[must_use]
    pub fn new(comparison: &str, result: Truth, leaves: Fields) -> Self {
        Self { text: one_line(comparison), result, leaves }
    }

    pub(crate) fn capped(self) -> (Self, Cut) {
        let (text, a) = cap(self.text, MAX_VALUE);
        let (leaves, b) = self.leaves.capped(MAX_VALUE);
        let reason = Self { text, result: self.result, leaves };
        (reason, a.or(b))
    }
}

/// A rule's text may run over several lines; in a trace it is one.
pub(crate) fn one_line(source: &str) -> SafeText {
    let words: Vec<&str> = source.split_ascii_whitespace().collect();
    if source.contains(['\n', '\r', '\t']) {
        return text(&words.join(" "));
    }
    text(source)
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut tuple = s.serialize_tuple(3)?;
        tuple.serialize_element(&self.text)?;
        tuple.serialize_element(&self.result.to_datum())?;
        tuple.serialize_element(&self.leaves)?;
        tuple.end()
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let (text, result, leaves) = Deserialize::deserialize(d)?;
        let result = match result {
            Datum::Bool(b) => b.into(),
            Datum::Unknown(cause) => Truth::Unknown(cause),
            Datum::Int(_) | Datum::Text(_) | Datum::List(_) => {
                return Err(D::Error::custom("a reason is true, false or unknown"));
            }
        };
        Ok(Self { text, result, leaves })
    }
}

/// Where a rule stands; written as `file:line`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct At {
    /// The configuration file.
    pub file: SafeText,
    /// The line in it, from 1.
    pub line: u32,
}

impl At {
    /// Line `line` of `file`.
    #[must_use]
    pub fn new(file: &str, line: u32) -> Self {
        Self { file: text(file), line }
    }
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let place = SafeText::deserialize(d)?;
        let (file, line) = place
            .as_str()
            .rsplit_once(':')
            .and_then(|(file, line)| Some((file, line.parse().ok()?)))
            .ok_or_else(|| D::Error::custom("a place is file:line"))?;
        Ok(Self::new(file, line))
    }
}

/// What an operator should do about something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Fix {
    /// The doctor's code for it, such as `ptr.missing`.
    pub code: SafeText,
    /// What to do, for people.
    #[serde(rename = "do")]
    pub advice: SafeText,
}

impl Fix {
    /// Advice under the code of the doctor's catalogue.
    #[must_use]
    pub fn new(code: &str, advice: &str) -> Self {
        Self { code: text(code), advice: text(advice) }
    }
}
