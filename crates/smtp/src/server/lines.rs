//! From octets to commands: lines, their limits and what is no SMTP at all.

use super::connection::Connection;
use super::rules;
use super::state::State;
use super::trace::Record;
use crate::codec::line::LineItem;
use crate::command::{Command, ParseCommandError};
use crate::rule::{Rule, Why};
use crate::sasl::SaslError;
use crate::value::reply::{Code, Reply, standard};
use bytes::BytesMut;
use postrider_core::SafeText;

/// The first octet of a TLS handshake record, which begins no command.
const TLS_HANDSHAKE: u8 = 0x16;
/// Methods of HTTP, and the preface of HTTP/2.
const HTTP: [&[u8]; 10] = [
    b"GET", b"POST", b"PUT", b"HEAD", b"OPTIONS", b"CONNECT", b"DELETE", b"PATCH", b"TRACE", b"PRI",
];

impl Connection {
    /// Takes one line; `false` when it is not complete.
    pub(super) fn read_line(&mut self, rx: &mut BytesMut) -> bool {
        if self.lines.skip_refused(rx).is_some() {
            let why = self.why(rules::LINE_ENDLESS);
            self.close(Some(standard::TOO_MUCH.into()), why);
            return true;
        }
        if self.lines.is_skipping() {
            return false;
        }
        if rx.first() == Some(&TLS_HANDSHAKE) {
            self.close_stranger();
            return true;
        }
        let limit = self.line_limit();
        self.lines.set_limit(limit);
        let auth = self.offers_auth() && is_auth(rx);
        match self.lines.next(rx) {
            None | Some(LineItem::Endless) => return false,
            Some(LineItem::Line(line)) if matches!(self.state, State::Sasl(..)) => {
                self.record(|| Record::Line { verb: None, octets: line.len() });
                self.sasl_line(&line);
            }
            Some(LineItem::Line(line)) => self.command_line(&line, rx.len()),
            Some(LineItem::TooLong { .. }) => self.too_long(auth),
            Some(LineItem::Broken(fault)) => {
                let why = self.why(rules::LINE_BROKEN).detail(&fault);
                self.state = State::Command;
                self.refuse(standard::SYNTAX.because(&fault), why);
            }
        }
        true
    }

    /// RFC 4954 §4 lets AUTH lines be longer than others, so that is borne only where AUTH may come.
    fn line_limit(&self) -> usize {
        if self.offers_auth() || matches!(self.state, State::Sasl(..)) {
            self.cfg.limits.sasl_line.max(self.cfg.command_line())
        } else {
            self.cfg.command_line()
        }
    }

    fn command_line(&mut self, line: &[u8], behind: usize) {
        let parsed = Command::parse(line, &self.cfg.leniency);
        let verb = parsed.as_ref().ok().map(Command::verb);
        self.record(|| Record::Line { verb, octets: line.len() });
        if line.len() + "\r\n".len() > self.cfg.command_line()
            && !(self.offers_auth() && is_auth(line))
        {
            return self.too_long(false);
        }
        match parsed {
            Ok(command) => self.command(command, behind),
            Err(ParseCommandError::UnknownVerb) if is_http(line) => self.close_stranger(),
            Err(ParseCommandError::ChunkSize) if self.offers_chunking() => self.bad_chunk_size(),
            Err(error) => self.refuse_line(&error),
        }
    }

    fn too_long(&mut self, auth: bool) {
        if auth || matches!(self.state, State::Sasl(..)) {
            self.sasl_failed(SaslError::Long);
        } else {
            self.refuse_by(standard::LINE_TOO_LONG.into(), rules::LINE_TOO_LONG);
        }
    }

    /// A browser or a TLS client was tricked into talking to us, or nobody knows what it is.
    fn close_stranger(&mut self) {
        let text = SafeText::from_static("this is SMTP");
        let reply = Reply::new(Code::CLOSING.with(5, 2), text);
        self.close(Some(reply), self.why(rules::NOT_SMTP));
    }

    /// A refusal that counts as the client's error.
    pub(super) fn refuse(&mut self, reply: Reply, why: Why) {
        self.counts.errors = self.counts.errors.saturating_add(1);
        if self.counts.errors > self.cfg.limits.errors {
            let why = self.why(rules::ERRORS);
            self.close(Some(standard::TOO_MUCH_JUNK.into()), why);
        } else {
            self.reply(reply, &why);
        }
    }

    pub(super) fn refuse_by(&mut self, reply: Reply, rule: Rule) {
        self.refuse(reply, self.why(rule));
    }
}

fn is_auth(line: &[u8]) -> bool {
    line.get(..5).is_some_and(|verb| verb.eq_ignore_ascii_case(b"AUTH "))
}

fn is_http(line: &[u8]) -> bool {
    let verb = line.split(|&b| b == b' ').next().unwrap_or_default();
    HTTP.contains(&verb)
}
