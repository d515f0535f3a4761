//! Commands in order (RFC 5321 §4.1.4).

use super::config::{Auth, ByMinimum, Offer, Queries, Service, Tls};
use super::connection::Connection;
use super::event::{Event, Framing, Query};
use super::rules;
use super::state::{Ask, Charset, Content, Mood, Upgrade, User};
use crate::command::Command;
use crate::rule::Rule;
use crate::value::reply::standard::{self, Standard};
use crate::value::{BodyType, ByMode, Hold, MailParams, Protocol, RcptParams};
use postrider_core::{ForwardPath, ReversePath};

impl Connection {
    /// Does what a command asks, with `behind` octets waiting behind its line.
    pub(super) fn command(&mut self, command: Command, behind: usize) {
        let refused = self.barrier(&command);
        if let Command::Bdat { octets, chunk } = command {
            return self.bdat(octets, chunk, refused);
        }
        if let Some((reply, rule)) = refused {
            return self.refuse_by(reply.into(), rule);
        }
        if is_useless(&command) && self.is_junk() {
            let why = self.why(rules::JUNK);
            return self.close(Some(standard::TOO_MUCH_JUNK.into()), why);
        }
        match command {
            Command::Ehlo(who) => self.hello(who, Protocol::Esmtp),
            Command::Helo(who) => self.hello(who, Protocol::Smtp),
            Command::Lhlo(who) => self.hello(who, Protocol::Lmtp),
            Command::Mail { from, params } => self.mail(from, params),
            Command::Rcpt { to, params } => self.rcpt(to, params),
            Command::Data => self.data(),
            Command::Bdat { octets, chunk } => self.bdat(octets, chunk, None),
            Command::Rset => self.rset(),
            Command::Noop => self.reply(standard::OK, &self.why(rules::NOOP)),
            Command::Quit => self.close(Some(standard::BYE.into()), self.why(rules::QUIT)),
            Command::Vrfy(name) => self.query(Query::Vrfy(name)),
            Command::Expn(name) => self.query(Query::Expn(name)),
            Command::Help(topic) => self.query(Query::Help(topic)),
            Command::StartTls => self.starttls(behind),
            Command::Auth { mechanism, initial } => self.auth(&mechanism, initial),
        }
    }

    /// What stands before every command: a refused greeting, and TLS where it is required.
    fn barrier(&self, command: &Command) -> Option<(Standard, Rule)> {
        if let Some(refusal) = self.other_service(command) {
            return Some(refusal);
        }
        // RFC 5321 §3.1: after 554 "a server [...] SHOULD respond to any intervening commands with a
        // 503".
        if self.mood == Mood::Refusing && !matches!(command, Command::Quit) {
            return Some((standard::WRONG_ORDER, rules::GREETING_REFUSED));
        }
        // RFC 3207 §4: "to every command other than NOOP, EHLO, STARTTLS, or QUIT".
        let free = matches!(
            command,
            Command::Noop | Command::Ehlo(_) | Command::Lhlo(_) | Command::StartTls | Command::Quit
        );
        if self.cfg.tls == Tls::Required && self.tls.is_none() && !free {
            return Some((standard::TLS_NEEDED, rules::TLS_NEEDED));
        }
        None
    }

    /// RFC 2033 §4.1: an LMTP server answers HELO and EHLO with 500; LHLO is not of SMTP.
    fn other_service(&self, command: &Command) -> Option<(Standard, Rule)> {
        match (self.cfg.service, command) {
            (Service::Lmtp, Command::Ehlo(_) | Command::Helo(_)) => {
                Some((standard::SYNTAX, rules::LMTP_HELLO))
            }
            (Service::Smtp, Command::Lhlo(_)) => {
                Some((standard::NOT_IMPLEMENTED, rules::NOT_IMPLEMENTED))
            }
            _ => None,
        }
    }

    fn is_junk(&mut self) -> bool {
        self.counts.useless = self.counts.useless.saturating_add(1);
        self.counts.useless > self.cfg.limits.useless
    }

    fn mail(&mut self, from: ReversePath, params: MailParams) {
        if self.counts.transactions >= self.cfg.limits.transactions {
            let why = self.why(rules::TRANSACTIONS);
            return self.close(Some(standard::TOO_MUCH.into()), why);
        }
        if let Some((reply, rule)) = self.mail_refusal(&from, &params) {
            return self.refuse_by(reply.into(), rule);
        }
        let charset = match params.smtputf8 {
            true => Charset::Utf8,
            false => Charset::Ascii,
        };
        self.ask(Ask::Mail(charset, params.body), |ticket| Event::Mail { ticket, from, params });
    }

    fn mail_refusal(&self, from: &ReversePath, params: &MailParams) -> Option<(Standard, Rule)> {
        if self.session.protocol.is_none() {
            return Some((standard::WRONG_ORDER, rules::SEQ_HELLO));
        }
        if self.session.transaction.is_some() {
            return Some((standard::WRONG_ORDER, rules::SEQ_NESTED));
        }
        let must_auth = matches!(self.cfg.auth, Auth::Required(_));
        if must_auth && self.session.user == User::Unknown {
            return Some((standard::AUTH_NEEDED, rules::AUTH_NEEDED));
        }
        if !self.announced(params) {
            return Some((standard::UNKNOWN_PARAMETER, rules::PARAMETER_UNKNOWN));
        }
        if params.size.is_some_and(|size| size > self.cfg.limits.message) {
            return Some((standard::TOO_BIG, rules::SIZE_DECLARED));
        }
        if !self.in_schedule(params) {
            return Some((standard::BAD_ARGUMENT, rules::SCHEDULE));
        }
        // RFC 6531 §3.4: the parameter is what permits such an address.
        if !params.smtputf8 && from.mailbox().is_some_and(|m| !m.is_ascii()) {
            return Some((standard::NEEDS_SMTPUTF8, rules::UTF8_ADDRESS));
        }
        None
    }

    /// Whether every parameter belongs to an extension that this client was told of.
    fn announced(&self, params: &MailParams) -> bool {
        if self.session.protocol == Some(Protocol::Smtp) {
            return *params == MailParams::default();
        }
        let extensions = &self.cfg.extensions;
        let needs = |used: bool, offer: Offer| !used || offer == Offer::Yes;
        needs(params.smtputf8, extensions.smtputf8)
            && (params.auth.is_none() || self.cfg.auth != Auth::Off)
            && needs(params.ret.is_some() || params.envid.is_some(), extensions.dsn)
            && needs(params.body == Some(BodyType::BinaryMime), self.binarymime())
            && needs(params.requiretls, self.requiretls())
            && (params.priority.is_none() || extensions.priority.is_some())
            && (params.by.is_none() || extensions.deliver_by.is_some())
            && (params.hold.is_none() || extensions.hold.is_some())
    }

    /// Whether BY, HOLDFOR and HOLDUNTIL stay within what EHLO announced. That a moment has passed
    /// already is the application's to see, which has a clock.
    fn in_schedule(&self, params: &MailParams) -> bool {
        let extensions = &self.cfg.extensions;
        // RFC 2852 §3: the minimum is for what would be returned; a notice can always be sent.
        let by = match (params.by, extensions.deliver_by) {
            (Some(by), Some(ByMinimum::Seconds(least))) if by.mode() == ByMode::Return => {
                u32::try_from(by.seconds()).is_ok_and(|seconds| seconds >= least)
            }
            _ => true,
        };
        let hold = match (params.hold, extensions.hold) {
            (Some(Hold::For(seconds)), Some(limits)) => seconds <= limits.seconds,
            (Some(Hold::Until(moment)), Some(limits)) => moment <= limits.until,
            _ => true,
        };
        by && hold
    }

    /// Parameters of RCPT are those of DSN.
    fn announced_to_rcpt(&self) -> bool {
        self.session.protocol != Some(Protocol::Smtp) && self.cfg.extensions.dsn == Offer::Yes
    }

    fn rcpt(&mut self, to: ForwardPath, params: RcptParams) {
        let Some(transaction) = &self.session.transaction else {
            return self.refuse_by(standard::WRONG_ORDER.into(), rules::SEQ_MAIL);
        };
        let (charset, index) = (transaction.charset, transaction.accepted);
        if transaction.chunks.is_some() {
            return self.refuse_by(standard::WRONG_ORDER.into(), rules::SEQ_CHUNKS);
        }
        if params != RcptParams::default() && !self.announced_to_rcpt() {
            return self.refuse_by(standard::UNKNOWN_PARAMETER.into(), rules::PARAMETER_UNKNOWN);
        }
        let ascii = to.mailbox().is_none_or(|m| m.is_ascii());
        if charset == Charset::Ascii && !ascii {
            return self.refuse_by(standard::NEEDS_SMTPUTF8.into(), rules::UTF8_ADDRESS);
        }
        // RFC 5321 §4.5.3.1.10: 452, and the client sends to the rest in another transaction.
        if index >= self.cfg.limits.recipients() {
            return self.reply(standard::TOO_MANY_RECIPIENTS, &self.why(rules::RECIPIENTS));
        }
        self.ask(Ask::Rcpt, |ticket| Event::Rcpt { ticket, to, params, index });
    }

    fn data(&mut self) {
        match &self.session.transaction {
            None => self.refuse_by(standard::WRONG_ORDER.into(), rules::SEQ_MAIL),
            // RFC 2033 §4.2: without a recipient there is nobody to reply for, so that DATA gets 503.
            Some(t) if t.accepted == 0 && (t.refused == 0 || self.cfg.service == Service::Lmtp) => {
                self.refuse_by(standard::WRONG_ORDER.into(), rules::SEQ_RCPT);
            }
            Some(t) if t.accepted == 0 => {
                self.refuse_by(standard::NO_VALID_RECIPIENTS.into(), rules::NO_RECIPIENTS);
            }
            Some(t) if t.chunks.is_some() => {
                self.refuse_by(standard::WRONG_ORDER.into(), rules::SEQ_CHUNKS);
            }
            // RFC 3030 §3: binary content cannot come behind DATA, which gets 503 then.
            Some(t) if t.body == Some(BodyType::BinaryMime) => {
                self.refuse_by(standard::WRONG_ORDER.into(), rules::BINARY_DATA);
            }
            Some(_) => {
                self.ask(Ask::Begin(Content::Data), |ticket| Event::Begin {
                    ticket,
                    framing: Framing::Data,
                });
            }
        }
    }

    fn rset(&mut self) {
        self.reset();
        self.reply(standard::OK, &self.why(rules::RSET));
    }

    /// The client gives up its transaction, if it has one.
    pub(super) fn reset(&mut self) {
        if self.session.transaction.take().is_some() {
            self.out.tell(Event::Reset);
        }
    }

    fn query(&mut self, command: Query) {
        match self.cfg.queries {
            Queries::Standard => self.answer_query(&command),
            Queries::Application => {
                self.ask(Ask::Query(command.clone()), |ticket| Event::Query { ticket, command });
            }
        }
    }

    /// RFC 5321 §3.5.3: 252 is honest where addresses are not verified.
    pub(super) fn answer_query(&mut self, command: &Query) {
        let (reply, rule) = match command {
            Query::Vrfy(_) => (standard::CANNOT_VERIFY, rules::VRFY),
            Query::Expn(_) => (standard::NOT_IMPLEMENTED, rules::EXPN),
            Query::Help(_) => (standard::HELP, rules::HELP),
        };
        self.reply(reply, &self.why(rule));
    }

    fn starttls(&mut self, behind: usize) {
        let refused = match self.cfg.tls {
            _ if self.tls.is_some() => Some((standard::WRONG_ORDER, rules::TLS_OFF)),
            Tls::Off | Tls::Implicit => Some((standard::NOT_IMPLEMENTED, rules::TLS_OFF)),
            _ if self.session.protocol.is_none() => Some((standard::WRONG_ORDER, rules::SEQ_HELLO)),
            _ if self.session.transaction.is_some() => {
                Some((standard::WRONG_ORDER, rules::TLS_TRANSACTION))
            }
            Tls::Offered | Tls::Required => None,
        };
        if let Some((reply, rule)) = refused {
            return self.refuse_by(reply.into(), rule);
        }
        // CVE-2011-0411: what was sent in clear behind STARTTLS must not count as sent under TLS.
        if behind > 0 {
            let why = self.why(rules::TLS_PIPELINED);
            return self.close(Some(standard::WRONG_ORDER.into()), why);
        }
        self.reply(standard::TLS_READY, &self.why(rules::TLS_READY));
        self.await_tls(Upgrade::StartTls);
    }
}

const fn is_useless(command: &Command) -> bool {
    match command {
        Command::Ehlo(_)
        | Command::Helo(_)
        | Command::Lhlo(_)
        | Command::Noop
        | Command::Rset
        | Command::Vrfy(_)
        | Command::Expn(_)
        | Command::Help(_) => true,
        Command::Mail { .. }
        | Command::Rcpt { .. }
        | Command::Data
        | Command::Bdat { .. }
        | Command::Quit
        | Command::StartTls
        | Command::Auth { .. } => false,
    }
}
