//! What is known of a message's content when it ends.

/// How often something was seen, and where first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Sightings {
    /// How often.
    pub count: u64,
    /// Offset of the first, in octets sent behind DATA.
    pub first: Option<u64>,
}

impl Sightings {
    pub(super) fn see(&mut self, at: u64) {
        self.count = self.count.saturating_add(1);
        self.first.get_or_insert(at);
    }

    /// Whether there was none.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.first.is_none()
    }
}

/// Facts about a message's content as it came over the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct BodyStats {
    /// Octets of the content, without transparency dots and the terminator.
    pub octets: u64,
    /// CR without LF behind it.
    pub bare_cr: Sightings,
    /// LF without CR before it.
    pub bare_lf: Sightings,
    /// A dot alone between line ends that are not both CRLF: what smuggling takes for the end.
    pub near_end: Sightings,
    /// NUL.
    pub nul: Sightings,
    /// Octets above 127 were seen.
    pub eight_bit: bool,
    /// Octets of the longest line with its CRLF, without a transparency dot, if it has more than
    /// [`TEXT_LINE`](crate::server::TEXT_LINE) (RFC 5321 §4.5.3.1.6).
    pub long_line: Option<u64>,
}
