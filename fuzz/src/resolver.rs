//! Targets of `postrider-resolver`.

use crate::Body;

pub(crate) const TARGETS: &[(&str, Body)] = &[];
