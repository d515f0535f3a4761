//! Suites for DMARC (RFC 9989).

use crate::corpora::{Corpora, Suite};

/// All suites of this area.
pub fn suites(_corpora: &Corpora) -> Vec<Suite> {
    Vec::new()
}
