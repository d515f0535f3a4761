//! Writes records in their plain form: one space between terms, names in lower case, no `+`.

use super::{Directive, HostSpec, Mechanism, Qualifier, Record, TermKind, VERSION};
use std::fmt;

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(VERSION)?;
        self.terms.iter().try_for_each(|t| write!(f, " {}", t.kind))
    }
}

impl fmt::Display for TermKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directive(d) => d.fmt(f),
            Self::Redirect(spec) => write!(f, "redirect={spec}"),
            Self::Explanation(spec) => write!(f, "exp={spec}"),
            Self::Unknown(m) => write!(f, "{}={}", m.name, m.value),
        }
    }
}

impl fmt::Display for Directive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.qualifier {
            Qualifier::Pass => self.mechanism.fmt(f),
            q @ (Qualifier::Fail | Qualifier::SoftFail | Qualifier::Neutral) => {
                write!(f, "{}{}", q.sign(), self.mechanism)
            }
        }
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::All | Self::Ptr(None) => Ok(()),
            Self::Include(spec) | Self::Exists(spec) | Self::Ptr(Some(spec)) => {
                write!(f, ":{spec}")
            }
            Self::A(host) | Self::Mx(host) => host.fmt(f),
            Self::Ip4(network) => write!(f, ":{network}"),
            Self::Ip6(network) => write!(f, ":{network}"),
        }
    }
}

impl fmt::Display for HostSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(domain) = &self.domain {
            write!(f, ":{domain}")?;
        }
        self.prefix.fmt(f)
    }
}
