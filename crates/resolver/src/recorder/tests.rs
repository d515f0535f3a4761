use super::*;
use crate::{Kind, block_on};
use std::sync::atomic::{AtomicU64, Ordering};

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

const WORLD: &str = r#"
$ORIGIN example.org.
$TTL 600
;!secure @
;!insecure plain
@ SOA ns1 hostmaster 1 2 3 4 90
@ MX 10 mail
@ 60 TXT "v=spf1 include:spf.example.net" " -all"
mail A 192.0.2.1
mail A 192.0.2.2
www CNAME mail
out CNAME relay.plain
relay.plain A 192.0.2.9
dangling CNAME gone
loop CNAME loop
*.wild TXT "w"
deep.down.there A 192.0.2.3
;!timeout _dmarc TXT
;!servfail late A
;!bogus forged TXT
;!refused closed
;!error "no \"route\"" broken TXT
"#;

/// Every name of the world and some beside it, with every type.
fn questions() -> Vec<Question> {
    let names = [
        "@",
        "mail",
        "www",
        "out",
        "relay.plain",
        "dangling",
        "gone",
        "loop",
        "x.wild",
        "_dmarc",
        "late",
        "forged",
        "closed",
        "broken",
        "down.there",
        "nobody",
        "x.mail",
    ];
    let names = names.map(|n| match n {
        "@" => name("example.org"),
        n => name(&format!("{n}.example.org")),
    });
    let each = |n: &Name| Kind::ALL.map(|kind| Question::new(n.clone(), kind));
    names.iter().flat_map(each).collect()
}

#[test]
fn recorded_lookups_replay_equally() {
    let world = RecordingResolver::new(ZoneResolver::parse(WORLD).unwrap());
    let first: Vec<_> =
        questions().into_iter().map(|q| block_on(world.lookup(q)).unwrap()).collect();
    assert!(first.iter().any(Result::is_err) && first.iter().flatten().any(|a| a.authentic));
    let text = world.to_zone().to_string();
    let replayed = ZoneResolver::parse(&text).unwrap();
    for (question, first) in questions().iter().zip(first) {
        assert_eq!(first, replayed.answer(question), "{question}\n{text}");
    }
}

#[test]
fn lookups_keep_their_order() {
    let recorder = RecordingResolver::new(ZoneResolver::parse(WORLD).unwrap());
    let asked: Vec<Question> = questions().into_iter().rev().take(5).collect();
    for question in &asked {
        block_on(recorder.lookup(question.clone())).unwrap().ok();
    }
    let kept: Vec<Question> = recorder.lookups().into_iter().map(|l| l.question).collect();
    assert_eq!(kept, asked);
    assert_eq!(recorder.take().len(), 5);
    assert_eq!(recorder.lookups(), []);
}

#[test]
fn limit_drops_and_counts() {
    for (limit, kept, dropped) in [(2, 2, 1), (3, 3, 0), (4, 3, 0)] {
        let recorder = RecordingResolver::with_limit(ZoneResolver::new(), limit);
        for question in questions().into_iter().take(3) {
            assert!(block_on(recorder.lookup(question)).unwrap().is_ok());
        }
        let counts = (recorder.lookups().len(), recorder.dropped());
        assert_eq!(counts, (kept, dropped));
    }
}

#[test]
fn first_of_differing_results_counts() {
    let question = Question::new(name("example.org"), Kind::A);
    let lookup = |result| Lookup { question: question.clone(), result, duration: None };
    let denial = Answer::new(name("example.org"), Content::NxDomain, 5);
    let zone = replay(&[lookup(Ok(denial.clone())), lookup(Err(LookupError::Timeout))]);
    assert_eq!(zone.answer(&question), Ok(denial));
}

#[test]
fn a_clock_tells_how_long_each_look_up_took() {
    let [first, second, _] = [0, 1, 2].map(|i| questions()[i].clone());
    let plain = RecordingResolver::new(ZoneResolver::new());
    block_on(plain.lookup(first.clone())).unwrap().unwrap();
    assert_eq!(plain.lookups()[0].duration, None);

    // Each reading is later than the one before: by 1 ms, 2 ms, 3 ms.
    let readings = AtomicU64::new(0);
    let clock = || {
        let n = readings.fetch_add(1, Ordering::Relaxed);
        Duration::from_millis(n * (n + 1) / 2)
    };
    let timed = RecordingResolver::new(ZoneResolver::new()).with_clock(clock);
    for question in [first, second] {
        block_on(timed.lookup(question)).unwrap().unwrap();
    }
    let durations: Vec<_> = timed.lookups().into_iter().filter_map(|l| l.duration).collect();
    assert_eq!(durations, [1, 3].map(Duration::from_millis));
}
