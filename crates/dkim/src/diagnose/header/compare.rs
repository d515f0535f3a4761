//! Fields beside their copies in `z=`.

use super::{HeaderDiagnosis, shown};
use crate::canon::{Form, header};
use crate::copied::Copied;
use crate::signature::Signature;
use postrider_message::Field;

/// Every name whose fields differ, in the order of `h=`.
pub(super) fn with_copies(selected: &[&Field<'_>], signature: &Signature) -> Vec<HeaderDiagnosis> {
    let form = signature.canonicalization.header;
    let mut seen: Vec<&[u8]> = Vec::new();
    let mut found = Vec::new();
    for name in &signature.signed_names {
        if seen.iter().any(|s| s.eq_ignore_ascii_case(name)) {
            continue;
        }
        seen.push(name);
        let present = selected.iter().filter(|f| f.name.as_bytes().eq_ignore_ascii_case(name));
        let present: Vec<&[u8]> = present.map(|f| f.raw_value).collect();
        let signed = signature.copied.iter().filter(|c| c.name.eq_ignore_ascii_case(name));
        found.extend(difference(form, name, &signed.collect::<Vec<_>>(), &present));
    }
    found
}

/// What became of the fields of one name.
fn difference(
    form: Form,
    name: &[u8],
    signed: &[&Copied],
    present: &[&[u8]],
) -> Option<HeaderDiagnosis> {
    let canonical = |value: &[u8]| {
        let mut out = Vec::new();
        header::octets(form, b"", value, &mut out);
        out
    };
    let mut before: Vec<_> = signed.iter().map(|c| canonical(&c.value)).collect();
    let mut after: Vec<_> = present.iter().map(|v| canonical(v)).collect();
    let name = shown(name);
    match before.len().cmp(&after.len()) {
        std::cmp::Ordering::Less => return Some(HeaderDiagnosis::Added { name }),
        std::cmp::Ordering::Greater => return Some(HeaderDiagnosis::Removed { name }),
        std::cmp::Ordering::Equal => {}
    }
    let at = before.iter().zip(&after).position(|(b, a)| b != a)?;
    let (signed, present) = (signed.get(at)?, present.get(at)?);
    let change = HeaderDiagnosis::Changed {
        name: name.clone(),
        signed: shown(&signed.value),
        present: shown(present),
    };
    before.sort_unstable();
    after.sort_unstable();
    match before == after {
        // A signer may list its copies in any order, so this may be told of an order that was kept;
        // but then something else differs as well, or the header would have verified.
        true => Some(HeaderDiagnosis::Reordered { name }),
        false => Some(change),
    }
}
