//! The grammar of command lines.

use super::params::{mail_params, rcpt_params};
use super::{Chunk, Command, Leniency, Lenient, ParseCommandError};
use crate::value::{Hello, MechanismName};
use base64::Engine as _;
use postrider_core::{ForwardPath, ReversePath, SafeText, Secret};

type Argument<'a> = Option<&'a [u8]>;

/// Verbs that an RFC defines and that are not offered.
const NOT_IMPLEMENTED: [&str; 9] =
    ["ETRN", "ATRN", "BURL", "TURN", "SEND", "SOML", "SAML", "XCLIENT", "XFORWARD"];

pub(super) fn command(line: &[u8], leniency: &Leniency) -> Result<Command, ParseCommandError> {
    // RFC 5321 §4.1.1: "receivers SHOULD tolerate trailing white space before the terminating <CRLF>"
    let end = line.iter().rposition(|b| !matches!(b, b' ' | b'\t'));
    let line = line.get(..end.map_or(0, |at| at + 1)).unwrap_or(line);
    let (verb, argument) = match line.iter().position(|&b| b == b' ') {
        Some(at) => (line.get(..at).unwrap_or_default(), line.get(at + 1..)),
        None => (line, None),
    };
    match verb.to_ascii_uppercase().as_slice() {
        b"EHLO" => Ok(Command::Ehlo(hello("EHLO", argument, leniency)?)),
        b"HELO" => Ok(Command::Helo(hello("HELO", argument, leniency)?)),
        b"LHLO" => Ok(Command::Lhlo(hello("LHLO", argument, leniency)?)),
        b"MAIL" => mail(argument, leniency),
        b"RCPT" => rcpt(argument, leniency),
        b"DATA" => alone("DATA", argument, Command::Data),
        b"BDAT" => bdat(argument).ok_or(ParseCommandError::ChunkSize),
        b"RSET" => alone("RSET", argument, Command::Rset),
        b"QUIT" => alone("QUIT", argument, Command::Quit),
        b"STARTTLS" => alone("STARTTLS", argument, Command::StartTls),
        // RFC 5321 §4.1.1.9: "If a parameter string is specified, servers SHOULD ignore it."
        b"NOOP" => Ok(Command::Noop),
        b"VRFY" => Ok(Command::Vrfy(string("VRFY", argument)?)),
        b"EXPN" => Ok(Command::Expn(string("EXPN", argument)?)),
        b"HELP" => match argument {
            None => Ok(Command::Help(None)),
            some => Ok(Command::Help(Some(string("HELP", some)?))),
        },
        b"AUTH" => auth(argument),
        verb => Err(unknown(verb)),
    }
}

fn unknown(verb: &[u8]) -> ParseCommandError {
    match NOT_IMPLEMENTED.iter().find(|v| v.as_bytes() == verb) {
        Some(verb) => ParseCommandError::NotImplemented { verb },
        None => ParseCommandError::UnknownVerb,
    }
}

fn alone(
    verb: &'static str,
    argument: Argument<'_>,
    command: Command,
) -> Result<Command, ParseCommandError> {
    match argument {
        None => Ok(command),
        Some(_) => Err(ParseCommandError::Argument { verb, expected: "no argument" }),
    }
}

/// RFC 3030 §2: `"BDAT" SP chunk-size [ SP end-marker ]`, with `chunk-size ::= 1*DIGIT`.
///
/// A size beyond 64 bits is no size: what follows could not be skipped.
fn bdat(argument: Argument<'_>) -> Option<Command> {
    let mut words = argument?.split(|&b| b == b' ');
    let digits = words.next().filter(|d| !d.is_empty() && d.iter().all(u8::is_ascii_digit))?;
    let octets = std::str::from_utf8(digits).ok()?.parse().ok()?;
    let chunk = match (words.next(), words.next()) {
        (None, _) => Chunk::More,
        (Some(last), None) if last.eq_ignore_ascii_case(b"LAST") => Chunk::Last,
        _ => return None,
    };
    Some(Command::Bdat { octets, chunk })
}

fn needed<'a>(
    verb: &'static str,
    argument: Argument<'a>,
    expected: &'static str,
) -> Result<&'a [u8], ParseCommandError> {
    argument.filter(|a| !a.is_empty()).ok_or(ParseCommandError::Argument { verb, expected })
}

fn hello(
    verb: &'static str,
    argument: Argument<'_>,
    leniency: &Leniency,
) -> Result<Hello, ParseCommandError> {
    let argument = needed(verb, argument, "a domain or address literal")?;
    match (Hello::parse(argument), leniency.ehlo) {
        (Ok(hello), _) => Ok(hello),
        (Err(_), Lenient::Yes) => Ok(Hello::Escaped(SafeText::escaped(argument))),
        (Err(error), Lenient::No) => Err(ParseCommandError::Hello(error)),
    }
}

/// `String = Atom / Quoted-string`, which people also give as words without quotes.
fn string(verb: &'static str, argument: Argument<'_>) -> Result<SafeText, ParseCommandError> {
    const EXPECTED: &str = "a string";
    let argument = needed(verb, argument, EXPECTED)?;
    let bad = || ParseCommandError::Argument { verb, expected: EXPECTED };
    let text = std::str::from_utf8(argument).map_err(|_| bad())?;
    if text.starts_with('"') && (text.len() < 3 || !text.ends_with('"')) {
        return Err(bad());
    }
    SafeText::new(text).map_err(|_| bad())
}

fn mail(argument: Argument<'_>, leniency: &Leniency) -> Result<Command, ParseCommandError> {
    let argument = behind("MAIL", b"FROM:", argument, leniency)?;
    let (path, params) = split_path(argument);
    let from = ReversePath::parse(path).map_err(ParseCommandError::Sender)?;
    let params = mail_params(params_behind(path, params)?)?;
    Ok(Command::Mail { from, params })
}

fn rcpt(argument: Argument<'_>, leniency: &Leniency) -> Result<Command, ParseCommandError> {
    let argument = behind("RCPT", b"TO:", argument, leniency)?;
    let (path, params) = split_path(argument);
    let to = ForwardPath::parse(path).map_err(ParseCommandError::Recipient)?;
    let params = rcpt_params(params_behind(path, params)?)?;
    Ok(Command::Rcpt { to, params })
}

/// What stands behind `FROM:` or `TO:`.
fn behind<'a>(
    verb: &'static str,
    keyword: &'static [u8],
    argument: Argument<'a>,
    leniency: &Leniency,
) -> Result<&'a [u8], ParseCommandError> {
    let expected = match verb {
        "MAIL" => "FROM: and a path",
        _ => "TO: and a path",
    };
    let argument = needed(verb, argument, expected)?;
    let wrong = ParseCommandError::Argument { verb, expected };
    match argument.split_at_checked(keyword.len()) {
        Some((head, path)) if head.eq_ignore_ascii_case(keyword) => match leniency.path_space {
            Lenient::Yes => Ok(path.trim_ascii_start()),
            Lenient::No => Ok(path),
        },
        _ => Err(wrong),
    }
}

/// Cuts behind the `>` that ends the path, which may hold others in quotes.
fn split_path(argument: &[u8]) -> (&[u8], &[u8]) {
    let mut quoted = false;
    let mut escaped = false;
    let ends = |&b: &u8| match b {
        _ if escaped => {
            escaped = false;
            false
        }
        b'\\' => {
            escaped = quoted;
            false
        }
        b'"' => {
            quoted = !quoted;
            false
        }
        b => b == b'>' && !quoted,
    };
    match argument.iter().position(ends) {
        Some(at) => argument.split_at_checked(at + 1).unwrap_or((argument, b"")),
        None => (argument, b""),
    }
}

/// The parameters without the space before them.
fn params_behind<'a>(path: &[u8], rest: &'a [u8]) -> Result<Argument<'a>, ParseCommandError> {
    match rest {
        [] => Ok(None),
        [b' ', params @ ..] => Ok(Some(params)),
        _ => Err(ParseCommandError::Unspaced { at: path.len() }),
    }
}

fn auth(argument: Argument<'_>) -> Result<Command, ParseCommandError> {
    let argument = needed("AUTH", argument, "a mechanism")?;
    let mut words = argument.splitn(2, |&b| b == b' ');
    let mechanism = MechanismName::parse(words.next().unwrap_or_default())?;
    let initial = words.next().map(initial_response).transpose()?;
    Ok(Command::Auth { mechanism, initial })
}

fn initial_response(octets: &[u8]) -> Result<Secret<Vec<u8>>, ParseCommandError> {
    match octets {
        b"=" => Ok(Secret::new(Vec::new())),
        [] => Err(ParseCommandError::Base64),
        octets => decode_base64(octets).ok_or(ParseCommandError::Base64),
    }
}

/// Strict base64 (RFC 4648 §4): padding required, no white space, no stray bits.
pub(crate) fn decode_base64(octets: &[u8]) -> Option<Secret<Vec<u8>>> {
    let decoded = base64::prelude::BASE64_STANDARD.decode(octets).ok()?;
    Some(Secret::new(decoded))
}
