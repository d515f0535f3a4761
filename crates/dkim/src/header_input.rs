//! The octets that the signature of a header covers (RFC 6376 §3.7, §5.4.2).

use crate::canon::{Form, header};
use crate::signature::Signature;
use postrider_message::{Field, HeaderBlock};

/// Canonical form of the fields that `names` selects, each name taking the lowest instance that no
/// earlier name has taken. A name without an instance left contributes nothing.
///
/// `own` is the index of the signature itself: RFC 6376 §3.5: "The field MUST NOT include the
/// DKIM-Signature header field that is being created or verified".
pub(crate) fn of_fields<'n>(
    form: Form,
    headers: &HeaderBlock<'_>,
    names: impl Iterator<Item = &'n [u8]>,
    own: Option<usize>,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(2048);
    for selected in select(headers, names, own) {
        header::field(form, selected, &mut out);
    }
    out
}

/// The fields that `names` selects, in that order.
pub(crate) fn select<'h, 'a, 'n>(
    headers: &'h HeaderBlock<'a>,
    names: impl Iterator<Item = &'n [u8]>,
    own: Option<usize>,
) -> Vec<&'h Field<'a>> {
    // At most 512 names and 2000 fields meet here, so a scan from the bottom is cheap enough, and
    // for the usual dozen of each it is the fastest way.
    let mut left: Vec<Option<&Field<'a>>> = headers.fields().map(Some).collect();
    if let Some(slot) = own.and_then(|i| left.get_mut(i)) {
        *slot = None;
    }
    let mut out = Vec::with_capacity(32);
    for name in names {
        let is_named = |slot: &&mut Option<&Field<'a>>| matches!(slot, Some(f) if f.name.as_bytes().eq_ignore_ascii_case(name));
        if let Some(field) = left.iter_mut().rev().find(is_named).and_then(Option::take) {
            out.push(field);
        }
    }
    out
}

/// RFC 6376 §3.7: the value of the own field "with the value of the "b=" tag (including all
/// surrounding whitespace) deleted".
pub(crate) fn emptied(own: &Field<'_>, signature: &Signature) -> Vec<u8> {
    let span = signature.signature_span;
    let before = own.raw_value.get(..span.start).unwrap_or_default();
    let behind = own.raw_value.get(span.end..).unwrap_or_default();
    [before, behind].concat()
}

/// Appends the signature's own field: its value with `b=` emptied, and no CRLF behind it.
pub(crate) fn push_own(form: Form, raw_name: &[u8], emptied: &[u8], out: &mut Vec<u8>) {
    header::octets(form, raw_name, emptied, out);
    out.truncate(out.len().saturating_sub(2));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(names: &[&str], own: Option<usize>) -> String {
        let text = b"A: 1\r\nB: 2\r\na : 3\r\nDKIM-Signature: x\r\n\r\n";
        let (headers, _) = HeaderBlock::parse(text);
        let names = names.iter().map(|n| n.as_bytes());
        String::from_utf8(of_fields(Form::Relaxed, &headers, names, own)).unwrap()
    }

    #[test]
    fn instances_are_taken_from_the_bottom() {
        assert_eq!(select(&["a", "A", "b"], None), "a:3\r\na:1\r\nb:2\r\n");
    }

    #[test]
    fn an_exhausted_name_contributes_nothing() {
        assert_eq!(select(&["a", "a", "a", "c", "b"], None), "a:3\r\na:1\r\nb:2\r\n");
    }

    #[test]
    fn the_signature_itself_is_not_selected() {
        assert_eq!(select(&["dkim-signature"], None), "dkim-signature:x\r\n");
        assert_eq!(select(&["dkim-signature"], Some(3)), "");
    }
}
