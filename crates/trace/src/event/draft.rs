//! The builder of events.

use super::{At, Dns, Event, Fix, Reason, VERSION, parts::one_line};
use crate::datum::{Cut, Datum, Fields, MAX_VALUE, cap, text};
use crate::words::{Effect, Kind, Out, Stage};
use postrider_core::{SafeText, UnixTime};

/// An event that still has no number, time and ids; a [`Recorder`](crate::Recorder) gives it those.
///
/// ```
/// use postrider_trace::{Draft, Effect, Out, Stage};
///
/// let draft = Draft::check(Stage::Iprev, "iprev", Out::Fail)
///     .effect(Effect::Continue)
///     .why("ptr-missing")
///     .given("ip", "192.0.2.66")
///     .say("192.0.2.66 has no PTR record")
///     .took(21);
/// # let _ = draft;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Draft(Event);

impl Draft {
    fn new(stage: Stage, kind: Kind, out: Out) -> Self {
        Self(Event {
            v: VERSION,
            n: 0,
            t: UnixTime::default(),
            sess: None,
            msg: None,
            att: None,
            rcpt: None,
            stage,
            kind,
            check: None,
            out,
            eff: None,
            would: None,
            why: None,
            given: Fields::new(),
            got: Fields::new(),
            dns: Vec::new(),
            when: None,
            because: Vec::new(),
            leaves: Fields::new(),
            at: None,
            reply: None,
            by: None,
            chain: Vec::new(),
            say: None,
            fix: None,
            ms: None,
            truncated: false,
        })
    }

    /// A check under its stable name, and what came of it.
    pub fn check(stage: Stage, name: &str, out: Out) -> Self {
        let mut draft = Self::new(stage, Kind::Check, out);
        draft.0.check = Some(text(name));
        draft
    }

    /// A check that was not made, and the reason.
    pub fn skipped(stage: Stage, name: &str, why: &str) -> Self {
        Self::check(stage, name, Out::Skip).why(why)
    }

    /// A rule: `name` is `rule:ID` or `builtin:ID`, `when` its condition.
    pub fn rule(stage: Stage, name: &str, out: Out, when: &str) -> Self {
        let mut draft = Self::new(stage, Kind::Rule, out);
        draft.0.check = Some(text(name));
        draft.0.when = Some(one_line(when));
        draft
    }

    /// What the remote said to check `name`; its octets are escaped.
    pub fn reply_of_remote(stage: Stage, name: &str, out: Out, reply: &[u8]) -> Self {
        let mut draft = Self::new(stage, Kind::Reply, out);
        draft.0.check = Some(text(name));
        draft.0.reply = Some(SafeText::escaped(reply));
        draft
    }

    /// What was done with the message or the recipient.
    pub fn decision(stage: Stage, effect: Effect) -> Self {
        let out = match effect {
            Effect::Reject | Effect::Bounce | Effect::Expire => Out::Fail,
            Effect::Defer | Effect::Retry => Out::Temperror,
            Effect::Discard | Effect::Quarantine | Effect::Hold => Out::Warn,
            Effect::Continue
            | Effect::Tag
            | Effect::Header
            | Effect::Route
            | Effect::Accept
            | Effect::Delivered => Out::Pass,
        };
        Self::new(stage, Kind::Decision, out).effect(effect)
    }

    /// About one recipient.
    pub fn rcpt(mut self, recipient: &str) -> Self {
        self.0.rcpt = Some(text(recipient));
        self
    }

    /// What it did to the message.
    pub fn effect(mut self, effect: Effect) -> Self {
        self.0.eff = Some(effect);
        self
    }

    /// What it would have done, were it not only observed.
    pub fn would(mut self, effect: Effect) -> Self {
        self.0.would = Some(effect);
        self
    }

    /// The stable kebab-case reason.
    pub fn why(mut self, code: &str) -> Self {
        self.0.why = Some(text(code));
        self
    }

    /// Something the check was given.
    pub fn given(mut self, name: &str, value: impl Into<Datum>) -> Self {
        self.0.given.set(name, value);
        self
    }

    /// Something it found.
    pub fn got(mut self, name: &str, value: impl Into<Datum>) -> Self {
        self.0.got.set(name, value);
        self
    }

    /// A look-up it made.
    pub fn dns(mut self, dns: Dns) -> Self {
        self.0.dns.push(dns);
        self
    }

    /// A comparison that forces a rule's result.
    pub fn because(mut self, reason: Reason) -> Self {
        self.0.because.push(reason);
        self
    }

    /// The value of one of a rule's variables.
    pub fn leaf(mut self, name: &str, value: impl Into<Datum>) -> Self {
        self.0.leaves.set(name, value);
        self
    }

    /// Where a rule stands.
    pub fn at(mut self, at: At) -> Self {
        self.0.at = Some(at);
        self
    }

    /// What we said.
    pub fn reply(mut self, reply: &str) -> Self {
        self.0.reply = Some(text(reply));
        self
    }

    /// The check that decided.
    pub fn by(mut self, check: &str) -> Self {
        self.0.by = Some(text(check));
        self
    }

    /// The checks on which the decision rests, the nearest first.
    pub fn chain<'a>(mut self, checks: impl IntoIterator<Item = &'a str>) -> Self {
        self.0.chain.extend(checks.into_iter().map(text));
        self
    }

    /// One sentence for the operator.
    pub fn say(mut self, sentence: &str) -> Self {
        self.0.say = Some(text(sentence));
        self
    }

    /// What the operator should do.
    pub fn fix(mut self, fix: Fix) -> Self {
        self.0.fix = Some(fix);
        self
    }

    /// How long it took, in milliseconds.
    pub const fn took(mut self, ms: u64) -> Self {
        self.0.ms = Some(ms);
        self
    }

    /// Whether it is a decision, which no cap leaves out.
    #[must_use]
    pub fn is_decision(&self) -> bool {
        self.0.is_decision()
    }

    /// The event with every value within its cap. A decision's reply is kept whole.
    pub(crate) fn finish(self) -> Event {
        let mut e = self.0;
        let mut all = Cut::No;
        let keeps_reply = e.is_decision();
        let mut short = |value: &mut Option<SafeText>| {
            if let Some(whole) = value.take() {
                let (value_within, cut) = cap(whole, MAX_VALUE);
                *value = Some(value_within);
                all = all.or(cut);
            }
        };
        for value in [&mut e.rcpt, &mut e.check, &mut e.why, &mut e.by, &mut e.say] {
            short(value);
        }
        if !keeps_reply {
            short(&mut e.reply);
        }
        let parts = finish_parts(&mut e);
        e.truncated |= all.or(parts) == Cut::Yes;
        e
    }
}

/// Caps the values of the structured parts.
fn finish_parts(e: &mut Event) -> Cut {
    let mut all = Cut::No;
    for fields in [&mut e.given, &mut e.got, &mut e.leaves] {
        let (within, cut) = std::mem::take(fields).capped(MAX_VALUE);
        *fields = within;
        all = all.or(cut);
    }
    e.dns = std::mem::take(&mut e.dns)
        .into_iter()
        .map(Dns::capped)
        .map(|(dns, cut)| {
            all = all.or(cut);
            dns
        })
        .collect();
    e.because = std::mem::take(&mut e.because)
        .into_iter()
        .map(Reason::capped)
        .map(|(reason, cut)| {
            all = all.or(cut);
            reason
        })
        .collect();
    all
}
