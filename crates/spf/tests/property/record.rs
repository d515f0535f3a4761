//! Reading and writing of records and macro strings.

use crate::worlds::spf;
use postrider_spf::{DomainSpec, MacroString, Record, is_spf};
use proptest::prelude::*;

/// Octets that look like a record until they do not.
fn almost() -> impl Strategy<Value = Vec<u8>> {
    let noise = proptest::collection::vec(any::<u8>(), 0..4);
    (spf(), noise, any::<prop::sample::Index>()).prop_map(|(text, noise, at)| {
        let mut octets = text.into_bytes();
        let at = at.index(octets.len() + 1);
        octets.splice(at..at, noise);
        octets
    })
}

proptest! {
    #[test]
    fn writing_and_reading_again_changes_nothing(text in spf()) {
        if let Ok(record) = Record::parse(text.as_bytes()) {
            let written = record.to_string();
            let again = Record::parse(written.as_bytes()).unwrap();
            prop_assert_eq!(again.to_string(), written);
            let kinds = |r: &Record| r.terms().iter().map(|t| t.kind.clone()).collect::<Vec<_>>();
            prop_assert_eq!(kinds(&again), kinds(&record));
        }
    }

    #[test]
    fn spans_lie_in_the_record(octets in almost()) {
        match Record::parse(&octets) {
            Ok(record) => {
                prop_assert!(is_spf(&octets));
                for term in record.terms() {
                    let text = record.text_of(term.span);
                    prop_assert!(!text.is_empty() && !text.contains(' '));
                    let again = Record::parse(format!("v=spf1 {text}").as_bytes()).unwrap();
                    prop_assert_eq!(&again.terms()[0].kind, &term.kind);
                }
            }
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                for fault in &faults {
                    prop_assert!(fault.span.end <= octets.len(), "{fault:?}");
                }
                let places: Vec<_> = faults.iter().map(|f| f.span.start).collect();
                prop_assert!(places.is_sorted(), "{faults:?}");
            }
        }
    }

    #[test]
    fn macro_strings_are_written_as_read(octets in proptest::collection::vec(any::<u8>(), 0..40)) {
        if let Ok(text) = MacroString::parse_explanation(&octets) {
            prop_assert_eq!(text.to_string().into_bytes(), octets.clone());
            prop_assert!(text.pieces().all(|p| p.is_ok()));
        }
        if let Ok(spec) = DomainSpec::parse(&octets) {
            prop_assert_eq!(DomainSpec::parse(spec.to_string().as_bytes()), Ok(spec));
        }
    }

    #[test]
    fn a_name_as_domain_spec_stays_that_name(text in "[a-z0-9.%_\\-]{1,20}") {
        let Ok(name) = postrider_resolver::Name::from_dotted(text.as_bytes()) else { return Ok(()) };
        if let Ok(spec) = DomainSpec::from_name(&name) {
            prop_assert!(spec.fixed().is_none_or(|n| *n == name));
            prop_assert!(spec.fixed().is_some() || text.contains('%'));
        }
    }
}
