use super::*;
use crate::{Soa, Txt};
use postrider_core::SafeText;
use proptest::collection::vec;
use proptest::prelude::*;

fn label() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(any::<u8>(), 1..8), "[a-z*_@$;.\"() -]{1,4}".prop_map(String::into_bytes)]
}

fn name() -> impl Strategy<Value = Name> {
    vec(label(), 0..4)
        .prop_map(|labels| Name::from_labels(labels.iter().map(Vec::as_slice)).unwrap())
}

fn txt() -> impl Strategy<Value = Txt> {
    vec(vec(any::<u8>(), 0..12), 0..3)
        .prop_map(|strings| Txt::from_strings(strings.iter().map(Vec::as_slice)))
}

fn record() -> impl Strategy<Value = Record> {
    prop_oneof![
        any::<[u8; 4]>().prop_map(|a| Record::A(a.into())),
        any::<[u8; 16]>().prop_map(|a| Record::Aaaa(a.into())),
        (any::<u16>(), name())
            .prop_map(|(preference, exchange)| Record::Mx { preference, exchange }),
        txt().prop_map(Record::Txt),
        name().prop_map(Record::Ptr),
        name().prop_map(Record::Cname),
        name().prop_map(Record::Ns),
        (name(), name(), any::<[u32; 5]>()).prop_map(|(primary, mailbox, n)| Record::Soa(Soa {
            primary,
            mailbox,
            serial: n[0],
            refresh: n[1],
            retry: n[2],
            expire: n[3],
            minimum: n[4],
        })),
        (any::<[u8; 3]>(), vec(any::<u8>(), 0..5)).prop_map(|(n, data)| Record::Tlsa {
            usage: n[0],
            selector: n[1],
            matching: n[2],
            data: data.into(),
        }),
    ]
}

fn error() -> impl Strategy<Value = LookupError> {
    prop_oneof![
        Just(LookupError::Timeout),
        any::<bool>().prop_map(|bogus| LookupError::ServFail { bogus }),
        Just(LookupError::Refused),
        Just(LookupError::Malformed),
        Just(LookupError::AliasLoop),
        Just(LookupError::NotEncodable),
        "\\PC{0,300}".prop_map(|text| LookupError::Other(SafeText::escaped(text.as_bytes()))),
    ]
}

fn kinds() -> impl Strategy<Value = FaultKinds> {
    let some = || vec(proptest::sample::select(Kind::ALL.to_vec()), 0..3);
    prop_oneof![
        Just(FaultKinds::All),
        some().prop_map(FaultKinds::Only),
        some().prop_map(FaultKinds::AllBut),
    ]
}

fn forced() -> impl Strategy<Value = Forced> {
    prop_oneof![
        error().prop_map(Forced::Fail),
        any::<u32>().prop_map(|ttl| Forced::NoData { ttl }),
        any::<u32>().prop_map(|ttl| Forced::NxDomain { ttl }),
    ]
}

prop_compose! {
    fn zone()(
        records in vec((name(), any::<u32>(), record()), 0..6),
        forced in vec((name(), kinds(), forced()), 0..4),
        nodes in vec(name(), 0..2),
        trust in vec((name(), any::<bool>()), 0..3),
    ) -> ZoneResolver {
        let mut zone = ZoneResolver::new();
        for (name, ttl, record) in records {
            zone.insert(name, ttl, record);
        }
        for (name, kinds, forced) in forced {
            zone.force(name, kinds, forced);
        }
        nodes.into_iter().for_each(|name| zone.insert_node(name));
        for (name, secure) in trust {
            zone.trust(name, if secure { Trust::Secure } else { Trust::Insecure });
        }
        zone
    }
}

proptest! {
    #[test]
    fn parse_reads_what_display_wrote(zone in zone()) {
        let text = zone.to_string();
        prop_assert_eq!(ZoneResolver::parse(&text), Ok(zone), "{}", text);
    }

    #[test]
    fn any_octets_parse_or_fail_with_places(text in vec(any::<u8>(), 0..200)) {
        if let Err(errors) = ZoneResolver::parse(&text) {
            prop_assert!(errors.errors().iter().all(|e| e.line > 0 && e.column > 0));
        }
    }

    #[test]
    fn zone_like_text_round_trips(text in "([a-c.@$;!\"()\\\\ \t\n0-9]|IN |A |TXT |MX |\\$TTL |exists ){0,60}") {
        if let Ok(zone) = ZoneResolver::parse(&text) {
            prop_assert_eq!(ZoneResolver::parse(zone.to_string()), Ok(zone));
        }
    }
}

#[test]
fn text_is_one_record_a_line_with_parents_first() {
    let zone = ZoneResolver::parse(
        "$ORIGIN example.org.\n$TTL 60\n_dmarc TXT \"v=DMARC1\" \"; p=none\"\n@ MX 0 .\n\
         mail A 192.0.2.1\n;!timeout mail AAAA TXT\n;!exists empty\n;!secure @\n",
    )
    .unwrap();
    let text = "\
;!secure example.org.
example.org. 60 IN MX 0 .
_dmarc.example.org. 60 IN TXT \"v=DMARC1\" \"; p=none\"
;!exists empty.example.org.
mail.example.org. 60 IN A 192.0.2.1
;!timeout mail.example.org. AAAA TXT
";
    assert_eq!(zone.to_string(), text);
}
