//! A plan against what is published.

use crate::plan::{Planned, Purpose, ZonePlan};
use crate::render::text_of;
use postrider_core::SafeText;
use postrider_dkim::KeyRecord;
use postrider_resolver::{Content, Kind, LookupError, Name, Question, Record, Resolver};
use std::fmt;

/// One record, wanted or published.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Difference {
    /// Where.
    pub name: Name,
    /// Of which type.
    pub kind: Kind,
    /// What for.
    pub purpose: Purpose,
    /// How it stands.
    pub state: State,
}

/// How a record stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[expect(clippy::exhaustive_enums, reason = "wanted or not, published or not, or unknown")]
pub enum State {
    /// Published as wanted.
    Same(Record),
    /// Wanted, and nothing like it is published.
    Missing {
        /// What is wanted.
        want: Record,
    },
    /// Published otherwise than wanted.
    Differs {
        /// What is published.
        have: Record,
        /// What is wanted.
        want: Record,
    },
    /// Published for this purpose beside what is wanted.
    Extra {
        /// What is published.
        have: Record,
    },
    /// DNS did not say.
    Unknown {
        /// What is wanted.
        want: Record,
        /// Why.
        why: SafeText,
    },
}

impl State {
    /// Whether nothing has to be done.
    #[must_use]
    pub const fn is_same(&self) -> bool {
        matches!(self, Self::Same(_))
    }
}

impl fmt::Display for Difference {
    /// One line: `missing example.org MX 10 mx.example.org.`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, kind, state, .. } = self;
        match state {
            State::Same(want) => write!(f, "same {name} {kind} {want}"),
            State::Missing { want } => write!(f, "missing {name} {kind} {want}"),
            State::Differs { have, want } => {
                write!(f, "differs {name} {kind} {want}, published is {have}")
            }
            State::Extra { have } => write!(f, "extra {name} {kind} {have}"),
            State::Unknown { want, why } => write!(f, "unknown {name} {kind} {want}: {why}"),
        }
    }
}

impl ZonePlan {
    /// Compares the plan, asked-for records included, with what `resolver` says.
    ///
    /// **DNS look-ups made:** one per name, type and purpose of the plan. Records of other purposes
    /// at the same names, such as other text at the domain, are none of ours and not looked at.
    /// Where strings of a text are parted does not matter, nor do ttls.
    pub async fn diff<R: Resolver>(&self, resolver: &R) -> Vec<Difference> {
        let asked = self.asks.iter().map(|ask| &ask.planned);
        let all: Vec<&Planned> = self.records.iter().chain(asked).collect();
        let mut out = Vec::new();
        for (i, planned) in all.iter().enumerate() {
            let group = Group::of(planned);
            if all.iter().take(i).any(|before| Group::of(before) == group) {
                continue;
            }
            let wanted = all.iter().filter(|p| Group::of(p) == group).map(|p| p.record.clone());
            let wanted = wanted.collect();
            let states = match group.published(resolver).await {
                Ok(have) => compare(wanted, have),
                Err(error) => wanted
                    .into_iter()
                    .map(|want| State::Unknown { want, why: SafeText::display(&error) })
                    .collect(),
            };
            out.extend(states.into_iter().map(|state| group.difference(state)));
        }
        out
    }
}

/// Records that stand or fall together.
#[derive(PartialEq, Eq)]
struct Group<'a> {
    name: &'a Name,
    kind: Kind,
    purpose: Purpose,
}

impl<'a> Group<'a> {
    const fn of(planned: &'a Planned) -> Self {
        Self { name: &planned.name, kind: planned.record.kind(), purpose: planned.purpose }
    }

    /// What is published for this purpose.
    async fn published<R: Resolver>(&self, resolver: &R) -> Result<Vec<Record>, LookupError> {
        let question = Question::new(self.name.clone(), self.kind);
        let answer = resolver.lookup(question).await?;
        let Content::Records(mut records) = answer.content else {
            return Ok(Vec::new());
        };
        records.retain(|record| {
            text_of(record).is_none_or(|text| self.purpose.owns_text(&text.joined()))
        });
        Ok(records)
    }

    fn difference(&self, state: State) -> Difference {
        Difference { name: self.name.clone(), kind: self.kind, purpose: self.purpose, state }
    }
}

/// Equal ones first, then what is left over on both sides in pairs, then the rest.
fn compare(wanted: Vec<Record>, mut have: Vec<Record>) -> Vec<State> {
    let mut states: Vec<Option<State>> = Vec::new();
    let mut open = Vec::new();
    for want in wanted {
        match have.iter().position(|h| means_the_same(h, &want)) {
            Some(at) => {
                have.remove(at);
                states.push(Some(State::Same(want)));
            }
            None => {
                open.push(want);
                states.push(None);
            }
        }
    }
    let mut have = have.into_iter();
    let mut open = open.into_iter().map(|want| match have.next() {
        Some(have) => State::Differs { have, want },
        None => State::Missing { want },
    });
    let mut all: Vec<State> =
        states.into_iter().filter_map(|state| state.or_else(|| open.next())).collect();
    drop(open);
    all.extend(have.map(|have| State::Extra { have }));
    all
}

/// Equal, or read by a verifier as equal.
fn means_the_same(a: &Record, b: &Record) -> bool {
    let (Record::Txt(a), Record::Txt(b)) = (a, b) else {
        return a == b;
    };
    let (a, b) = (a.joined(), b.joined());
    if a == b {
        return true;
    }
    if postrider_spf::is_spf(&a) {
        let terms = |text: &[u8]| postrider_spf::Record::parse(text).ok().map(|r| r.to_string());
        return terms(&a).is_some_and(|a| terms(&b) == Some(a));
    }
    if postrider_dmarc::is_dmarc_record(&a) {
        let policy = |text: &[u8]| postrider_dmarc::Record::parse(text).map(|p| p.record);
        return policy(&a) == policy(&b);
    }
    let key = |text: &[u8]| KeyRecord::parse(text).ok();
    key(&a).is_some_and(|a| key(&b) == Some(a))
}

#[cfg(test)]
mod tests;
