//! DMARC: a verdict whose answers lie in memory; reading a report of 5,000 rows against a plain read
//! of its XML.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use postrider_core::{DomainName, SafeText, UnixTime};
use postrider_dmarc::{Identifier, Outcome, Policy, Record, evaluate};
use postrider_reports::aggregate::{
    Aggregate, AuthResult, Collector, DkimAuth, Evaluated, EvaluatedDisposition, Metadata,
    Observation, PassFail, PolicyPublished, Row, SpfAuth,
};
use postrider_reports::{Limits, read};
use postrider_resolver::{ZoneResolver, block_on};
use quick_xml::Reader;
use quick_xml::events::Event;
use std::hint::black_box;

const RECORD: &[u8] =
    b"v=DMARC1; p=reject; sp=quarantine; adkim=s; aspf=r; rua=mailto:d@bank.example";
const ROWS: u32 = 5_000;

fn domain(name: &str) -> DomainName {
    DomainName::parse(name).unwrap()
}

fn verdicts(c: &mut Criterion) {
    c.bench_function("dmarc/record", |b| b.iter(|| Record::parse(black_box(RECORD))));
    let zone = "_dmarc.bank.example. 300 IN TXT \"v=DMARC1; p=reject\"\n";
    let zone = ZoneResolver::parse(zone).unwrap();
    let author = domain("news.mail.bank.example");
    let ids = [
        Identifier::spf(domain("bounce.esp.example"), Outcome::Pass),
        Identifier::dkim(domain("bank.example"), Outcome::Pass),
    ];
    c.bench_function("dmarc/evaluate/two-identifiers", |b| {
        b.iter(|| block_on(evaluate(&zone, black_box(&author), &ids, &Policy::DEFAULT)).unwrap());
    });
}

fn report() -> Aggregate {
    let mut collector = Collector::default();
    let policy = PolicyPublished::new(domain("bank.example"));
    for ip in 0..ROWS {
        let evaluated = Evaluated::new(EvaluatedDisposition::Pass, PassFail::Pass, PassFail::Fail);
        let source = std::net::Ipv4Addr::from(0xc000_0200 + ip).into();
        let row = Row::new(source, u64::from(ip), evaluated, domain("bank.example"));
        let dkim =
            DkimAuth::new(domain("bank.example"), SafeText::from_static("m1"), AuthResult::Pass);
        let spf = SpfAuth::new(domain("esp.example"), AuthResult::Pass);
        collector.add(Observation::new(policy.clone(), row).with_auth(vec![dkim], vec![spf]));
    }
    let text = SafeText::from_static;
    let (begin, end) = (UnixTime::from_secs(1_795_478_400), UnixTime::from_secs(1_795_564_799));
    collector
        .finish(|_| Metadata::new(text("R"), text("r@r.example"), text("1"), begin, end))
        .remove(0)
}

fn reports(c: &mut Criterion) {
    let report = report();
    let xml = report.to_xml();
    let mut group = c.benchmark_group("report-5000-rows");
    group.sample_size(20).throughput(Throughput::Bytes(u64::try_from(xml.len()).unwrap()));
    group.bench_function("read", |b| b.iter(|| read(black_box(xml.as_bytes()), &Limits::DEFAULT)));
    group.bench_function("floor/quick-xml", |b| {
        b.iter(|| {
            let mut reader = Reader::from_str(black_box(&xml));
            let mut events = 0_u64;
            while !matches!(reader.read_event().unwrap(), Event::Eof) {
                events += 1;
            }
            events
        });
    });
    group.bench_function("write", |b| b.iter(|| black_box(&report).to_xml()));
    group.finish();
}

criterion_group!(benches, verdicts, reports);
criterion_main!(benches);
