//! Targets of `postrider-dkim`.

use crate::Body;

pub(crate) const TARGETS: &[(&str, Body)] = &[];
