//! A zone in memory as a [`Resolver`]: every network behaviour as an offline test.

mod answer;
mod directive;
mod error;
mod fields;
mod generic;
mod parse;
mod rdata;
mod scan;
mod write;

pub use answer::MAX_ALIASES;
pub use error::{Expected, ZoneError, ZoneErrors, ZoneFault};
pub use parse::{DEFAULT_TTL, MAX_ERRORS, MAX_TTL, Skipped};

use crate::{Answer, Kind, LookupError, Name, Question, Record, Resolver};
use std::collections::BTreeMap;
use std::future::Future;

/// Seconds that a denial may be kept where no SOA record at or above the name says so.
pub const DEFAULT_NEGATIVE_TTL: u32 = 300;

/// A closed world of names, from code or from zone text.
///
/// What is not in it does not exist: a name that nobody inserted is NXDOMAIN (see
/// [`missing`](Self::missing)), a name above an inserted one exists without records (NODATA, an
/// *empty non-terminal*). Aliases are followed, wildcards synthesise (RFC 4592), duplicates of a
/// record are one record (RFC 2181 §5). Zone cuts are not modelled: one value may hold records of
/// any number of zones, reverse zones included.
///
/// Failures are part of the world: see [`fail`](Self::fail), and [`parse`](Self::parse) for the
/// comments that stand for them in text.
///
/// ```
/// use postrider_resolver::{ZoneResolver, Kind, Name, Question, block_on, Resolver};
///
/// let zone = ZoneResolver::parse(r#"
/// $ORIGIN example.org.
/// $TTL 600
/// @        IN MX  10 mail
/// mail     IN A   192.0.2.1
/// ;!timeout _dmarc TXT
/// "#).unwrap();
/// let mx = Question::new(Name::parse("example.org").unwrap(), Kind::Mx);
/// let answer = block_on(zone.lookup(mx)).unwrap().unwrap();
/// assert_eq!(answer.records()[0].to_string(), "10 mail.example.org.");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZoneResolver {
    nodes: BTreeMap<Name, Node>,
    trust: BTreeMap<Name, Trust>,
    missing: Missing,
}

/// What is known about one name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Node {
    records: Vec<(u32, Record)>,
    forced: Vec<(FaultKinds, Forced)>,
    /// Named in its own right, not only as the parent of another name.
    named: bool,
}

/// The types of question that a failure or a forced denial concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "all, some, or all but some")]
pub enum FaultKinds {
    /// Every type.
    All,
    /// These types.
    Only(Vec<Kind>),
    /// Every type but these.
    AllBut(Vec<Kind>),
}

impl FaultKinds {
    /// Whether a question of type `kind` is concerned.
    #[must_use]
    pub fn contains(&self, kind: Kind) -> bool {
        match self {
            Self::All => true,
            Self::Only(kinds) => kinds.contains(&kind),
            Self::AllBut(kinds) => !kinds.contains(&kind),
        }
    }
}

/// What a name says whatever its records are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Forced {
    /// The question fails.
    Fail(LookupError),
    /// NODATA, to be kept for so many seconds.
    NoData {
        /// Seconds.
        ttl: u32,
    },
    /// NXDOMAIN, to be kept for so many seconds.
    NxDomain {
        /// Seconds.
        ttl: u32,
    },
}

/// Whether answers about a name count as validated by DNSSEC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 4033 §5; bogus is a failure")]
pub enum Trust {
    /// Validated.
    Secure,
    /// Not signed, or below an unsigned delegation.
    #[default]
    Insecure,
}

/// What a name is that the zone does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missing {
    /// It does not exist.
    #[default]
    NxDomain,
    /// Asking for it fails: only what the zone holds is known.
    Fail(LookupError),
}

impl ZoneResolver {
    /// An empty world, in which no name exists.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says what a name is that the zone does not hold; NXDOMAIN unless said.
    #[must_use]
    pub fn missing(mut self, missing: Missing) -> Self {
        self.missing = missing;
        self
    }

    /// Adds a record, to be kept for `ttl` seconds; the names above `name` begin to exist.
    ///
    /// A record that is there already is not added again. Where the records of one type differ in
    /// their ttl, an answer has the smallest.
    pub fn insert(&mut self, name: Name, ttl: u32, record: Record) {
        let node = self.node(name);
        if !node.records.iter().any(|(_, have)| *have == record) {
            node.records.push((ttl.min(MAX_TTL), record));
        }
    }

    /// Makes a name exist without records: NODATA for every type.
    pub fn insert_node(&mut self, name: Name) {
        self.node(name);
    }

    /// Makes questions for `name` fail, whatever its records are; the name exists for other types.
    pub fn fail(&mut self, name: Name, kinds: FaultKinds, error: LookupError) {
        self.force(name, kinds, Forced::Fail(error));
    }

    /// Makes questions for `name` end in a failure or denial, whatever its records are. The first
    /// that concerns the type of a question decides.
    pub fn force(&mut self, name: Name, kinds: FaultKinds, forced: Forced) {
        let forced = match forced {
            Forced::NoData { ttl } => Forced::NoData { ttl: ttl.min(MAX_TTL) },
            Forced::NxDomain { ttl } => Forced::NxDomain { ttl: ttl.min(MAX_TTL) },
            Forced::Fail(error) => Forced::Fail(error),
        };
        let node = self.node(name);
        let kinds = match kinds {
            FaultKinds::Only(kinds) if kinds.is_empty() => return,
            FaultKinds::AllBut(kinds) if kinds.is_empty() => FaultKinds::All,
            FaultKinds::All | FaultKinds::Only(_) | FaultKinds::AllBut(_) => kinds,
        };
        node.forced.push((kinds, forced));
    }

    /// Marks answers about `zone` and all names below it as validated by DNSSEC.
    pub fn secure(&mut self, zone: Name) {
        self.trust(zone, Trust::Secure);
    }

    /// Says whether answers about `zone` and all names below it are validated; the longest zone
    /// that holds a name decides.
    pub fn trust(&mut self, zone: Name, trust: Trust) {
        self.trust.insert(zone, trust);
    }

    /// All records with their owner and ttl in seconds; those of one owner together, in order of
    /// insertion.
    pub fn records(&self) -> impl Iterator<Item = (&Name, u32, &Record)> {
        self.nodes.iter().flat_map(|(name, node)| {
            node.records.iter().map(move |(ttl, record)| (name, *ttl, record))
        })
    }

    /// Answers a question, without a future around it.
    ///
    /// # Errors
    /// The failure that was asked for by [`fail`](Self::fail), or [`LookupError::AliasLoop`].
    pub fn answer(&self, question: &Question) -> Result<Answer, LookupError> {
        answer::answer(self, question)
    }

    /// The node of a name, made with all above it if need be.
    fn node(&mut self, name: Name) -> &mut Node {
        let mut above = name.parent();
        while let Some(parent) = above.filter(|parent| !self.nodes.contains_key(parent)) {
            above = parent.parent();
            self.nodes.insert(parent, Node::default());
        }
        let node = self.nodes.entry(name).or_default();
        node.named = true;
        node
    }
}

impl Resolver for ZoneResolver {
    fn lookup(
        &self,
        question: Question,
    ) -> impl Future<Output = Result<Answer, LookupError>> + Send {
        std::future::ready(self.answer(&question))
    }
}
