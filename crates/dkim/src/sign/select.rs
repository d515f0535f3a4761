//! Which header fields are signed (RFC 6376 §5.4).

use postrider_message::HeaderBlock;
use std::borrow::Cow;

/// The fields that `h=` names.
///
/// The default covers what readers see and what decides how the body is read, and *over-signs* most
/// of it: a name is given once more than the message has such fields, so that adding another one
/// breaks the signature. Trace fields, and fields that lists and forwarders set, are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderSelection(Kind);

/// A name for `h=`; ours cost no allocation.
pub(super) type Label = Cow<'static, str>;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// Exactly these, in this order.
    Exact(Vec<Label>),
    /// By rule, in this order.
    Rules(Vec<(Label, Rule)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// Every instance.
    Present,
    /// Every instance, and once more if there is any.
    SealedIfPresent,
    /// Every instance, and once more in any case.
    Sealed,
}

/// RFC 6376 §5.4.1 lists what should be signed; RFC 6376 §8.15 and M3AAWG advise to over-sign.
const DEFAULT: &[(&str, Rule)] = &[
    ("From", Rule::Sealed),
    ("Sender", Rule::SealedIfPresent),
    ("Reply-To", Rule::Sealed),
    ("Subject", Rule::Sealed),
    ("Date", Rule::SealedIfPresent),
    ("Message-ID", Rule::SealedIfPresent),
    ("To", Rule::Sealed),
    ("Cc", Rule::Sealed),
    ("In-Reply-To", Rule::SealedIfPresent),
    ("References", Rule::SealedIfPresent),
    ("MIME-Version", Rule::SealedIfPresent),
    ("Content-Type", Rule::SealedIfPresent),
    ("Content-Transfer-Encoding", Rule::SealedIfPresent),
    ("Resent-Date", Rule::Present),
    ("Resent-From", Rule::Present),
    ("Resent-To", Rule::Present),
    ("Resent-Cc", Rule::Present),
    ("List-Id", Rule::Present),
    ("List-Help", Rule::Present),
    ("List-Unsubscribe", Rule::Present),
    ("List-Unsubscribe-Post", Rule::Present),
    ("List-Subscribe", Rule::Present),
    ("List-Post", Rule::Present),
    ("List-Owner", Rule::Present),
    ("List-Archive", Rule::Present),
];

/// A text is no name of a header field (RFC 5322 §3.6.8), or it cannot stand in `h=`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {index} is not the name of a header field")]
pub struct BadFieldName {
    /// Its place in the list.
    pub index: usize,
}

impl Default for HeaderSelection {
    fn default() -> Self {
        let rules = DEFAULT.iter().map(|(name, rule)| (Cow::Borrowed(*name), *rule));
        Self(Kind::Rules(rules.collect()))
    }
}

impl HeaderSelection {
    /// Exactly these names, in this order, repetitions included.
    ///
    /// # Errors
    /// [`BadFieldName`]
    pub fn exactly<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, BadFieldName> {
        let names = names.into_iter().enumerate();
        let names = names.map(|(index, name)| checked(index, name));
        Ok(Self(Kind::Exact(names.collect::<Result<_, _>>()?)))
    }

    /// These as well: every instance, and once more if there is any.
    ///
    /// # Errors
    /// [`BadFieldName`]
    pub fn and<'a>(
        mut self,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, BadFieldName> {
        for (index, name) in names.into_iter().enumerate() {
            let name = checked(index, name)?;
            match &mut self.0 {
                Kind::Exact(list) => list.push(name),
                Kind::Rules(list) if list.iter().any(|(n, _)| n.eq_ignore_ascii_case(&name)) => {}
                Kind::Rules(list) => list.push((name, Rule::SealedIfPresent)),
            }
        }
        Ok(self)
    }

    /// The names of `h=` for a message.
    pub(super) fn names(&self, headers: &HeaderBlock<'_>) -> Vec<Label> {
        let rules = match &self.0 {
            Kind::Exact(names) => return names.clone(),
            Kind::Rules(rules) => rules,
        };
        let mut names = Vec::with_capacity(32);
        for (name, rule) in rules {
            let present = headers.all(name).count();
            let times = match rule {
                Rule::Present => present,
                Rule::SealedIfPresent if present == 0 => 0,
                Rule::SealedIfPresent | Rule::Sealed => present.saturating_add(1),
            };
            names.extend(std::iter::repeat_n(name.clone(), times));
        }
        names
    }
}

fn checked(index: usize, name: &str) -> Result<Label, BadFieldName> {
    // ftext without `;`, which would end the tag, and `:`, which ends the name.
    let fine = |b: u8| matches!(b, 0x21..=0x39 | 0x3c..=0x7e);
    match !name.is_empty() && name.bytes().all(fine) {
        true => Ok(Cow::Owned(name.to_owned())),
        false => Err(BadFieldName { index }),
    }
}
