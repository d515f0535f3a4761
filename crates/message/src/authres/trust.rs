//! Which fields of a message may be believed (RFC 8601 §1.6, §5).

use super::{AuthResults, AuthservId};
use crate::header::HeaderBlock;

/// How many hops before us belong to those we trust: so many Received fields, from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hops(pub usize);

/// The fields that bear a trusted id and stand above the Received field of the first hop that is not
/// trusted, with their indices, from the top down.
///
/// The sender of a message can write any id into it. What it cannot do is to place a field above the
/// Received fields that trusted hops put on top later.
#[must_use]
pub fn believed(
    header: &HeaderBlock<'_>,
    hops: Hops,
    is_trusted: impl Fn(&AuthservId) -> bool,
) -> Vec<(usize, AuthResults)> {
    let mut received = 0;
    let mut fields = Vec::new();
    for (index, field) in header.fields().enumerate() {
        if field.name.is("Received") {
            received += 1;
            if received > hops.0 {
                break;
            }
        } else if field.name.is("Authentication-Results")
            && let Ok(parsed) = AuthResults::parse(field.raw_value)
            && is_trusted(&parsed.field.authserv_id)
        {
            fields.push((index, parsed.field));
        }
    }
    fields
}
