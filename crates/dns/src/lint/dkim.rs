//! DKIM keys (RFC 6376 §3.6.1): the verifier's own parser, then what a well-formed key should not say.

use super::{Lint, tags};
use crate::code::{Code, Level};
use crate::dkim::MIN_RSA_BITS;
use postrider_core::{Span, TagError};
use postrider_dkim::{KeyRecord, KeyRecordError, KeyType, PublicKeyError};

/// Bits that RFC 8301 §3.2 asks signers for.
pub(crate) const GOOD_RSA_BITS: u32 = 2048;

pub(super) fn lint(text: &[u8]) -> Vec<Lint> {
    let record = match KeyRecord::parse(text) {
        Ok(record) => record,
        Err(error) => return vec![syntax(text, &error)],
    };
    let parts = tags::parts(text);
    let whole = Span::new(0, text.len());
    let place = |name: &str| tags::find(&parts, name).map_or(whole, |p| p.span);
    let without = |lint: Lint, name: &str| match tags::find(&parts, name) {
        Some(part) if part.with_separator.start > 0 => lint.replace(part.with_separator, ""),
        _ => lint,
    };
    let mut out = Vec::new();
    if !record.allows_sha256() {
        let lint = Lint::new(Code::DkimHashLimit, place("h"), "h= leaves out sha256");
        out.push(without(lint, "h"));
    }
    if !record.allows_mail() {
        let lint = Lint::new(Code::DkimService, place("s"), "s= leaves out electronic mail");
        out.push(without(lint, "s"));
    }
    if record.is_testing() {
        let lint = Lint::new(Code::DkimTest, place("t"), "t=y marks the key as a test");
        let strict = tags::find(&parts, "t").filter(|_| record.is_strict());
        out.push(match strict {
            Some(part) => lint.replace(part.value_span, "s"),
            None => without(lint, "t"),
        });
    }
    match record.key() {
        None => {
            out.push(Lint::new(Code::DkimRevoked, place("p"), "p= is empty: the key is revoked"));
        }
        Some(key) if key.key_type() == KeyType::Rsa && key.bits() < GOOD_RSA_BITS => {
            let bits = key.bits();
            let what = format!("RSA key of {bits} bits, {GOOD_RSA_BITS} are asked for");
            let lint = Lint::new(Code::DkimWeak, place("p"), what);
            out.push(match bits < MIN_RSA_BITS {
                true => lint.with_level(Level::Broken),
                false => lint,
            });
        }
        Some(_) => {}
    }
    out
}

fn syntax(text: &[u8], error: &KeyRecordError) -> Lint {
    let whole = Span::new(0, text.len());
    let parts = tags::parts(text);
    let value = |name: &str| tags::find(&parts, name).map_or(whole, |p| p.value_span);
    let octet = |at: usize| Span::new(at, (at + 1).min(text.len()));
    let what = error.to_string();
    let (code, span) = match error {
        KeyRecordError::KeyType { .. } => (Code::DkimKeyType, value("k")),
        KeyRecordError::Key { why: PublicKeyError::Ed25519Length { .. } } => {
            (Code::DkimKeyType, value("p"))
        }
        KeyRecordError::Key { .. } if tags::find(&parts, "p").is_some_and(|p| is_44(p.value)) => {
            let what = "p= holds 32 octets as Ed25519 keys do, but k= does not say ed25519";
            return ed25519(&parts, Lint::new(Code::DkimKeyType, value("p"), what));
        }
        KeyRecordError::Key { .. } | KeyRecordError::Base64 { .. } => {
            (Code::DkimSyntax, value("p"))
        }
        KeyRecordError::NoKey => (Code::DkimSyntax, Span::at(text.len())),
        KeyRecordError::Tags(tag) => (Code::DkimSyntax, tag_place(text, *tag)),
        KeyRecordError::VersionNotFirst { at }
        | KeyRecordError::Version { at }
        | KeyRecordError::List { at, .. }
        | KeyRecordError::Notes { at } => (Code::DkimSyntax, octet(*at)),
        _ => (Code::DkimSyntax, whole),
    };
    let lint = Lint::new(code, span, without_octet(&what));
    let clean: Vec<u8> = text.iter().copied().filter(|b| !matches!(b, b'\\' | b'"')).collect();
    if clean.len() < text.len() {
        return lint.replace(whole, String::from_utf8_lossy(&clean));
    }
    if text.len() == postrider_resolver::answer::MAX_STRING {
        let what = format!("{} (the text ends at octet 255: it was cut)", lint.what);
        return Lint { what, ..lint };
    }
    lint
}

/// Whether base64 text is that of 32 octets.
fn is_44(value: Option<&[u8]>) -> bool {
    value.is_some_and(|v| v.len() == 44 && v.ends_with(b"="))
}

/// Says `k=ed25519`, in place of what stands there.
fn ed25519(parts: &[tags::Part<'_>], lint: Lint) -> Lint {
    match (tags::find(parts, "k"), tags::find(parts, "p")) {
        (Some(k), _) => lint.replace(k.value_span, "ed25519"),
        (None, Some(p)) => lint.replace(Span::at(p.span.start), "k=ed25519; "),
        (None, None) => lint,
    }
}

fn tag_place(text: &[u8], error: TagError) -> Span {
    let at = error.at().min(text.len());
    Span::new(at, (at + 1).min(text.len()))
}

/// The sentence without `octet N: `, which the span shows.
fn without_octet(what: &str) -> String {
    match what.strip_prefix("octet ").and_then(|rest| rest.split_once(": ")) {
        Some((_, rest)) => rest.to_owned(),
        None => what.to_owned(),
    }
}
