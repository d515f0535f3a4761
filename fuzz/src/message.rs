//! Targets of `postrider-message`.

use crate::Body;
use postrider_message::address::{Grammar, mailboxes};
use postrider_message::authres::AuthservId;
use postrider_message::{
    AuthResults, Authorship, Framer, Framing, HeaderBlock, HeaderBuf, HeaderValue, Limits,
    MessageId, ParsedReceived, author_domains, decode_words, forged, parse_date,
};

pub(crate) const TARGETS: &[(&str, Body)] =
    &[("header", header), ("authors", authors), ("authres", authres), ("received", received)];

/// Fields are the octets they were read from, and chunks do not matter.
fn header(data: &[u8]) {
    let (block, faults) = HeaderBlock::parse(data);
    let mut at = 0;
    for field in &block {
        assert!(field.offset >= at);
        at = field.offset + field.raw().len();
        assert_eq!(data.get(field.offset..at), Some(field.raw()));
        let value = field.raw().get(field.raw_name.len() + 1..).expect("a colon");
        assert!(value.starts_with(field.raw_value));
        assert!(field.raw_name.starts_with(field.name.as_bytes()));
    }
    assert!(block.body_offset() <= data.len());
    for fault in &faults {
        assert!(fault.at <= data.len() && fault.count > 0);
    }
    let owned = HeaderBuf::new(data.to_vec(), &Limits::DEFAULT);
    assert_eq!(owned.block(), block);
    assert_eq!(owned.faults(), &faults);

    let size = data.first().map_or(1, |b| usize::from(b % 7) + 1);
    let mut framer = Framer::default();
    let mut body = Vec::new();
    for chunk in data.chunks(size) {
        match framer.push(chunk) {
            Ok(Framing::Header) => {}
            Ok(Framing::Split { body: octets } | Framing::Body(octets)) => body.extend(octets),
            Err(_) => return,
        }
    }
    assert_eq!([framer.header(), &body].concat(), data);
    assert_eq!(framer.header().len(), block.body_offset());
}

/// More leniency never reads less, and one author needs exactly one From field.
fn authors(data: &[u8]) {
    let strict = mailboxes(data, Grammar::Strict);
    let obsolete = mailboxes(data, Grammar::Obsolete);
    let lenient = mailboxes(data, Grammar::Lenient);
    if strict.is_ok() {
        assert_eq!(strict, obsolete);
    }
    match (&obsolete, &lenient) {
        (Ok(_), _) => assert_eq!(obsolete, lenient),
        (_, Err(error)) => assert!(error.at <= data.len()),
        _ => {}
    }
    let (block, _) = HeaderBlock::parse(data);
    let authors = author_domains(&block);
    assert!(authors.mailboxes >= authors.domains.len());
    if !matches!(authors.authorship(), Authorship::Unclear(_)) {
        assert_eq!(block.all("from").count(), 1);
    }
    let text = decode_words(data);
    assert!(!text.as_str().chars().any(char::is_control));
}

/// What is built reads as the same, and a field that bears our id is found.
fn authres(data: &[u8]) {
    let Ok(parsed) = AuthResults::parse(data) else {
        return;
    };
    let field = parsed.field.to_field();
    let (block, faults) = HeaderBlock::parse(&field);
    assert!(faults.is_empty(), "{faults:?}");
    let value = block.get("Authentication-Results").expect("its own field").raw_value;
    let again = AuthResults::parse(value).expect("its own writing");
    assert_eq!(again.field, parsed.field);
    assert!(again.errors.is_empty());
    assert_eq!(forged(&block, &parsed.field.authserv_id), [0]);
    let other = AuthservId::new("nobody.example").expect("an id");
    if other != parsed.field.authserv_id {
        assert!(forged(&block, &other).is_empty());
    }
}

/// Other readers of single values: what they read, they read again.
fn received(data: &[u8]) {
    if let Ok(parsed) = ParsedReceived::parse(data) {
        assert!(parsed.clauses.len() <= postrider_message::received::MAX_CLAUSES);
    }
    if let Some(time) = parse_date(data) {
        assert_eq!(parse_date(time.rfc5322().as_bytes()), Some(time));
    }
    if let Ok(id) = MessageId::parse(data) {
        assert_eq!(MessageId::parse(id.as_str().as_bytes()), Ok(id));
    }
    if let Some(value) = std::str::from_utf8(data).ok().and_then(|t| HeaderValue::new(t).ok()) {
        let field = value.to_field(postrider_message::FieldName::SUBJECT);
        let (block, faults) = HeaderBlock::parse(&field);
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(block.fields().count(), 1);
    }
}
