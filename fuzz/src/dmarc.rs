//! Targets of `postrider-dmarc`.

use crate::Body;
use postrider_core::DomainName;
use postrider_dmarc::{
    DmarcResult, Identifier, Outcome, Policy, Record, Uri, evaluate, is_dmarc_record,
};
use postrider_resolver::zone::FaultKinds;
use postrider_resolver::{LookupError, Name, Record as Data, Txt, ZoneResolver, block_on};

pub(crate) const TARGETS: &[(&str, Body)] = &[("dmarc_record", record), ("dmarc_walk", walk)];

/// A record that is written reads as the same.
fn record(data: &[u8]) {
    let parsed = Record::parse(data);
    assert_eq!(parsed.is_some(), is_dmarc_record(data));
    if let Some(parsed) = parsed {
        let again = Record::parse(parsed.record.to_string().as_bytes()).expect("its own writing");
        assert_eq!(again.record, parsed.record);
        for warning in &parsed.warnings {
            assert!(warning.span.end <= data.len());
        }
    }
    if let Ok(uri) = Uri::parse(data) {
        assert_eq!(uri.as_str().as_bytes(), data);
        if let Some(mailbox) = uri.mailbox() {
            let made = Uri::mailto(&mailbox);
            assert!(made.is_err() || made.is_ok_and(|m| m.mailbox() == Some(mailbox)));
        }
    }
}

/// Small names, so that they meet: two bits per label.
fn domain(byte: u8) -> DomainName {
    let labels = ["a", "b", "c", "d"];
    let picked: Vec<&str> = (0..4)
        .map(|i| labels[usize::from(byte >> (2 * i) & 3)])
        .take(usize::from(byte % 4) + 1)
        .collect();
    DomainName::parse(&picked.join(".")).expect("letters")
}

/// Over an arbitrary zone: a failure of DNS never makes a pass, and the story is text.
fn walk(data: &[u8]) {
    let [author, first, second, failing, zone @ ..] = data else {
        return;
    };
    let mut whole = ZoneResolver::new();
    for line in zone.split(|&b| b == b'\n').take(8) {
        let Some((at, tags)) = line.split_first() else {
            continue;
        };
        let name = Name::from(domain(*at)).prepend(["_dmarc"]).expect("a short name");
        let text = [b"v=DMARC1;", tags].concat();
        whole.insert(name, 300, Data::Txt(Txt::from_strings([text.as_slice()])));
    }
    let mut broken = whole.clone();
    let name = Name::from(domain(*failing)).prepend(["_dmarc"]).expect("a short name");
    broken.fail(name, FaultKinds::All, LookupError::Timeout);

    let author = domain(*author);
    let ids = [
        Identifier::spf(domain(*first), Outcome::Pass),
        Identifier::dkim(domain(*second), Outcome::Pass),
    ];
    let judge = |zone: &ZoneResolver| {
        block_on(evaluate(zone, &author, &ids, &Policy::DEFAULT)).expect("a zone never waits")
    };
    let (known, unknown) = (judge(&whole), judge(&broken));
    if unknown.result != DmarcResult::TempError {
        assert_eq!(unknown.result, known.result, "{unknown}\n{known}");
    }
    assert_ne!(known.result, DmarcResult::TempError, "{known}");
    assert!(known.walk.len() <= 8);
    assert!(known.to_string().chars().all(|c| c == '\n' || !c.is_control()));
}
