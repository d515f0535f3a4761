//! Targets of `postrider-dmarc`.

use crate::Body;

pub(crate) const TARGETS: &[(&str, Body)] = &[];
