//! Targets of `postrider-resolver`.

use crate::Body;
use postrider_resolver::{Kind, Question, ZoneResolver};

pub(crate) const TARGETS: &[(&str, Body)] = &[("zone", zone)];

/// Zone text is read or refused with places; what was read is written, read back equal, and
/// answers any question about its own names.
fn zone(data: &[u8]) {
    let zone = match ZoneResolver::parse(data) {
        Ok(zone) => zone,
        Err(errors) => {
            let lines = data.split(|b| *b == b'\n').count();
            for error in errors.errors() {
                assert!(error.line >= 1 && error.line <= lines && error.column >= 1);
            }
            return;
        }
    };
    let text = zone.to_string();
    assert_eq!(ZoneResolver::parse(&text).as_ref(), Ok(&zone), "{text}");
    for (name, ttl, record) in zone.records() {
        let question = Question::new(name.clone(), record.kind());
        if let Ok(answer) = zone.answer(&question) {
            assert!(answer.ttl <= ttl || answer.is_denial());
        }
        let _ = zone.answer(&Question::new(name.clone(), Kind::Tlsa));
    }
}
