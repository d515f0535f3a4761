//! Targets of `postrider-smtp`.

use crate::Body;

pub(crate) const TARGETS: &[(&str, Body)] = &[];
