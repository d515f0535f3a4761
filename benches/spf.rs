//! SPF: reading a record, and checks whose answers lie in memory, against the bare look-ups.

use criterion::{Criterion, criterion_group, criterion_main};
use postrider_core::UnixTime;
use postrider_resolver::{
    Answer, Kind, LookupError, Name, Question, Resolver, ZoneResolver, block_on,
};
use postrider_spf::{Identity, Limits, Record, Sender, Session, Step, Verdict, check};
use std::collections::HashMap;
use std::hint::black_box;

/// Answers found by their question, as a warm cache would.
struct Warm(HashMap<Question, Answer>);

impl Resolver for Warm {
    async fn lookup(&self, question: Question) -> Result<Answer, LookupError> {
        self.0.get(&question).cloned().ok_or(LookupError::Refused)
    }
}

/// Eleven `ip4` terms.
const RECORD: &[u8] = b"v=spf1 ip4:198.51.100.0/24 ip4:198.51.101.0/24 ip4:198.51.102.0/24 \
    ip4:198.51.103.7 ip4:198.51.104.0/22 ip4:198.51.108.9 ip4:203.0.113.0/25 ip4:203.0.113.128/26 \
    ip4:203.0.113.200 ip4:203.0.113.201 ip4:203.0.113.202 -all";

/// A check of eight questions: three includes, an `mx` with two hosts, an `a`, and the record.
const ZONE: &str = r#"
$ORIGIN example.
$TTL 300
bank   TXT "v=spf1 include:esp1.example include:esp2.example mx a:web.example -all"
esp1   TXT "v=spf1 ip4:198.51.100.0/24 ip4:198.51.101.0/24 ip6:2001:db8:1::/48 -all"
esp2   TXT "v=spf1 include:esp3.example ip4:198.51.102.0/24 -all"
esp3   TXT "v=spf1 ip4:198.51.103.0/24 ip4:198.51.104.0/22 ~all"
bank   MX 10 mx1
bank   MX 20 mx2
mx1    A 203.0.113.1
mx2    A 203.0.113.2
web    A 192.0.2.66
"#;

const QUESTIONS: [(&str, Kind); 8] = [
    ("bank.example", Kind::Txt),
    ("esp1.example", Kind::Txt),
    ("esp2.example", Kind::Txt),
    ("esp3.example", Kind::Txt),
    ("bank.example", Kind::Mx),
    ("mx1.example", Kind::A),
    ("mx2.example", Kind::A),
    ("web.example", Kind::A),
];

fn warm() -> Warm {
    let zone = ZoneResolver::parse(ZONE).expect("zone text");
    let answers = QUESTIONS.map(|(name, kind)| {
        let question = Question::new(Name::parse(name).expect("a name"), kind);
        let answer = zone.answer(&question).expect("an answer");
        (question, answer)
    });
    Warm(answers.into())
}

fn spf(c: &mut Criterion) {
    let mut group = c.benchmark_group("spf");
    group.bench_function("parse, 11 ip4", |b| {
        b.iter(|| Record::parse(black_box(RECORD)).expect("a record"));
    });

    let warm = warm();
    let questions: Vec<_> = warm.0.keys().cloned().collect();
    group.bench_function("8 bare look-ups", |b| {
        b.iter(|| {
            for question in &questions {
                let answer = block_on(warm.lookup(black_box(question.clone())));
                let _ = black_box(answer);
            }
        });
    });

    let now = UnixTime::from_secs(1_795_508_500);
    let client = "192.0.2.66".parse().expect("an address");
    let sender = Sender::parse(b"news@bank.example");
    let session = Session::new(client, b"mail.bank.example", sender, &now);
    let limits = Limits::rfc7208();
    group.bench_function("check, 8 look-ups", |b| {
        b.iter(|| {
            let untraced = &mut ();
            let check = check(&warm, black_box(&session), Identity::MailFrom, &limits, untraced);
            let outcome = block_on(check).expect("no waiting");
            assert_eq!(outcome.verdict, Verdict::Pass);
            outcome
        });
    });
    group.bench_function("check, 8 look-ups, traced", |b| {
        b.iter(|| {
            let mut steps: Vec<Step> = Vec::new();
            let check = check(&warm, black_box(&session), Identity::MailFrom, &limits, &mut steps);
            (block_on(check).expect("no waiting"), steps)
        });
    });
    group.finish();
}

criterion_group!(benches, spf);
criterion_main!(benches);
