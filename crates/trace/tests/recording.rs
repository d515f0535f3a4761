//! Recording: numbers without gaps, ids, caps, and nothing that could be another line.
#![cfg(test)]

use postrider_core::{Id, IdSource, UnixTime};
use postrider_trace::recorder::MAX_EVENTS;
use postrider_trace::{
    At, Datum, Dns, Draft, Effect, Event, Fix, LineSink, MemorySink, Out, Reason, Recorder,
    SessionId, Stage, Trace, TraceSink, Truth, read_lines,
};
use proptest::prelude::*;
use std::sync::Arc;

const NOW: UnixTime = UnixTime::from_millis(1_795_508_500_150);

fn ids() -> impl FnMut() -> Id {
    let mut source = IdSource::new(7, None);
    move || source.next(NOW)
}

fn check() -> Draft {
    Draft::check(Stage::Spf, "spf", Out::Pass)
}

/// The event as it reaches the sink.
fn recorded(draft: Draft) -> Event {
    let sink = Arc::new(MemorySink::new());
    Recorder::local_message(ids()(), sink.clone()).record(NOW, draft);
    sink.take().remove(0)
}

#[test]
fn numbers_are_of_the_session_the_message_and_the_attempt() {
    let mut next = ids();
    let sink = Arc::new(MemorySink::new());
    let mut session = Recorder::session(SessionId::new(next()), sink.clone());
    session.record(NOW, check());
    let id = next();
    let mut message = session.message(id);
    message.record(NOW, check());
    message.record(NOW, check());
    session.record(NOW, check());
    Recorder::attempt(id, 1, sink.clone()).record(NOW, check());
    let numbers: Vec<_> = sink.events().iter().map(|e| (e.n, e.msg, e.att)).collect();
    let m = Some(id);
    assert_eq!(
        numbers,
        [(1, None, None), (1, m, None), (2, m, None), (2, None, None), (1, m, Some(1))]
    );
}

#[test]
fn session_events_are_copied_in_front_of_each_message() {
    let mut next = ids();
    let sink = Arc::new(MemorySink::new());
    let mut session = Recorder::session(SessionId::new(next()), sink.clone());
    session.record(NOW, Draft::check(Stage::Connect, "connect", Out::Info));
    let mut first = session.message(next());
    first.record(NOW, check());
    session.record(NOW, Draft::check(Stage::Auth, "auth", Out::Pass));
    let mut second = session.message(next());
    second.record(NOW, check());
    let traces = Trace::group(sink.take());
    let fronts: Vec<usize> = traces.iter().map(|t| t.session.len()).collect();
    assert_eq!(fronts, [1, 2], "what came later is not shown in front");
    assert!(traces.iter().all(|t| t.gaps().count() == 0));
}

#[test]
fn session_without_message_has_a_trace_of_its_own() {
    let sink = Arc::new(MemorySink::new());
    let mut session = Recorder::session(SessionId::new(ids()()), sink.clone());
    session.record(NOW, Draft::decision(Stage::Connect, Effect::Reject));
    let traces = Trace::group(sink.take());
    assert_eq!(traces.len(), 1);
    assert_eq!(Some(traces[0].id), session.trace_id());
    assert!(traces[0].id.to_string().starts_with("s-"));
}

#[test]
fn events_are_limited_at_512_and_decisions_are_not() {
    let sink = Arc::new(MemorySink::new());
    let mut message = Recorder::local_message(ids()(), sink.clone());
    for _ in 0..MAX_EVENTS - 1 {
        message.record(NOW, check());
    }
    assert_eq!(message.recorded(), 511);
    message.record(NOW, check());
    assert_eq!(message.recorded(), 512);
    message.record(NOW, check());
    assert_eq!(message.recorded(), 512);
    message.record(NOW, Draft::decision(Stage::Data, Effect::Accept));
    message.record(NOW, Draft::decision(Stage::Data, Effect::Accept));
    let events = sink.take();
    let truncated: Vec<bool> = events.iter().skip(511).map(|e| e.truncated).collect();
    assert_eq!(truncated, [false, true, false]);
    assert_eq!(Trace::group(events)[0].gaps().count(), 0);
}

#[test]
fn values_are_limited_at_256_octets() {
    for (len, kept, truncated) in [(255, 255, false), (256, 256, false), (257, 256, true)] {
        let text = "x".repeat(len);
        let event = recorded(check().say(&text).given("name", text.as_str()));
        assert_eq!(event.say.unwrap().as_str().len(), kept);
        assert_eq!(event.given.get("name").unwrap().as_text().unwrap().len(), kept);
        assert_eq!(event.truncated, truncated, "{len}");
    }
}

#[test]
fn lists_are_cut_as_a_whole() {
    let many: Vec<String> = (0..100).map(|n| format!("domain{n}.example")).collect();
    let event = recorded(check().leaf("local_domains", many));
    let Some(Datum::List(kept)) = event.leaves.get("local_domains") else {
        panic!("a list");
    };
    assert!((10..20).contains(&kept.len()));
    assert!(event.truncated);
}

#[test]
fn reply_of_a_decision_is_kept_whole() {
    let reply = format!("550 5.7.1 {}", "x".repeat(440));
    let decision = Draft::decision(Stage::Data, Effect::Reject).reply(&reply);
    assert_eq!(recorded(decision).reply.unwrap().as_str(), reply);
}

#[test]
fn a_long_key_record_is_kept_for_asking_it_again() {
    let key = format!("v=DKIM1; p={}", "A".repeat(1_000));
    let event = recorded(check().dns(Dns::answered("m1._domainkey.example TXT", [key.as_str()])));
    assert_eq!(event.dns[0].a[0].as_str(), key);
    assert!(!event.truncated);
}

#[test]
fn text_of_a_client_is_escaped() {
    let event = recorded(check().given("name", Datum::octets(b"a\r\nb\\\xff")).say("line\nbreak"));
    assert_eq!(event.given.get("name").unwrap().as_text(), Some("a\\x0d\\x0ab\\\\\\xff"));
    assert_eq!(event.say.unwrap().as_str(), "line\\x0abreak");
}

#[test]
fn rules_of_several_lines_become_one() {
    let rule = Draft::rule(Stage::Policy, "rule:r", Out::No, "a == b\n\tand c");
    assert_eq!(recorded(rule).when.unwrap().as_str(), "a == b and c");
}

#[test]
fn lost_lines_show_as_a_gap() {
    let sink = Arc::new(MemorySink::new());
    let mut message = Recorder::local_message(ids()(), sink.clone());
    for _ in 0..5 {
        message.record(NOW, check());
    }
    let mut events = sink.take();
    events.drain(1..3);
    let traces = Trace::group(events);
    let gaps: Vec<_> = traces[0].gaps().map(|g| (g.before, g.missing)).collect();
    assert_eq!(gaps, [(4, 2)]);
    let view = postrider_trace::render(&traces[0], &postrider_trace::View::new());
    assert!(view.contains("! 2 events lost here"), "{view}");
}

#[test]
fn each_event_is_one_line() {
    let sink = Arc::new(LineSink::new(Vec::new()));
    let mut message = Recorder::local_message(ids()(), sink.clone());
    message.record(NOW, check().say("a\nb"));
    message.record(NOW, check());
    drop(message);
    let text = Arc::into_inner(sink).unwrap().into_inner();
    assert_eq!(text.iter().filter(|&&b| b == b'\n').count(), 2);
    assert_eq!(read_lines(&text).events.len(), 2);
}

#[test]
fn sink_that_cannot_write_counts_what_is_lost() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let sink = LineSink::new(Full);
    sink.event(&recorded(check()));
    assert_eq!(sink.lost(), 1);
}

#[test]
fn keys_have_one_order_and_absent_ones_are_left_out() {
    let event = recorded(
        Draft::rule(Stage::Policy, "rule:r", Out::Unknown, "spf == fail")
            .took(3)
            .fix(Fix::new("spf.slow", "ask again"))
            .say("said")
            .at(At::new("a:b.toml", 7))
            .leaf("spf", Datum::unknown("deadline"))
            .because(Reason::new(
                "spf == fail",
                Truth::unknown("deadline"),
                [("spf", Datum::unknown("deadline"))].into_iter().collect(),
            ))
            .would(Effect::Reject)
            .effect(Effect::Continue),
    );
    let line = event.to_line();
    let tail = line.split_once("\"stage\"").unwrap().1;
    assert_eq!(
        tail,
        r#":"policy","kind":"rule","check":"rule:r","out":"unknown","eff":"continue","would":"reject","when":"spf == fail","because":[["spf == fail",{"unknown":"deadline"},{"spf":{"unknown":"deadline"}}]],"leaves":{"spf":{"unknown":"deadline"}},"at":"a:b.toml:7","say":"said","fix":{"code":"spf.slow","do":"ask again"},"ms":3}"#
    );
    assert_eq!(Event::from_line(line.as_bytes()).unwrap(), event);
}

fn draft() -> impl Strategy<Value = Draft> {
    let octets = || prop::collection::vec(any::<u8>(), 0..300);
    (octets(), ".{0,300}", any::<i64>(), any::<bool>(), 0..19_usize).prop_map(
        |(octets, text, number, flag, stage)| {
            let list = vec![Datum::octets(&octets), Datum::from(number)];
            Draft::check(Stage::ALL[stage], &text, Out::Warn)
                .given(&text, Datum::octets(&octets))
                .got("list", list)
                .dns(Dns::failed(&text, "SERVFAIL").took(3).secure(flag))
                .because(Reason::new(&text, flag.into(), [("n", number)].into_iter().collect()))
                .say(&text)
                .why(&text)
                .took(number.unsigned_abs())
        },
    )
}

proptest! {
    #[test]
    fn any_event_is_one_line_and_comes_back(draft in draft()) {
        let event = recorded(draft);
        let line = event.to_line();
        prop_assert!(!line.contains(char::is_control));
        prop_assert_eq!(Event::from_line(line.as_bytes()).unwrap(), event);
    }

    #[test]
    fn reading_any_octets_never_panics(text in prop::collection::vec(any::<u8>(), 0..200)) {
        let lines = read_lines(&text);
        prop_assert!(lines.events.is_empty() || lines.bad.is_empty() || text.contains(&b'\n'));
    }
}
