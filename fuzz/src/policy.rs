//! Targets of `postrider-policy`.

use crate::Body;

pub(crate) const TARGETS: &[(&str, Body)] = &[];
