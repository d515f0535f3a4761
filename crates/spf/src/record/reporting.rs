//! The reporting modifiers of RFC 6652 §3: `ra`, `rp` and `rr`.

use super::{Record, TermKind};

/// What a domain asks about failure reports; the default where a modifier is absent or malformed,
/// because RFC 6652 must not turn a record of RFC 7208 into an error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reporting<'a> {
    /// `ra=`: local part of the address, at the domain of the record. No reports if absent.
    pub address: Option<&'a str>,
    /// `rp=`: how many of a hundred incidents to report; 100 if absent.
    pub percentage: u8,
    /// `rr=`: which results to report; all if absent.
    pub requested: Requested,
}

/// Results for which reports are requested (`rr=`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a set with one member per letter of RFC 6652")]
#[expect(clippy::exhaustive_structs, reason = "closed by RFC 6652 §3: spf-rr-type")]
pub struct Requested {
    /// `e`: errors in processing.
    pub error: bool,
    /// `f`: fail.
    pub fail: bool,
    /// `s`: softfail.
    pub softfail: bool,
    /// `n`: neutral and none.
    pub neutral: bool,
}

impl Requested {
    /// `all`
    pub const ALL: Self = Self { error: true, fail: true, softfail: true, neutral: true };

    /// `spf-rr-type = "all" / "e" / "f" / "s" / "n"`, separated by colons; others are ignored.
    fn parse(value: &str) -> Self {
        let has = |letter: &str| {
            value
                .split(':')
                .any(|v| v.eq_ignore_ascii_case(letter) || v.eq_ignore_ascii_case("all"))
        };
        Self { error: has("e"), fail: has("f"), softfail: has("s"), neutral: has("n") }
    }
}

impl<'a> Reporting<'a> {
    pub(super) fn of(record: &'a Record) -> Self {
        let value = |wanted: &str| {
            record.terms().iter().find_map(|t| {
                let TermKind::Unknown(m) = &t.kind else {
                    return None;
                };
                m.name.eq_ignore_ascii_case(wanted).then_some(m.value.as_str())
            })
        };
        Self {
            address: value("ra").filter(|v| !v.is_empty() && !v.contains('@')),
            percentage: value("rp")
                .and_then(|v| v.parse().ok())
                .filter(|p| *p <= 100)
                .unwrap_or(100),
            requested: value("rr").map_or(Requested::ALL, Requested::parse),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reporting_modifiers_are_read_and_bad_ones_ignored() {
        let record = Record::parse(b"v=spf1 -all ra=postmaster rp=10 rr=f:s").unwrap();
        let r = record.reporting();
        assert_eq!((r.address, r.percentage), (Some("postmaster"), 10));
        assert!(r.requested.fail && r.requested.softfail);
        assert!(!r.requested.error && !r.requested.neutral);

        let record = Record::parse(b"v=spf1 -all rp=101 ra=a@b").unwrap();
        let r = record.reporting();
        assert_eq!((r.address, r.percentage, r.requested), (None, 100, Requested::ALL));
    }
}
