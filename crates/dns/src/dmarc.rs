//! DMARC records to publish. The record itself is [`Record`] of `postrider-dmarc`.

use postrider_core::{DomainName, LocalPart, Mailbox};
use postrider_dmarc::{Disposition, Mode, Record, Testing, Uri, Warning};
use postrider_resolver::{Name, NameError};
use std::fmt;

/// A DMARC record that verifiers read as it is meant, without any warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dmarc(Record);

/// Why a record is not published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DmarcRefusal {
    /// There is no `p=`, without which the record counts for reports only (RFC 9989 §4.10.1).
    #[error("no p= tag: verifiers would apply no policy")]
    NoPolicy,
    /// A verifier would warn about its text.
    #[error("{0}")]
    Warned(Warning),
    /// A verifier would read something else, such as fewer URIs.
    #[error("verifiers would not read the record as it is meant")]
    Misread,
}

/// Builds a [`Dmarc`] record; what is not said has the default of the RFC and is not written.
///
/// ```
/// use postrider_dmarc::{Disposition, Mode, Uri};
/// use postrider_dns::Dmarc;
///
/// let dmarc = Dmarc::builder(Disposition::Reject)
///     .adkim(Mode::Strict)
///     .rua(Uri::parse(b"mailto:dmarc@example.org")?)
///     .build()?;
/// assert_eq!(
///     dmarc.to_string(),
///     "v=DMARC1; p=reject; adkim=s; rua=mailto:dmarc@example.org"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct DmarcBuilder(Record);

impl Dmarc {
    /// Begins a record with this policy (`p=`).
    #[must_use]
    pub fn builder(policy: Disposition) -> DmarcBuilder {
        DmarcBuilder(Record::new(policy))
    }

    /// The record to begin with: `p=none`, aggregate reports to `postmaster` of `domain`, which RFC
    /// 5321 §4.5.1 requires to exist.
    #[must_use]
    pub fn reports_only(domain: &DomainName) -> Self {
        let mut record = Record::new(Disposition::None);
        let postmaster = LocalPart::new("postmaster")
            .and_then(|local| Mailbox::new(local, domain.clone()))
            .ok()
            .and_then(|mailbox| Uri::mailto(&mailbox).ok());
        record.aggregate.extend(postmaster);
        Self(record)
    }

    /// Takes a record from elsewhere.
    ///
    /// # Errors
    /// [`DmarcRefusal`] when verifiers would not apply it as it is meant.
    pub fn new(record: Record) -> Result<Self, DmarcRefusal> {
        if record.policy.is_none() {
            return Err(DmarcRefusal::NoPolicy);
        }
        let read = Record::parse(record.to_string().as_bytes()).ok_or(DmarcRefusal::Misread)?;
        if let Some(warning) = read.warnings.into_iter().next() {
            return Err(DmarcRefusal::Warned(warning));
        }
        match read.record == record {
            true => Ok(Self(record)),
            false => Err(DmarcRefusal::Misread),
        }
    }

    /// The record.
    #[must_use]
    pub const fn record(&self) -> &Record {
        &self.0
    }

    /// The policy for the domain itself.
    #[must_use]
    pub fn policy(&self) -> Disposition {
        self.0.policy.unwrap_or(Disposition::None)
    }

    /// The name and the record to publish for `domain`.
    ///
    /// # Errors
    /// [`NameError`] when the name gets too long.
    pub fn publish(
        &self,
        domain: &DomainName,
    ) -> Result<(Name, postrider_resolver::Record), NameError> {
        let name = Name::from(domain).prepend(["_dmarc"])?;
        let text = crate::text::split(&self.to_string());
        Ok((name, postrider_resolver::Record::Txt(text)))
    }
}

impl fmt::Display for Dmarc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl DmarcBuilder {
    /// The policy for subdomains, where it is another (`sp=`).
    #[must_use]
    pub fn subdomains(self, policy: Disposition) -> Self {
        Self(self.0.with_subdomains(policy))
    }

    /// The policy for subdomains that do not exist, where it is another (`np=`).
    #[must_use]
    pub fn nonexistent(self, policy: Disposition) -> Self {
        Self(self.0.with_nonexistent(policy))
    }

    /// How DKIM aligns (`adkim=`).
    #[must_use]
    pub const fn adkim(mut self, mode: Mode) -> Self {
        self.0.dkim_mode = mode;
        self
    }

    /// How SPF aligns (`aspf=`).
    #[must_use]
    pub const fn aspf(mut self, mode: Mode) -> Self {
        self.0.spf_mode = mode;
        self
    }

    /// Asks for the next milder treatment while the domain tests its policy (`t=y`).
    #[must_use]
    pub const fn testing(mut self) -> Self {
        self.0.testing = Testing::On;
        self
    }

    /// Sends aggregate reports to one more place (`rua=`); a place given twice stands once.
    #[must_use]
    pub fn rua(mut self, uri: Uri) -> Self {
        push_once(&mut self.0.aggregate, uri);
        self
    }

    /// Sends failure reports to one more place (`ruf=`); a place given twice stands once.
    #[must_use]
    pub fn ruf(mut self, uri: Uri) -> Self {
        push_once(&mut self.0.failure, uri);
        self
    }

    /// The record, read once by the verifier's own parser.
    ///
    /// # Errors
    /// [`DmarcRefusal`]
    pub fn build(self) -> Result<Dmarc, DmarcRefusal> {
        Dmarc::new(self.0)
    }
}

fn push_once(list: &mut Vec<Uri>, uri: Uri) {
    if !list.contains(&uri) {
        list.push(uri);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postrider_dmarc::record::MAX_URIS;
    use proptest::prelude::*;

    fn mailto(text: &str) -> Uri {
        Uri::mailto(&Mailbox::parse(text.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn defaults_are_not_written() {
        let record =
            Dmarc::builder(Disposition::None).adkim(Mode::Relaxed).aspf(Mode::Relaxed).build();
        assert_eq!(record.unwrap().to_string(), "v=DMARC1; p=none");
    }

    #[test]
    fn everything_that_is_said_is_written() {
        let record = Dmarc::builder(Disposition::Reject)
            .subdomains(Disposition::Quarantine)
            .nonexistent(Disposition::Reject)
            .adkim(Mode::Strict)
            .aspf(Mode::Strict)
            .testing()
            .rua(mailto("a@example.org"))
            .rua(mailto("\"a,b!10m;c\"@example.org"))
            .rua(mailto("a@example.org"))
            .ruf(mailto("c@example.org"))
            .build();
        assert_eq!(
            record.unwrap().to_string(),
            "v=DMARC1; p=reject; sp=quarantine; np=reject; adkim=s; aspf=s; t=y; \
             rua=mailto:a@example.org,mailto:%22a%2Cb%2110m%3Bc%22@example.org; \
             ruf=mailto:c@example.org"
        );
    }

    #[test]
    fn record_to_begin_with_is_one_that_is_not_refused() {
        let domain = DomainName::parse("example.org").unwrap();
        let dmarc = Dmarc::reports_only(&domain);
        let text = "v=DMARC1; p=none; rua=mailto:postmaster@example.org";
        assert_eq!(dmarc.to_string(), text);
        assert_eq!(Dmarc::new(dmarc.record().clone()), Ok(dmarc));
    }

    #[test]
    fn record_without_policy_is_refused() {
        assert_eq!(Dmarc::new(Record::default()), Err(DmarcRefusal::NoPolicy));
    }

    #[test]
    fn more_places_than_verifiers_read_are_refused() {
        let with = |n: usize| {
            let places = (0..n).map(|i| mailto(&format!("r{i}@example.org")));
            let builder = Dmarc::builder(Disposition::None);
            places.fold(builder, DmarcBuilder::rua).build()
        };
        assert!(with(MAX_URIS - 1).is_ok() && with(MAX_URIS).is_ok());
        assert!(matches!(with(MAX_URIS + 1), Err(DmarcRefusal::Warned(_))));
    }

    fn policy() -> impl Strategy<Value = Disposition> {
        prop_oneof![
            Just(Disposition::None),
            Just(Disposition::Quarantine),
            Just(Disposition::Reject)
        ]
    }

    proptest! {
        #[test]
        fn parse_of_build_is_the_same(
            p in policy(), sp in proptest::option::of(policy()), np in proptest::option::of(policy()),
            strict in any::<[bool; 2]>(), testing in any::<bool>(),
            places in proptest::collection::vec("[a-z!,;+ ]{1,6}", 0..4),
        ) {
            let mode = |strict| if strict { Mode::Strict } else { Mode::Relaxed };
            let mut builder = Dmarc::builder(p).adkim(mode(strict[0])).aspf(mode(strict[1]));
            if let Some(sp) = sp {
                builder = builder.subdomains(sp);
            }
            if let Some(np) = np {
                builder = builder.nonexistent(np);
            }
            if testing {
                builder = builder.testing();
            }
            for place in places {
                builder = builder.rua(mailto(&format!("\"{place}\"@example.org")));
            }
            let dmarc = builder.build().unwrap();
            let read = Record::parse(dmarc.to_string().as_bytes()).unwrap();
            prop_assert_eq!(&read.record, dmarc.record());
            prop_assert!(read.warnings.is_empty());
        }
    }
}
