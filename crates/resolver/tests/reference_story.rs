//! Zones of the shared corpora, which `POSTRIDER_CORPORA` points to; nothing to do without it.

use postrider_resolver::{Kind, Name, Question, Record, ZoneResolver};
use std::path::PathBuf;

#[test]
fn reference_story_loads() {
    let Some(corpora) = std::env::var_os("POSTRIDER_CORPORA").map(PathBuf::from) else {
        return;
    };
    let text = std::fs::read(corpora.join("reference-story/zone.txt")).unwrap();
    let zone = ZoneResolver::parse(&text).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(zone.records().count(), 11);
    let key = Name::parse("202505r._domainkey.example.org").unwrap();
    let answer = zone.answer(&Question::new(key, Kind::Txt)).unwrap();
    let [Record::Txt(txt)] = answer.records() else {
        panic!("one TXT record expected, got {answer:?}");
    };
    assert_eq!(txt.strings().len(), 2);
    assert!(txt.joined().ends_with(b"IDAQAB"));
    assert_eq!(ZoneResolver::parse(zone.to_string()), Ok(zone));
}
