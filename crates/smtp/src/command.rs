//! Commands as values (RFC 5321 §4.1): one grammar to read them, one way to write them.
//!
//! ```
//! use postrider_smtp::command::{Command, Leniency};
//!
//! let line = br#"mail from:<"a b"@Example.org> size=1000"#;
//! let command = Command::parse(line, &Leniency::strict())?;
//! assert_eq!(&command.encode()[..], b"MAIL FROM:<\"a b\"@example.org> SIZE=1000\r\n");
//! # Ok::<(), postrider_smtp::command::ParseCommandError>(())
//! ```

mod error;
mod params;
mod parse;

pub use error::ParseCommandError;

use crate::value::{Hello, MailParams, MechanismName, RcptParams};
use base64::Engine as _;
use bytes::{BufMut as _, Bytes, BytesMut};
use postrider_core::{ForwardPath, ReversePath, SafeText, Secret};

/// A command.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Command {
    /// `EHLO`
    Ehlo(Hello),
    /// `HELO`
    Helo(Hello),
    /// `LHLO` (RFC 2033 §4.1)
    Lhlo(Hello),
    /// `MAIL FROM:`
    Mail {
        /// Where the message comes from.
        from: ReversePath,
        /// Parameters.
        params: MailParams,
    },
    /// `RCPT TO:`
    Rcpt {
        /// Where the message goes.
        to: ForwardPath,
        /// Parameters.
        params: RcptParams,
    },
    /// `DATA`
    Data,
    /// `BDAT` (RFC 3030 §2)
    Bdat {
        /// Octets of the chunk behind the line.
        octets: u64,
        /// Whether it is the last.
        chunk: Chunk,
    },
    /// `RSET`
    Rset,
    /// `NOOP`; its argument means nothing.
    Noop,
    /// `QUIT`
    Quit,
    /// `VRFY`
    Vrfy(SafeText),
    /// `EXPN`
    Expn(SafeText),
    /// `HELP`
    Help(Option<SafeText>),
    /// `STARTTLS` (RFC 3207)
    StartTls,
    /// `AUTH` (RFC 4954)
    Auth {
        /// The mechanism.
        mechanism: MechanismName,
        /// The initial response, decoded; `=` is an empty one.
        initial: Option<Secret<Vec<u8>>>,
    },
}

/// Whether another chunk follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 3030 §2")]
pub enum Chunk {
    /// Another one follows.
    More,
    /// `LAST`: the message is complete.
    Last,
}

/// What is read beyond the grammar of RFC 5321. Everything is off unless named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Leniency {
    /// EHLO and HELO arguments that are neither domain nor literal are kept escaped.
    pub ehlo: Lenient,
    /// Spaces behind `FROM:` and `TO:` are skipped.
    pub path_space: Lenient,
}

/// Whether a rule is relaxed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a switch")]
pub enum Lenient {
    /// The rule holds.
    #[default]
    No,
    /// The rule is relaxed.
    Yes,
}

impl Leniency {
    /// The grammar as it is written.
    #[must_use]
    pub const fn strict() -> Self {
        Self { ehlo: Lenient::No, path_space: Lenient::No }
    }
}

impl Command {
    /// Reads a line without its CRLF.
    ///
    /// # Errors
    /// [`ParseCommandError`]; each variant has its reply in RFC 5321 §4.2.
    pub fn parse(line: &[u8], leniency: &Leniency) -> Result<Self, ParseCommandError> {
        parse::command(line, leniency)
    }

    /// The verb.
    #[must_use]
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Ehlo(_) => "EHLO",
            Self::Helo(_) => "HELO",
            Self::Lhlo(_) => "LHLO",
            Self::Mail { .. } => "MAIL",
            Self::Rcpt { .. } => "RCPT",
            Self::Data => "DATA",
            Self::Bdat { .. } => "BDAT",
            Self::Rset => "RSET",
            Self::Noop => "NOOP",
            Self::Quit => "QUIT",
            Self::Vrfy(_) => "VRFY",
            Self::Expn(_) => "EXPN",
            Self::Help(_) => "HELP",
            Self::StartTls => "STARTTLS",
            Self::Auth { .. } => "AUTH",
        }
    }

    /// The line as it goes over the wire, with its CRLF and no other.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(80);
        out.put_slice(self.verb().as_bytes());
        let argument = match self {
            Self::Ehlo(who) | Self::Helo(who) | Self::Lhlo(who) => format!(" {who}"),
            Self::Mail { from, params } => format!(" FROM:{from}{params}"),
            Self::Rcpt { to, params } => format!(" TO:{to}{params}"),
            Self::Bdat { octets, chunk: Chunk::More } => format!(" {octets}"),
            Self::Bdat { octets, chunk: Chunk::Last } => format!(" {octets} LAST"),
            Self::Vrfy(text) | Self::Expn(text) | Self::Help(Some(text)) => format!(" {text}"),
            Self::Auth { mechanism, initial } => format!(" {mechanism}{}", response(initial)),
            Self::Data | Self::Rset | Self::Noop | Self::Quit | Self::Help(None) => String::new(),
            Self::StartTls => String::new(),
        };
        out.put_slice(argument.as_bytes());
        out.put_slice(b"\r\n");
        out.freeze()
    }
}

/// RFC 4954 §4: "If the client is transmitting an initial response of zero length, it MUST instead
/// transmit the response as a single equals sign".
fn response(initial: &Option<Secret<Vec<u8>>>) -> String {
    match initial.as_ref().map(Secret::expose).map(Vec::as_slice) {
        None => String::new(),
        Some([]) => " =".to_owned(),
        Some(octets) => format!(" {}", base64::prelude::BASE64_STANDARD.encode(octets)),
    }
}

#[cfg(test)]
mod tests;
