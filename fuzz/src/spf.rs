//! Targets of `postrider-spf`.

use crate::Body;
use postrider_core::UnixTime;
use postrider_resolver::zone::FaultKinds;
use postrider_resolver::{LookupError, Name, Record as Data, Txt, ZoneResolver, block_on};
use postrider_spf::whatif::MAX_CHANGES;
use postrider_spf::{
    DomainSpec, Event, Identity, Limits, MacroString, ReceivedSpf, Record, Sender, Session, Step,
    Verdict, check, is_spf, what_if,
};
use std::net::IpAddr;

pub(crate) const TARGETS: &[(&str, Body)] =
    &[("spf_record", record), ("spf_eval", eval), ("received_spf", received_spf)];

/// A record is read or refused with places in it; what was read is written, and read as the same.
fn record(data: &[u8]) {
    if let Ok(text) = MacroString::parse_explanation(data) {
        assert_eq!(text.to_string().as_bytes(), data);
    }
    if let Ok(spec) = DomainSpec::parse(data) {
        assert_eq!(DomainSpec::parse(spec.to_string().as_bytes()), Ok(spec));
    }
    match Record::parse(data) {
        Ok(record) => {
            assert!(is_spf(data));
            assert_eq!(record.text().as_bytes(), data);
            let written = record.to_string();
            let again = Record::parse(written.as_bytes()).expect("its own writing");
            assert_eq!(again.to_string(), written);
            assert!(record.terms().iter().zip(again.terms()).all(|(a, b)| a.kind == b.kind));
            assert!(record.reporting().percentage <= 100);
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            assert!(faults.iter().all(|f| f.span.end <= data.len()));
        }
    }
}

/// A check over a world made of lines ends within its budget; its text is harmless; the trace
/// changes nothing.
fn eval(data: &[u8]) {
    let (zone, client) = world(data);
    let now = UnixTime::from_secs(1_795_508_500);
    let lines: Vec<_> = data.split(|b| *b == b'\n').collect();
    let sender = Sender::parse(lines.first().copied().unwrap_or_default());
    let limits = Limits::rfc7208();
    for sender in [sender, Sender::parse(b"a.b-c@d0.example")] {
        let session = Session::new(client, b"d1.example", sender, &now);
        let mut steps: Vec<Step> = Vec::new();
        let traced = check(&zone, &session, Identity::MailFrom, &limits, &mut steps);
        let outcome = block_on(traced).expect("a zone never waits");
        let untraced = &mut ();
        let plain = check(&zone, &session, Identity::MailFrom, &limits, untraced);
        assert_eq!(block_on(plain).expect("a zone never waits"), outcome);

        let asked = steps.iter().filter(|s| matches!(s.event, Event::Asked { .. })).count();
        assert!(asked <= 1 + 10 * 11 + 11 + 1, "{asked} questions");
        assert_eq!(outcome.verdict, outcome.why.verdict());
        let printable = |text: &str| text.bytes().all(|b| matches!(b, 0x20..=0x7e));
        assert!(printable(&outcome.why.to_string()), "{}", outcome.why);
        if let Some(explanation) = &outcome.explanation {
            assert_eq!(outcome.verdict, Verdict::Fail);
            assert!(printable(explanation.as_str()) && explanation.as_str().len() <= 512);
        }
        let story = outcome.story(&steps).to_string();
        assert!(story.chars().all(|c| c == '\n' || !c.is_control()), "{story:?}");
        let field = ReceivedSpf::new(&outcome, &session);
        assert_eq!(ReceivedSpf::parse(field.to_string().as_bytes()), Ok(field));

        let what = what_if(&zone, &session, &outcome, &limits);
        let what = block_on(what).expect("a zone never waits");
        assert!(what.changes.len() <= MAX_CHANGES);
        assert!(outcome.verdict != Verdict::Pass || what.changes.is_empty());
        let told = what.to_string();
        assert!(told.chars().all(|c| c == '\n' || !c.is_control()), "{told:?}");
    }
}

/// A value of `Received-SPF` is read or refused with a place; what was read is written, and read as
/// the same.
fn received_spf(data: &[u8]) {
    match ReceivedSpf::parse(data) {
        Ok(field) => assert_eq!(ReceivedSpf::parse(field.to_string().as_bytes()), Ok(field)),
        Err(e) => assert!(e.at <= data.len() + 1),
    }
}

/// Line 0 is the sender; each other line is a fact: its first octet says of whom and what.
fn world(data: &[u8]) -> (ZoneResolver, IpAddr) {
    let mut zone = ZoneResolver::new();
    let v4 = [192, 0, 2, data.first().copied().unwrap_or_default() & 1];
    let client = match data.first() {
        Some(b) if b & 2 != 0 => IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1]),
        _ => IpAddr::from(v4),
    };
    for line in data.split(|b| *b == b'\n').skip(1).take(24) {
        let Some((&selector, rest)) = line.split_first() else {
            continue;
        };
        let name = domain(selector >> 4);
        let target = || domain(rest.first().copied().unwrap_or_default());
        let fact = match selector & 7 {
            0 => Data::A(v4.into()),
            1 => Data::Aaaa([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1].into()),
            2 => Data::Mx { preference: 10, exchange: target() },
            3 => Data::Cname(target()),
            4 => {
                zone.insert(Name::reverse(client), 300, Data::Ptr(name));
                continue;
            }
            5 => {
                zone.fail(name, FaultKinds::All, LookupError::Timeout);
                continue;
            }
            _ => Data::Txt(Txt::from_strings([&[b"v=spf1 ", rest].concat()[..]])),
        };
        zone.insert(name, 300, fact);
    }
    (zone, client)
}

fn domain(n: u8) -> Name {
    let text = format!("d{}.example", n % 5);
    Name::from_dotted(text.as_bytes()).expect("a name")
}
