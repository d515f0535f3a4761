//! From rules to a decision, its trace events and its reply: the one place where a refusal is made.

use postrider_core::{Id, SafeText, UnixTime};
use postrider_policy::{
    By, Decision, Effect, Explained, Facts, Name, OnUnknown, Origin, Policy, ReplyText, Stage,
    StageOutcome, Tri, Value,
};
use postrider_smtp::value::reply::{Code, Enhanced, Reply, Status};
use postrider_trace::{At, Datum, Draft, Fields, Out, Reason, Recorder, Truth};

/// Asks the rules of a stage and records one event for each.
pub fn ask(
    policy: &Policy,
    stage: Stage,
    facts: &dyn Facts,
    log: &mut Recorder,
    now: UnixTime,
) -> StageOutcome {
    let outcome = policy.decide(stage, facts);
    for rule in &outcome.rules {
        log.record(now, rule_event(stage, rule));
    }
    outcome
}

/// Records a decision and makes its reply; `rcpt` names the recipient it is about, if it is about one.
///
/// A decision without a reply of its own (accept, quarantine, hold, discard) answers 250.
pub fn pronounce(
    decision: &Decision,
    about: &About<'_>,
    log: &mut Recorder,
    now: UnixTime,
) -> Reply {
    let (reply, said) = match decision.reply() {
        Some(refusal) => refused(refusal, about.id),
        None => accepted(about),
    };
    let effect = effect_of(decision.effect());
    let by = decision.by().to_string();
    let chain: Vec<&str> = decision.chain().iter().map(|c| c.as_str()).collect();
    let mut draft = Draft::decision(about.stage, effect).reply(&said).by(&by).chain(chain);
    draft = draft.say(&about.say(decision));
    if let Some(rcpt) = about.rcpt {
        draft = draft.rcpt(rcpt);
    }
    log.record(now, draft);
    reply
}

/// What a decision is about, and what is said when it accepts.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct About<'a> {
    /// Stage of the event.
    pub stage: postrider_trace::Stage,
    /// The id that a refusal names.
    pub id: Option<Id>,
    /// The recipient, if it is about one.
    pub rcpt: Option<&'a str>,
    /// Status of the reply when accepted.
    pub status: Status,
    /// Text of the reply when accepted.
    pub text: &'a str,
    /// Sentence for the operator when accepted.
    pub accepted: &'a str,
}

impl<'a> About<'a> {
    /// A decision of a stage that answers `status text` when it accepts.
    #[must_use]
    pub const fn new(stage: postrider_trace::Stage, status: Status, text: &'a str) -> Self {
        Self { stage, id: None, rcpt: None, status, text, accepted: text }
    }

    /// The id that a refusal names.
    #[must_use]
    pub const fn id(self, id: Id) -> Self {
        Self { id: Some(id), ..self }
    }

    /// The recipient.
    #[must_use]
    pub const fn rcpt(self, rcpt: &'a str) -> Self {
        Self { rcpt: Some(rcpt), ..self }
    }

    /// Sentence for the operator when accepted.
    #[must_use]
    pub const fn accepted(self, say: &'a str) -> Self {
        Self { accepted: say, ..self }
    }

    fn say(&self, decision: &Decision) -> String {
        match decision.effect() {
            Effect::Reject(_) => format!("refused by {}", whose(decision.by())),
            Effect::Defer(_) => format!("deferred by {}", whose(decision.by())),
            Effect::Discard => format!("discarded by {}", whose(decision.by())),
            Effect::Quarantine { folder } => {
                format!("goes to {folder}, by {}", whose(decision.by()))
            }
            Effect::Hold { reason } => format!("held: {reason}"),
            _ => self.accepted.to_owned(),
        }
    }
}

fn whose(by: &By) -> String {
    match by {
        By::Rule(id) => format!("rule {id}"),
        By::Builtin(id) => format!("the built-in guard {id}"),
        other => other.to_string(),
    }
}

fn refused(refusal: &ReplyText, id: Option<Id>) -> (Reply, String) {
    let id = id.map_or_else(String::new, |id| format!(" ({id})"));
    let text = SafeText::display(&format!("{}{id}", refusal.text()));
    let [class, subject, detail] = refusal.enhanced();
    let enhanced = u8::try_from(class).ok().and_then(|c| Enhanced::new(c, subject, detail));
    // The policy checked at load that code and enhanced code agree.
    let status = Code::new(refusal.code())
        .and_then(|code| Status::new(code, enhanced).ok())
        .unwrap_or_else(|| Code::CLOSING.with(3, 0));
    let reply = Reply::new(status, text);
    let said = reply.to_string();
    (reply, said)
}

fn accepted(about: &About<'_>) -> (Reply, String) {
    let reply = Reply::new(about.status, SafeText::display(&about.text));
    let said = reply.to_string();
    (reply, said)
}

fn rule_event(stage: Stage, rule: &Explained) -> Draft {
    let shown =
        if stage == Stage::Data { postrider_trace::Stage::Policy } else { trace_stage(stage) };
    let out = match &rule.result {
        None => Out::Skip,
        Some(Tri::True) => Out::Yes,
        Some(Tri::False) => Out::No,
        Some(Tri::Unknown(_)) => Out::Unknown,
    };
    let mut draft =
        Draft::rule(shown, &rule.check(), out, &rule.when).effect(effect_of(&rule.effect));
    if let Some(would) = &rule.would {
        draft = draft.would(effect_of(would));
    }
    if rule.origin == Origin::Configured {
        draft = draft.at(At::new(&rule.at.file, rule.at.line));
    }
    for reason in &rule.because {
        draft =
            draft.because(Reason::new(&reason.text, truth(&reason.result), fields(&reason.leaves)));
    }
    for (name, value) in &rule.leaves {
        draft = draft.leaf(name.as_str(), datum(value));
    }
    match &rule.result {
        None => draft.why("not-reached"),
        Some(Tri::Unknown(cause)) => draft.why(cause.code()).say(&format!(
            "not decided, on_unknown = {}",
            match rule.on_unknown {
                OnUnknown::Skip => "skip",
                OnUnknown::Defer => "defer",
                OnUnknown::Match => "match",
            }
        )),
        Some(Tri::True) => draft.say("matched"),
        Some(Tri::False) => draft,
    }
}

fn truth(tri: &Tri) -> Truth {
    match tri {
        Tri::True => Truth::True,
        Tri::False => Truth::False,
        Tri::Unknown(cause) => Truth::unknown(&cause.to_string()),
    }
}

fn fields(leaves: &[(Name, Value)]) -> Fields {
    leaves.iter().map(|(name, value)| (name.as_str(), datum(value))).collect()
}

/// A rule value as the trace keeps it; results stay words, lists stay lists.
fn datum(value: &Value) -> Datum {
    match value {
        Value::Bool(b) => (*b).into(),
        Value::Int(i) => (*i).into(),
        Value::Unknown(cause) => Datum::unknown(&cause.to_string()),
        Value::Domains(domains) => domains.iter().map(|d| d.as_str()).collect::<Vec<_>>().into(),
        Value::Texts(texts) => texts.iter().map(|t| &**t).collect::<Vec<_>>().into(),
        Value::Emails(emails) => emails.iter().map(ToString::to_string).collect::<Vec<_>>().into(),
        other => other.plain().into(),
    }
}

/// The trace's word for an effect.
#[must_use]
pub fn effect_of(effect: &Effect) -> postrider_trace::Effect {
    use postrider_trace::Effect as Shown;
    match effect {
        Effect::Accept => Shown::Accept,
        Effect::Reject(_) => Shown::Reject,
        Effect::Defer(_) => Shown::Defer,
        Effect::Discard => Shown::Discard,
        Effect::Quarantine { .. } => Shown::Quarantine,
        Effect::Hold { .. } => Shown::Hold,
        Effect::Tag(_) => Shown::Tag,
        Effect::Header(_) => Shown::Header,
        Effect::Route(_) => Shown::Route,
        _ => Shown::Continue,
    }
}

const fn trace_stage(stage: Stage) -> postrider_trace::Stage {
    use postrider_trace::Stage as Shown;
    match stage {
        Stage::Connect => Shown::Connect,
        Stage::Ehlo => Shown::Ehlo,
        Stage::Auth => Shown::Auth,
        Stage::Mail => Shown::Mail,
        Stage::Rcpt => Shown::Rcpt,
        Stage::Data => Shown::Data,
        Stage::Route => Shown::Route,
    }
}
