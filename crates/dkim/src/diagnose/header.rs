//! What probably happened to signed header fields.

mod candidates;
mod compare;

use crate::header_input;
use crate::key::SigningInput;
use crate::signature::Signature;
use postrider_core::SafeText;
use postrider_message::{Field, HeaderBlock};
use std::fmt;

/// Most candidates that are tried against a signature; each costs one verification per key.
pub const MAX_CANDIDATES: usize = 16;
/// Most octets of a value that are shown.
const SHOWN: usize = 128;

/// A change of the header that explains why its signature does not verify.
///
/// Where the signature copies its fields (`z=`) this is read off; else the change was undone, and
/// then the signature verified.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum HeaderDiagnosis {
    /// It verifies in the other canonical form: the signer names the wrong one in `c=`.
    Canonicalization,
    /// A tag such as `[list]` was put into the Subject.
    SubjectTag {
        /// The tag.
        tag: SafeText,
    },
    /// The value of a field was changed.
    Changed {
        /// The field.
        name: SafeText,
        /// As signed, cut.
        signed: SafeText,
        /// As it is now, cut.
        present: SafeText,
    },
    /// A field was added.
    Added {
        /// The field.
        name: SafeText,
    },
    /// A field was removed.
    Removed {
        /// The field.
        name: SafeText,
    },
    /// Fields of one name stand in another order.
    Reordered {
        /// The field.
        name: SafeText,
    },
    /// Long fields were folded in transit, under `c=simple`.
    Folded,
    /// No field was changed (by `z=`): the key at the selector is another one.
    OtherKey,
}

impl HeaderDiagnosis {
    /// Stable code for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Canonicalization => "header.canonicalisation",
            Self::SubjectTag { .. } => "header.subject-tag",
            Self::Changed { .. } => "header.changed",
            Self::Added { .. } => "header.added",
            Self::Removed { .. } => "header.removed",
            Self::Reordered { .. } => "header.reordered",
            Self::Folded => "header.folded",
            Self::OtherKey => "key.other",
        }
    }
}

impl fmt::Display for HeaderDiagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Canonicalization => f.write_str(
                "the header matches in the other canonical form, c= names the wrong one",
            ),
            Self::SubjectTag { tag } => write!(f, "\"{tag}\" was put into the Subject"),
            Self::Changed { name, signed, present } => {
                write!(f, "{name} was changed from \"{signed}\" to \"{present}\"")
            }
            Self::Added { name } => write!(f, "a {name} field was added"),
            Self::Removed { name } => write!(f, "a {name} field was removed"),
            Self::Reordered { name } => write!(f, "the {name} fields were put in another order"),
            Self::Folded => f.write_str("long header fields were folded in transit"),
            Self::OtherKey => f.write_str(
                "no signed field was changed, so the selector publishes another key than signed",
            ),
        }
    }
}

/// What is at hand to explain a header.
pub(crate) struct HeaderEvidence<'e> {
    pub(crate) headers: &'e HeaderBlock<'e>,
    /// Index of the signature's own field.
    pub(crate) own: usize,
    pub(crate) signature: &'e Signature,
}

impl HeaderEvidence<'_> {
    /// Looks for changes; `verifies` asks the keys.
    pub(crate) fn explain(&self, verifies: &dyn Fn(&SigningInput) -> bool) -> Vec<HeaderDiagnosis> {
        let copied = &self.signature.copied;
        if !copied.is_empty() {
            let differences = compare::with_copies(&self.selected(), self.signature);
            return match differences.is_empty() {
                true => vec![HeaderDiagnosis::OtherKey],
                false => differences,
            };
        }
        let mut candidates = candidates::of(self);
        candidates.truncate(MAX_CANDIDATES);
        let found = candidates.into_iter().find(|c| verifies(&c.input(self)));
        found.map(|c| c.change).into_iter().collect()
    }

    /// The fields that `h=` selects, in its order.
    fn selected(&self) -> Vec<&Field<'_>> {
        let names = self.signature.signed_names.iter().map(|n| &**n);
        header_input::select(self.headers, names, Some(self.own))
    }
}

/// Octets of a message for people, cut.
fn shown(octets: &[u8]) -> SafeText {
    SafeText::escaped(postrider_message::header::unfold(octets).trim_ascii()).truncated(SHOWN)
}
