//! DMARC records to publish (RFC 9989 §4.7).

use postrider_core::{DomainName, Mailbox};
use postrider_resolver::{Name, NameError, Record};
use std::fmt;

/// What receivers are asked to do with mail that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 9989 §4.7")]
pub enum Policy {
    /// Nothing; send reports.
    None,
    /// Treat it with suspicion.
    Quarantine,
    /// Refuse it.
    Reject,
}

/// How far a domain that passed may be from the author's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 9989 §4.7")]
pub enum Alignment {
    /// The same organizational domain.
    #[default]
    Relaxed,
    /// The same domain.
    Strict,
}

/// A DMARC record; `Display` writes its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dmarc {
    policy: Policy,
    subdomains: Option<Policy>,
    nonexistent: Option<Policy>,
    dkim: Alignment,
    spf: Alignment,
    testing: bool,
    aggregate: Vec<Mailbox>,
    failures: Vec<Mailbox>,
}

/// Builds a [`Dmarc`] record; what is not said has the default of the RFC and is not written.
#[derive(Clone, Debug)]
pub struct DmarcBuilder(Dmarc);

impl Dmarc {
    /// A record with this policy (`p=`).
    #[must_use]
    pub const fn builder(policy: Policy) -> DmarcBuilder {
        DmarcBuilder(Self {
            policy,
            subdomains: None,
            nonexistent: None,
            dkim: Alignment::Relaxed,
            spf: Alignment::Relaxed,
            testing: false,
            aggregate: Vec::new(),
            failures: Vec::new(),
        })
    }

    /// The policy for the domain itself.
    #[must_use]
    pub const fn policy(&self) -> Policy {
        self.policy
    }

    /// The name and the record to publish for `domain`.
    ///
    /// # Errors
    /// [`NameError`] when the name gets too long.
    pub fn publish(&self, domain: &DomainName) -> Result<(Name, Record), NameError> {
        let name = Name::from(domain).prepend(["_dmarc"])?;
        Ok((name, Record::Txt(crate::text::split(&self.to_string()))))
    }
}

impl DmarcBuilder {
    /// The policy for subdomains, where it is another (`sp=`).
    #[must_use]
    pub const fn subdomains(mut self, policy: Policy) -> Self {
        self.0.subdomains = Some(policy);
        self
    }

    /// The policy for subdomains that do not exist, where it is another (`np=`).
    #[must_use]
    pub const fn nonexistent(mut self, policy: Policy) -> Self {
        self.0.nonexistent = Some(policy);
        self
    }

    /// How DKIM aligns (`adkim=`).
    #[must_use]
    pub const fn adkim(mut self, alignment: Alignment) -> Self {
        self.0.dkim = alignment;
        self
    }

    /// How SPF aligns (`aspf=`).
    #[must_use]
    pub const fn aspf(mut self, alignment: Alignment) -> Self {
        self.0.spf = alignment;
        self
    }

    /// Asks for the next milder treatment while the domain tests its policy (`t=y`).
    #[must_use]
    pub const fn testing(mut self) -> Self {
        self.0.testing = true;
        self
    }

    /// Sends aggregate reports to one more mailbox (`rua=`).
    #[must_use]
    pub fn rua(mut self, mailbox: Mailbox) -> Self {
        push_once(&mut self.0.aggregate, mailbox);
        self
    }

    /// Sends failure reports to one more mailbox (`ruf=`).
    #[must_use]
    pub fn ruf(mut self, mailbox: Mailbox) -> Self {
        push_once(&mut self.0.failures, mailbox);
        self
    }

    /// The record.
    #[must_use]
    pub fn build(self) -> Dmarc {
        self.0
    }
}

fn push_once(list: &mut Vec<Mailbox>, mailbox: Mailbox) {
    if !list.contains(&mailbox) {
        list.push(mailbox);
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        })
    }
}

impl fmt::Display for Dmarc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v=DMARC1; p={}", self.policy)?;
        if let Some(policy) = self.subdomains {
            write!(f, "; sp={policy}")?;
        }
        if let Some(policy) = self.nonexistent {
            write!(f, "; np={policy}")?;
        }
        for (tag, alignment) in [("adkim", self.dkim), ("aspf", self.spf)] {
            if alignment == Alignment::Strict {
                write!(f, "; {tag}=s")?;
            }
        }
        if self.testing {
            f.write_str("; t=y")?;
        }
        for (tag, list) in [("rua", &self.aggregate), ("ruf", &self.failures)] {
            for (i, mailbox) in list.iter().enumerate() {
                match i {
                    0 => write!(f, "; {tag}={}", Mailto(mailbox))?,
                    _ => write!(f, ",{}", Mailto(mailbox))?,
                }
            }
        }
        Ok(())
    }
}

/// A mailbox as URI (RFC 6068 §2).
struct Mailto<'a>(&'a Mailbox);

impl fmt::Display for Mailto<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("mailto:")?;
        for b in self.0.to_string().bytes() {
            match b {
                // RFC 3986 §2.3, and `@` and `+`, which stand for themselves in a mailbox. All else
                // is encoded, above all the comma, the exclamation mark and the semicolon, which
                // mean something in a DMARC record.
                b'-' | b'.' | b'_' | b'~' | b'@' | b'+' => write!(f, "{}", char::from(b))?,
                b if b.is_ascii_alphanumeric() => write!(f, "{}", char::from(b))?,
                b => write!(f, "%{b:02X}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(text: &str) -> Mailbox {
        Mailbox::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn defaults_are_not_written() {
        let record = Dmarc::builder(Policy::None)
            .adkim(Alignment::Relaxed)
            .aspf(Alignment::Relaxed)
            .build();
        assert_eq!(record.to_string(), "v=DMARC1; p=none");
    }

    #[test]
    fn everything_that_is_said_is_written() {
        let record = Dmarc::builder(Policy::Reject)
            .subdomains(Policy::Quarantine)
            .nonexistent(Policy::Reject)
            .adkim(Alignment::Strict)
            .aspf(Alignment::Strict)
            .testing()
            .rua(mailbox("a@example.org"))
            .rua(mailbox("b@example.net"))
            .rua(mailbox("a@example.org"))
            .ruf(mailbox("c@example.org"))
            .build();
        assert_eq!(
            record.to_string(),
            "v=DMARC1; p=reject; sp=quarantine; np=reject; adkim=s; aspf=s; t=y; \
             rua=mailto:a@example.org,mailto:b@example.net; ruf=mailto:c@example.org"
        );
    }

    #[test]
    fn marks_of_the_record_are_encoded_in_uris() {
        let record = Dmarc::builder(Policy::None)
            .rua(mailbox("\"a,b!10m;c\"@example.org"))
            .rua(mailbox("é+x@example.org"))
            .build();
        assert_eq!(
            record.to_string(),
            "v=DMARC1; p=none; rua=mailto:%22a%2Cb%2110m%3Bc%22@example.org,\
             mailto:%C3%A9+x@example.org"
        );
    }
}
