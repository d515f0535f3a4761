//! What stands behind `then`, checked when the rule is loaded.

use crate::check::{Checker, Fault};
use crate::effect::{Effect, Field};
use crate::error::Problem;
use crate::reply::{Class, ReplyText, split};
use crate::schema::Schema;
use crate::source::ThenValue;
use crate::stage::Stage;
use crate::template::Template;
use crate::value::Value;
use postrider_core::{SafeText, Span};
use std::collections::BTreeMap;

/// Fields that say who wrote a message, how it came, or whether to believe it: no rule adds those.
const PROTECTED: [&str; 16] = [
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "bcc",
    "date",
    "subject",
    "message-id",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "received",
    "return-path",
    "dkim-signature",
    "authentication-results",
];

/// A checked action, before its texts are filled in.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Accept,
    Reject(Reply),
    Defer(Reply),
    Discard,
    Quarantine(SafeText),
    Hold(Template),
    Tag(SafeText),
    Header(Vec<(SafeText, Template)>),
    Route(SafeText),
}

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    code: u16,
    enhanced: [u16; 3],
    text: Template,
}

/// A problem with an action and the text it is in.
pub(crate) struct ActionFault {
    pub(crate) fault: Box<Fault>,
    pub(crate) text: String,
}

impl ActionFault {
    /// A problem with the action as a whole.
    fn whole(problem: Problem) -> Self {
        Self::within("", Fault::new(Span::at(0), problem))
    }

    /// A problem at a place in `text`.
    fn within(text: &str, fault: Fault) -> Self {
        Self { fault: Box::new(fault), text: text.to_owned() }
    }
}

/// Words that may stand behind `then`.
const ACTIONS: &str = "accept, reject, defer, discard, quarantine, hold, tag, header, route";

impl Action {
    /// Whether the action ends its stage.
    pub(crate) const fn is_terminal(&self) -> bool {
        !matches!(self, Self::Tag(_) | Self::Header(_))
    }

    /// The action with the values of its slots.
    pub(crate) fn fill(&self, values: &[Value]) -> Effect {
        let text = |t: &Template| SafeText::display(&t.fill(values));
        match self {
            Self::Accept => Effect::Accept,
            Self::Reject(reply) => Effect::Reject(reply.fill(values)),
            Self::Defer(reply) => Effect::Defer(reply.fill(values)),
            Self::Discard => Effect::Discard,
            Self::Quarantine(folder) => Effect::Quarantine { folder: folder.clone() },
            Self::Hold(reason) => Effect::Hold { reason: text(reason) },
            Self::Tag(tag) => Effect::Tag(tag.clone()),
            Self::Route(route) => Effect::Route(route.clone()),
            Self::Header(fields) => Effect::Header(
                fields
                    .iter()
                    .map(|(name, value)| Field { name: name.clone(), text: text(value) })
                    .collect(),
            ),
        }
    }
}

impl Reply {
    fn fill(&self, values: &[Value]) -> ReplyText {
        ReplyText::made(self.code, self.enhanced, &self.text.fill(values))
    }
}

/// Checks the one action of a rule.
pub(crate) fn check(
    then: &BTreeMap<String, ThenValue>,
    stage: Stage,
    schema: &Schema,
    checker: &mut Checker<'_>,
) -> Result<Action, ActionFault> {
    let whole = ActionFault::whole;
    let mut actions = then.iter();
    let (Some((word, value)), None) = (actions.next(), actions.next()) else {
        return Err(whole(Problem::Actions { given: then.len() }));
    };
    let kind = KINDS.iter().find(|kind| kind.word == word).ok_or_else(|| {
        whole(Problem::Word { word: word.clone(), what: "action", allowed: ACTIONS })
    })?;
    if !(kind.at)(stage) {
        let action = kind.word;
        return Err(whole(Problem::ActionStage { action, stage }));
    }
    let takes = || whole(Problem::ActionValue { action: kind.word, takes: kind.takes });
    let mut make = Make { schema, checker };
    match (kind.word, value) {
        ("accept", ThenValue::Flag(true)) => Ok(Action::Accept),
        ("discard", ThenValue::Flag(true)) => Ok(Action::Discard),
        ("header", ThenValue::Table(fields)) if !fields.is_empty() => make.header(fields),
        (word, ThenValue::Text(text)) => make
            .of_text(word, text)
            .map_err(|fault| ActionFault::within(text, fault))?
            .ok_or_else(takes),
        _ => Err(takes()),
    }
}

/// One row of the table of actions.
struct Kind {
    word: &'static str,
    takes: &'static str,
    at: fn(Stage) -> bool,
}

const fn kind(word: &'static str, takes: &'static str, at: fn(Stage) -> bool) -> Kind {
    Kind { word, takes, at }
}

const KINDS: [Kind; 9] = [
    kind("accept", "`true`", Stage::has_reply),
    kind("reject", "a text like \"550 5.7.1 why\"", Stage::has_reply),
    kind("defer", "a text like \"451 4.7.1 why\"", Stage::has_reply),
    kind("discard", "`true`", |stage| matches!(stage, Stage::Data)),
    kind("quarantine", "the name of a folder", |stage| matches!(stage, Stage::Data)),
    kind("hold", "a text that says why", |stage| matches!(stage, Stage::Data)),
    kind("tag", "a text", |_| true),
    kind("header", "a table of names and texts", |stage| matches!(stage, Stage::Data)),
    kind("route", "the name of a route", |stage| matches!(stage, Stage::Route)),
];

struct Make<'a, 'b, 'c> {
    schema: &'a Schema,
    checker: &'b mut Checker<'c>,
}

impl Make<'_, '_, '_> {
    /// An action that takes a text; nothing if `word` takes something else.
    fn of_text(&mut self, word: &str, text: &str) -> Result<Option<Action>, Fault> {
        Ok(Some(match word {
            "reject" => Action::Reject(self.reply(text, Class::Permanent)?),
            "defer" => Action::Defer(self.reply(text, Class::Temporary)?),
            "hold" => Action::Hold(Template::parse(text, 0, self.checker)?),
            "quarantine" => Action::Quarantine(fixed(text)?),
            "tag" => Action::Tag(fixed(text)?),
            "route" if self.schema.has_route(text) => Action::Route(fixed(text)?),
            "route" => {
                let name = text.to_owned();
                let suggestion = crate::suggest::closest(text, self.schema.routes());
                return Err(Fault {
                    suggestion: suggestion.map(str::to_owned),
                    ..Fault::new(Span::new(0, text.len()), Problem::NoRoute { name })
                });
            }
            _ => return Ok(None),
        }))
    }

    fn reply(&mut self, reply: &str, class: Class) -> Result<Reply, Fault> {
        let whole = Span::new(0, reply.len());
        let (code, enhanced, text) =
            split(reply, class).map_err(|e| Fault::new(whole, e.into()))?;
        let at = reply.len() - text.len();
        Ok(Reply { code, enhanced, text: Template::parse(text, at, self.checker)? })
    }

    fn header(&mut self, fields: &BTreeMap<String, String>) -> Result<Action, ActionFault> {
        let mut checked = Vec::with_capacity(fields.len());
        for (name, text) in fields {
            if !may_add(name) {
                let name = name.clone();
                return Err(ActionFault::whole(Problem::Field { name }));
            }
            let value = Template::parse(text, 0, self.checker)
                .map_err(|fault| ActionFault::within(text, fault))?;
            checked.push((SafeText::display(name), value));
        }
        Ok(Action::Header(checked))
    }
}

/// RFC 5322 §3.6.8: `ftext = %d33-57 / %d59-126`
fn may_add(name: &str) -> bool {
    let ftext = |b: u8| matches!(b, 33..=57 | 59..=126);
    !name.is_empty()
        && name.len() <= crate::name::MAX_NAME
        && name.bytes().all(ftext)
        && !PROTECTED.iter().any(|p| name.eq_ignore_ascii_case(p))
}

/// A text without braces that is not empty.
fn fixed(text: &str) -> Result<SafeText, Fault> {
    let whole = Span::new(0, text.len());
    if text.is_empty() {
        return Err(Fault::new(whole, crate::reply::ReplyError::NoText.into()));
    }
    crate::reply::check_text(text).map_err(|e| Fault::new(whole, e.into()))?;
    match text.find(['{', '}']) {
        Some(at) => Err(Fault::new(Span::new(at, at + 1), Problem::Brace)),
        None => Ok(SafeText::display(&text)),
    }
}
