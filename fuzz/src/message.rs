//! Targets of `postrider-message`.

use crate::Body;

pub(crate) const TARGETS: &[(&str, Body)] = &[];
