//! Suites for DKIM (RFC 6376, 8301, 8463).

use crate::corpora::{Corpora, Suite};

/// All suites of this area.
pub fn suites(_corpora: &Corpora) -> Vec<Suite> {
    Vec::new()
}
