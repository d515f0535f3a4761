//! Finds fields that claim to be ours (RFC 8601 §5).

use super::{AuthResults, AuthservId};
use crate::header::{Field, HeaderBlock};

/// Indices of the Authentication-Results fields that bear our id, from the bottom up, so that they
/// can be removed one after the other; [`HeaderBlock::without`] removes them all.
///
/// RFC 8601 §5: "any MTA conforming to this specification MUST delete any discovered instance of this
/// header field that claims, by virtue of its authentication service identifier, to have been added
/// within its trust boundary but that did not come directly from another trusted MTA". A field that
/// cannot be read is removed too if our id stands in it anywhere, because another reader may read it.
#[must_use]
pub fn forged(header: &HeaderBlock<'_>, ours: &AuthservId) -> Vec<usize> {
    let indexed = header.fields().enumerate();
    let claims = indexed.filter(|(_, f)| f.name.is("Authentication-Results") && claims(f, ours));
    let mut indices: Vec<usize> = claims.map(|(i, _)| i).collect();
    indices.reverse();
    indices
}

fn claims(field: &Field<'_>, ours: &AuthservId) -> bool {
    match AuthResults::parse(field.raw_value) {
        Ok(parsed) if parsed.errors.is_empty() => parsed.field.authserv_id == *ours,
        Ok(parsed) => parsed.field.authserv_id == *ours || contains(field.raw_value, ours),
        Err(_) => contains(field.raw_value, ours),
    }
}

fn contains(value: &[u8], ours: &AuthservId) -> bool {
    let value = String::from_utf8_lossy(value).to_lowercase();
    value.contains(&ours.key()) || value.contains(&ours.as_str().to_lowercase())
}
