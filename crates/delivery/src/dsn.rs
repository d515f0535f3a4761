//! Failure notices (RFC 3461, RFC 3464): words for people first, then the same for machines.

use postrider_core::{DomainName, ForwardPath, Id, Mailbox, ReversePath, UnixTime};
use postrider_spool::{BodyType, Cause, Envelope, IncomingKind, Notices, Notify, Rcpt, Ret};
use std::fmt::Write as _;

/// Largest message that is returned whole.
pub const MAX_RETURNED: u64 = 100 * 1024;
/// Largest header that is returned; the rest is cut off.
pub const MAX_HEADER: usize = 32 * 1024;

/// Why no notice is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoNotice {
    /// The message came with `<>`: it must not cause another one (RFC 5321 §6.1).
    #[error("the message came with a null sender")]
    NullSender,
    /// Nobody knows whether the sender is who it says.
    #[error("the sender was not authenticated when the message was accepted")]
    Unauthenticated,
    /// NOTIFY says no for every failed recipient.
    #[error("the sender asked not to be told")]
    NotWanted,
}

impl NoNotice {
    /// Stable word for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NullSender => "null-sender",
            Self::Unauthenticated => "unauthenticated-sender",
            Self::NotWanted => "notify-never",
        }
    }
}

/// A recipient that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a pair")]
pub struct Failed<'a> {
    /// Who.
    pub rcpt: &'a Rcpt,
    /// Why.
    pub cause: &'a Cause,
}

/// Who writes notices.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a group of arguments")]
pub struct Author {
    /// Our name: Reporting-MTA.
    pub host: DomainName,
    /// The address in From, usually the postmaster's.
    pub from: Mailbox,
}

/// The message that a notice is about.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a group of arguments")]
pub struct About<'a> {
    /// Its id, which the sender saw in our reply.
    pub id: Id,
    /// Its envelope.
    pub envelope: &'a Envelope,
    /// Its octets: the whole if [`returns_whole`] says so, else at least the header.
    pub octets: &'a [u8],
    /// Its size.
    pub size: u64,
}

/// Whom to tell, or why nobody; and which of the failed recipients to tell of.
///
/// # Errors
/// [`NoNotice`]
pub fn addressee<'a, 'b>(
    envelope: &'a Envelope,
    failed: &'b [Failed<'b>],
) -> Result<(&'a Mailbox, Vec<&'b Failed<'b>>), NoNotice> {
    let ReversePath::Mailbox(sender) = &envelope.from else {
        return Err(NoNotice::NullSender);
    };
    if envelope.notices == Notices::Unauthenticated {
        return Err(NoNotice::Unauthenticated);
    }
    let wanted: Vec<_> = failed.iter().filter(|f| f.rcpt.notify.failure()).collect();
    match wanted.is_empty() {
        true => Err(NoNotice::NotWanted),
        false => Ok((sender, wanted)),
    }
}

/// Whether a notice returns the whole message (RFC 3461 §4.3).
#[must_use]
pub fn returns_whole(envelope: &Envelope, size: u64) -> bool {
    envelope.ret == Some(Ret::Full) && size <= MAX_RETURNED
}

/// The envelope of a notice; its recipient still has the destination of its domain.
#[must_use]
pub fn envelope(about: &About<'_>, to: &Mailbox, now: UnixTime, octets: &[u8]) -> Envelope {
    let mut envelope = Envelope::new(IncomingKind::Notice, ReversePath::Null, now);
    let mut rcpt = Rcpt::new(ForwardPath::Mailbox(to.clone()));
    // RFC 3461 §6.1: a notice is sent with NOTIFY=NEVER, for its own failure is told to nobody.
    rcpt.notify = Notify::Never;
    envelope.rcpts.push(rcpt);
    envelope.parent = Some(about.id);
    envelope.smtputf8 = !to.is_ascii();
    if !octets.is_ascii() {
        envelope.body = BodyType::EightBitMime;
    }
    envelope
}

/// Writes a notice, with CRLF line ends. `id` is its own.
#[must_use]
pub fn write(
    author: &Author,
    about: &About<'_>,
    (to, failed): (&Mailbox, &[&Failed<'_>]),
    (id, now): (Id, UnixTime),
) -> Vec<u8> {
    let boundary = format!("=_{id}");
    let mut text = String::new();
    write_header(&mut text, author, to, &boundary, (id, now));
    write_words(&mut text, author, about, failed, &boundary);
    write_status(&mut text, author, about, failed, &boundary);
    let mut octets = text.replace('\n', "\r\n").into_bytes();
    write_original(&mut octets, about, &boundary);
    octets
}

fn write_header(
    out: &mut String,
    author: &Author,
    to: &Mailbox,
    boundary: &str,
    (id, now): (Id, UnixTime),
) {
    let (host, from) = (&author.host, &author.from);
    // Writing to a String does not fail.
    let _ = write!(
        out,
        "From: Mail Delivery System <{from}>\n\
         To: <{to}>\n\
         Subject: Your message could not be delivered\n\
         Date: {date}\n\
         Message-ID: <{id}@{host}>\n\
         Auto-Submitted: auto-replied\n\
         MIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status;\n\
         \tboundary=\"{boundary}\"\n\n",
        date = now.rfc5322(),
    );
}

fn write_words(
    out: &mut String,
    author: &Author,
    about: &About<'_>,
    failed: &[&Failed<'_>],
    boundary: &str,
) {
    let _ = write!(
        out,
        "--{boundary}\n\
         Content-Type: text/plain; charset=utf-8\n\
         Content-Transfer-Encoding: 8bit\n\n\
         This is the mail server {host}.\n\n\
         Your message of {date} could not be delivered to:\n",
        host = author.host,
        date = about.envelope.received.rfc5322(),
    );
    for Failed { rcpt, cause } in failed {
        let _ = write!(out, "\n  {}\n", bare(&rcpt.to));
        match &cause.host {
            Some(host) => {
                let _ = writeln!(out, "    The server {host} said:");
            }
            None => out.push_str("    Reason:\n"),
        }
        fold(out, cause.text.as_str());
        if let Some(diagnosis) = &cause.diagnosis {
            out.push_str("    Seen from here:\n");
            fold(out, diagnosis.as_str());
        }
    }
    let _ = write!(
        out,
        "\nNothing more will be tried for the addresses above. If you ask for help,\n\
         please give this id of your message: {id}\n\n",
        id = about.id,
    );
}

/// Indented lines of at most 76 octets where there are spaces to break at.
fn fold(out: &mut String, text: &str) {
    const WIDTH: usize = 68;
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && line.len() + word.len() + 1 > WIDTH {
            let _ = writeln!(out, "      {line}");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(out, "      {line}");
}

/// RFC 3464 §2: fields for the message, then a group for each recipient.
fn write_status(
    out: &mut String,
    author: &Author,
    about: &About<'_>,
    failed: &[&Failed<'_>],
    boundary: &str,
) {
    let _ = write!(
        out,
        "--{boundary}\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; {}\n",
        author.host
    );
    if let Some(envid) = &about.envelope.envid {
        let _ = writeln!(out, "Original-Envelope-Id: {}", ascii(envid.as_str()));
    }
    let _ = writeln!(out, "Arrival-Date: {}", about.envelope.received.rfc5322());
    for Failed { rcpt, cause } in failed {
        out.push('\n');
        if let Some(orcpt) = &rcpt.orcpt {
            // RFC 3464 §2.3.1: type, semicolon, address, as they came.
            let _ = writeln!(out, "Original-Recipient: {}", ascii(orcpt.as_str()));
        }
        let address = bare(&rcpt.to);
        let kind = match address.is_ascii() {
            true => "rfc822",
            false => "utf-8",
        };
        let _ = writeln!(out, "Final-Recipient: {kind}; {}", ascii(&address));
        let _ = writeln!(out, "Action: failed\nStatus: {}", ascii(cause.status.as_str()));
        if let Some(host) = &cause.host {
            let _ = writeln!(out, "Remote-MTA: dns; {}", ascii(host.as_str()));
            let _ = writeln!(out, "Diagnostic-Code: smtp; {}", ascii(cause.text.as_str()));
        }
    }
    out.push('\n');
}

fn write_original(out: &mut Vec<u8>, about: &About<'_>, boundary: &str) {
    let whole = returns_whole(about.envelope, about.size);
    let kind = match whole {
        true => "message/rfc822",
        false => "text/rfc822-headers",
    };
    let returned = match whole {
        true => about.octets,
        false => header(about.octets),
    };
    let encoding = match returned.is_ascii() {
        true => "7bit",
        false => "8bit",
    };
    let head = format!(
        "--{boundary}\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    );
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(returned);
    if !returned.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
}

/// The header of a message, whole lines only.
fn header(octets: &[u8]) -> &[u8] {
    let end = octets.windows(4).position(|w| w == b"\r\n\r\n");
    let header = end.and_then(|end| octets.get(..end + 2)).unwrap_or(octets);
    let Some(cut) = header.get(..MAX_HEADER) else {
        return header;
    };
    let end = cut.windows(2).rposition(|w| w == b"\r\n");
    end.and_then(|end| cut.get(..end + 2)).unwrap_or_default()
}

fn bare(to: &ForwardPath) -> String {
    to.to_string().trim_matches(['<', '>']).to_owned()
}

/// RFC 6533 §3: characters outside US-ASCII become `\x{HEX}` in a field for machines. Cut off before
/// the line gets longer than RFC 5322 §2.1.1 allows.
fn ascii(text: &str) -> String {
    const MAX: usize = 900;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if out.len() > MAX {
            break;
        }
        match c.is_ascii() {
            true => out.push(c),
            false => drop(write!(out, "\\x{{{:X}}}", u32::from(c))),
        }
    }
    out
}

#[cfg(test)]
mod tests;
