//! Targets of `postrider-spf`.

use crate::Body;

pub(crate) const TARGETS: &[(&str, Body)] = &[];
