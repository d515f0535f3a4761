//! Key records, read.

use super::{Flags, KeyRecord, KeyRecordError};
use crate::algorithm::KeyType;
use crate::encoding::{from_base64, from_quoted_printable, trim_fws};
use crate::key::PublicKey;
use postrider_core::{SafeText, TagList};

pub(super) fn record(text: &[u8]) -> Result<KeyRecord, KeyRecordError> {
    let tags = TagList::parse(text)?;
    check_version(&tags)?;
    let key_type = match tags.get("k") {
        None => KeyType::Rsa,
        Some(k) => {
            KeyType::from_tag(k.value).ok_or(KeyRecordError::KeyType { at: k.value_span.start })?
        }
    };
    Ok(KeyRecord {
        key_type,
        key: parse_key(&tags, key_type)?,
        hashes: parse_list(&tags, "h")?,
        services: parse_list(&tags, "s")?,
        flags: parse_flags(&tags)?,
        notes: parse_notes(&tags)?,
    })
}

fn check_version(tags: &TagList<'_>) -> Result<(), KeyRecordError> {
    let Some(v) = tags.get("v") else {
        return Ok(());
    };
    if tags.first() != Some(v) {
        return Err(KeyRecordError::VersionNotFirst { at: v.name_span.start });
    }
    match v.value {
        b"DKIM1" => Ok(()),
        _ => Err(KeyRecordError::Version { at: v.value_span.start }),
    }
}

fn parse_key(tags: &TagList<'_>, kind: KeyType) -> Result<Option<PublicKey>, KeyRecordError> {
    let p = tags.get("p").ok_or(KeyRecordError::NoKey)?;
    if p.value.is_empty() {
        return Ok(None);
    }
    let octets = from_base64(p.value).ok_or(KeyRecordError::Base64 { at: p.value_span.start })?;
    PublicKey::from_record(kind, &octets).map(Some).map_err(|why| KeyRecordError::Key { why })
}

/// `word *( [FWS] ":" [FWS] word )`
fn parse_list(
    tags: &TagList<'_>,
    tag: &'static str,
) -> Result<Option<Vec<Box<str>>>, KeyRecordError> {
    let Some(found) = tags.get(tag) else {
        return Ok(None);
    };
    let at = found.value_span.start;
    // RFC 6376 §2.3: hyphenated-word; and the `*` of `s=`.
    let is_word = |w: &&str| !w.is_empty() && w.bytes().all(is_word_octet);
    let entry = |part| {
        let word = std::str::from_utf8(trim_fws(part)).ok().filter(is_word);
        word.map(Box::from).ok_or(KeyRecordError::List { tag, at })
    };
    let entries = found.value.split(|&b| b == b':').map(entry);
    entries.collect::<Result<_, _>>().map(Some)
}

const fn is_word_octet(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'*')
}

fn parse_flags(tags: &TagList<'_>) -> Result<Flags, KeyRecordError> {
    // The grammar wants at least one flag; many tools write `t=` with none.
    if tags.get("t").is_some_and(|t| t.value.is_empty()) {
        return Ok(Flags::default());
    }
    let list = parse_list(tags, "t")?.unwrap_or_default();
    Ok(Flags {
        testing: list.iter().any(|f| &**f == "y"),
        strict: list.iter().any(|f| &**f == "s"),
    })
}

fn parse_notes(tags: &TagList<'_>) -> Result<Option<SafeText>, KeyRecordError> {
    let Some(n) = tags.get("n") else {
        return Ok(None);
    };
    // Notes are for people and "no interpretation is made by any program", so white space in them is
    // kept as they read it.
    let unfolded: Vec<u8> = n
        .value
        .iter()
        .filter(|b| !matches!(b, b'\r' | b'\n'))
        .flat_map(|b| match b {
            b' ' | b'\t' => b"=20".to_vec(),
            b => vec![*b],
        })
        .collect();
    let at = n.value_span.start;
    let octets = from_quoted_printable(&unfolded).ok_or(KeyRecordError::Notes { at })?;
    Ok(Some(SafeText::escaped(&octets)))
}
