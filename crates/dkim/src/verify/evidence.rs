//! What the header alone says of a signature.

use crate::header_input;
use crate::key::SigningInput;
use crate::policy::Policy;
use crate::reason::{Reason, Warning};
use crate::signature::Signature;
use postrider_core::UnixTime;
use postrider_message::{Field, HeaderBlock};

/// The octets that the header's signature covers.
pub(super) fn input(
    index: usize,
    field: &Field<'_>,
    headers: &HeaderBlock<'_>,
    signature: &Signature,
) -> SigningInput {
    let form = signature.canonicalization.header;
    let names = signature.signed_names.iter().map(|n| &**n);
    let mut octets = header_input::of_fields(form, headers, names, Some(index));
    let emptied = header_input::emptied(field, signature);
    header_input::push_own(form, field.raw_name, &emptied, &mut octets);
    SigningInput::new(octets)
}

/// How often a field is in the message, and how often `h=` names it.
fn coverage(headers: &HeaderBlock<'_>, signature: &Signature, name: &str) -> (usize, usize) {
    let names = signature.signed_names.iter();
    let signed = names.filter(|n| n.eq_ignore_ascii_case(name.as_bytes()));
    (headers.all(name).count(), signed.count())
}

/// What speaks against a signature before its key and the body are known.
pub(super) fn refusals(
    policy: &Policy,
    headers: &HeaderBlock<'_>,
    signature: &Signature,
    now: UnixTime,
) -> Vec<Reason> {
    let mut refusals = Vec::new();
    if let Some(at) = signature.expires
        && now > at.plus(policy.clock_skew)
    {
        refusals.push(Reason::Expired { at });
    }
    if let Some(at) = signature.signed_at
        && at > now.plus(policy.clock_skew)
    {
        let ahead = at.since(now);
        refusals.push(Reason::Future { at, ahead });
    }
    let (present, signed) = coverage(headers, signature, "From");
    if present > signed {
        refusals.push(Reason::UnsignedFrom { present, signed });
    }
    refusals
}

/// Fields that readers see and that are not covered completely.
pub(super) fn warnings(headers: &HeaderBlock<'_>, signature: &Signature) -> Vec<Warning> {
    ["Subject", "To", "Date", "Content-Type"]
        .into_iter()
        .filter(|name| {
            let (present, signed) = coverage(headers, signature, name);
            present > signed
        })
        .map(|name| Warning::UnsignedField { name })
        .collect()
}
