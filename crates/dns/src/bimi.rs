//! BIMI to publish: a logo for mail that passes DMARC
//! (draft-brand-indicators-for-message-identification §4.2).

use postrider_core::DomainName;
use postrider_resolver::{Name, NameError, Record};
use std::fmt;

/// A logo and the certificate that proves it.
///
/// ```
/// use postrider_dns::Bimi;
///
/// let bimi = Bimi::new("https://example.org/logo.svg", None)?;
/// assert_eq!(bimi.to_string(), "v=BIMI1; l=https://example.org/logo.svg");
/// assert_eq!(Bimi::declined().to_string(), "v=BIMI1; l=; a=;");
/// # Ok::<(), postrider_dns::bimi::BimiRefusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bimi {
    logo: String,
    evidence: Option<String>,
}

/// Why a record is not published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BimiRefusal {
    /// Not an `https:` URI, or with a character that ends a tag.
    #[error("an https: URI without spaces, commas and semicolons is expected")]
    Uri,
}

impl Bimi {
    /// A logo (an SVG file) and, if there is one, its certificate.
    ///
    /// # Errors
    /// [`BimiRefusal`]
    pub fn new(logo: &str, evidence: Option<&str>) -> Result<Self, BimiRefusal> {
        for uri in [Some(logo), evidence].into_iter().flatten() {
            let rest = uri.strip_prefix("https://").ok_or(BimiRefusal::Uri)?;
            let ends = |b: u8| !b.is_ascii_graphic() || matches!(b, b';' | b',');
            if rest.is_empty() || rest.bytes().any(ends) {
                return Err(BimiRefusal::Uri);
            }
        }
        Ok(Self { logo: logo.to_owned(), evidence: evidence.map(str::to_owned) })
    }

    /// Says that the domain has no logo.
    #[must_use]
    pub const fn declined() -> Self {
        Self { logo: String::new(), evidence: None }
    }

    /// The name and the record to publish for `domain`.
    ///
    /// # Errors
    /// [`NameError`] when the name gets too long.
    pub fn publish(&self, domain: &DomainName) -> Result<(Name, Record), NameError> {
        let name = Name::from(domain).prepend(["default", "_bimi"])?;
        Ok((name, Record::Txt(crate::text::split(&self.to_string()))))
    }
}

impl fmt::Display for Bimi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v=BIMI1; l={}", self.logo)?;
        match &self.evidence {
            Some(uri) => write!(f, "; a={uri}"),
            None if self.logo.is_empty() => f.write_str("; a=;"),
            None => Ok(()),
        }
    }
}
