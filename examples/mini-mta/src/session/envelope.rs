//! MAIL and RCPT.

use super::{OWN_USER, Session, Transaction, begin};
use crate::checks::sender;
use crate::clock;
use crate::facts::{Fact, Sheet};
use crate::judge::{self, About};
use crate::local::{Directory, Recipient};
use postrider_core::{ForwardPath, Mailbox, ReversePath};
use postrider_policy::{Decision, Stage, Value, Verdict as Word};
use postrider_resolver::{RecordingResolver, Resolver};
use postrider_smtp::server::Verdict;
use postrider_smtp::value::MailParams;
use postrider_smtp::value::reply::{Code, standard};
use postrider_spf::{Both, Sender, Session as SpfSession};
use postrider_spool::Spool;
use postrider_trace::{Draft, Recorder, Stage as Shown};

impl<R: Resolver + 'static> Session<R> {
    /// MAIL: a transaction with an id of its own begins.
    pub(super) async fn sender(&mut self, from: ReversePath, params: MailParams) -> Verdict {
        self.say_unused();
        let now = clock::now();
        let id = self.server.next_id(now);
        let mut log = self.log.message(id);
        if let Some(refusal) = self.spool_refuses(&mut log) {
            return refusal;
        }
        let mut facts = self.facts.clone();
        facts.set("mail.from", &from);
        facts.set("mail.domain", from.mailbox().and_then(Mailbox::domain_name));
        facts.set("mail.size", params.size.unwrap_or(0));
        facts.set("mail.smtputf8", params.smtputf8);
        facts.set("mail.own", self.is_own(from.mailbox()));
        let spf = self.check_spf(&from, &mut log, &mut facts).await;
        let outcome = judge::ask(&self.server.config.policy, Stage::Mail, &facts, &mut log, now);
        self.add_tags(outcome.tags);
        let decision = outcome.decision.unwrap_or_else(Decision::accept);
        let said = format!("sender {from} accepted");
        let about =
            About::new(Shown::Mail, Code::OK.with(1, 0), "sender fine").id(id).accepted(&said);
        let reply = judge::pronounce(&decision, &about, &mut log, now);
        if decision.reply().is_some() {
            return Verdict::Reject(reply);
        }
        self.transaction = Some(Transaction {
            id,
            log,
            from,
            params,
            spf,
            facts,
            rcpts: Vec::new(),
            intake: None,
        });
        Verdict::AcceptWith(reply)
    }

    /// A queue that cannot keep a promise refuses before a message is sent in vain.
    fn spool_refuses(&mut self, log: &mut Recorder) -> Option<Verdict> {
        let fault = begin::spool_fault(self.server.spool.health())?;
        Some(Verdict::Reject(fault.pronounce(log, Shown::Mail)))
    }

    async fn check_spf(
        &mut self,
        from: &ReversePath,
        log: &mut Recorder,
        facts: &mut Sheet,
    ) -> Option<Both> {
        let now = clock::now();
        if self.listener.role.is_submission() {
            log.record(now, Draft::skipped(Shown::Spf, "spf", "role-submission").say(OWN_USER));
            let none = || Fact(Value::Result(Word::None));
            facts.set("spf", none());
            facts.set("spf.helo", none());
            return None;
        }
        if !self.server.config.verify.spf {
            log.record(now, Draft::skipped(Shown::Spf, "spf", "switched-off"));
            return None;
        }
        let Some(ip) = self.client.known() else {
            log.record(now, sender::spf_hidden());
            sender::facts(None, facts);
            return None;
        };
        let hello = self.hello.as_ref().map_or_else(String::new, ToString::to_string);
        let mailbox = from.mailbox().map(ToString::to_string);
        let who = mailbox.as_ref().map_or(Sender::null(), |m| Sender::parse(m.as_bytes()));
        let dns = RecordingResolver::new(&*self.server.resolver);
        let mut steps = Vec::new();
        let hostname = &self.server.config.server.hostname;
        let mut session = SpfSession::new(ip, hello.as_bytes(), who, &clock::now);
        session.receiver = Some(hostname);
        let both = postrider_spf::check_both(&dns, &session, &self.spf_limits(), &mut steps).await;
        let took = clock::millis_since(now);
        log.record(clock::now(), sender::spf(&both.helo, &[], &[]));
        log.record(clock::now(), sender::spf(&both.mail_from, &steps, &dns.take()).took(took));
        sender::facts(Some(&both), facts);
        Some(both)
    }

    /// RCPT: relay guard, recipient guard, rules.
    pub(super) fn recipient(&mut self, to: ForwardPath) -> Verdict {
        let now = clock::now();
        let Some(t) = self.transaction.as_mut() else {
            return Verdict::Reject(standard::WRONG_ORDER.reply());
        };
        let recipient = self.server.config.directory.recipient(&to);
        let shown = to.to_string();
        let mut facts = t.facts.clone();
        rcpt_facts(&to, &recipient, t.rcpts.len(), &self.server.config.directory, &mut facts);
        let outcome = judge::ask(&self.server.config.policy, Stage::Rcpt, &facts, &mut t.log, now);
        let decision = outcome.decision.unwrap_or_else(Decision::accept);
        let said = meaning(&to, &recipient, self.user.as_ref());
        let about = About::new(Shown::Rcpt, Code::OK.with(1, 5), "recipient fine")
            .id(t.id)
            .rcpt(&shown)
            .accepted(&said);
        let reply = judge::pronounce(&decision, &about, &mut t.log, now);
        if decision.reply().is_some() {
            if let Some(t) = &self.transaction {
                self.log_line(t, &decision, &shown);
            }
            return Verdict::Reject(reply);
        }
        t.rcpts.push((to, recipient));
        self.add_tags(outcome.tags);
        Verdict::AcceptWith(reply)
    }
}

fn rcpt_facts(
    to: &ForwardPath,
    recipient: &Recipient,
    count: usize,
    directory: &Directory,
    facts: &mut Sheet,
) {
    // The bare <Postmaster> is that of our first domain (RFC 5321 §4.5.1).
    let domain = match to {
        ForwardPath::Mailbox(m) => m.domain_name(),
        ForwardPath::Postmaster => directory.domains().first(),
    };
    facts.set("rcpt", to.mailbox());
    facts.set("rcpt.domain", domain);
    facts.set("rcpt.local", to.mailbox().map_or("postmaster", |m| m.local().as_str()));
    facts.set("rcpt.exists", matches!(recipient, Recipient::Known { .. }));
    facts.set("rcpt.count", count);
}

fn meaning(to: &ForwardPath, recipient: &Recipient, user: Option<&Mailbox>) -> String {
    match recipient {
        Recipient::Known { via, local, remote } if !via.is_empty() => {
            let targets: Vec<String> =
                local.iter().chain(remote).map(ToString::to_string).collect();
            format!("{to} is an alias of {}", targets.join(", "))
        }
        Recipient::Known { .. } => format!("{to} is a local mailbox"),
        Recipient::Unknown => format!("{to} does not exist"),
        Recipient::Elsewhere => {
            let who = user.map_or_else(|| "a client".to_owned(), ToString::to_string);
            format!("{to} is elsewhere; relayed for {who}")
        }
    }
}
