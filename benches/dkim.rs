//! DKIM: signing and verifying beside the physical floor of the same backend in the same run.
//!
//! The floor is the bare cryptography on octets that are canonical already: SHA-256 of the body, and
//! one signature or verification. No parsing, no output. Divide a row by its floor for the ratio.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use postrider_benches::{HEADER, SIZES, prose};
use postrider_core::{DomainName, UnixTime};
use postrider_dkim::keygen::{KeySpec, generate};
use postrider_dkim::{KeyRecord, Policy, PrivateKey, Selector, SignRequest, Signer, Verifier};
use postrider_message::HeaderBlock;
use postrider_resolver::{Answer, Content, Record, Txt};
use std::hint::black_box;
use std::sync::Arc;

const NOW: UnixTime = UnixTime::from_secs(1_795_508_500);

fn keys() -> [(&'static str, Arc<PrivateKey>); 2] {
    let new = |spec| Arc::new(generate(spec).expect("keys can be made").key);
    [("ed25519", new(KeySpec::Ed25519)), ("rsa2048", new(KeySpec::Rsa2048))]
}

fn request(key: &Arc<PrivateKey>) -> SignRequest {
    let domain = DomainName::parse("example.org").expect("a name");
    SignRequest::new(domain, Selector::parse("s1").expect("a selector"), Arc::clone(key) as _)
}

fn sign(requests: Vec<SignRequest>, body: &[u8]) -> Vec<Vec<u8>> {
    let (headers, _) = HeaderBlock::parse(HEADER);
    let mut signer = Signer::new(requests, &headers, NOW).expect("a From field");
    signer.body(body);
    signer.finish().expect("the keys sign")
}

fn signing(c: &mut Criterion) {
    let keys = keys();
    for (size, len) in SIZES {
        let body = prose(len);
        let mut group = c.benchmark_group(format!("dkim-sign/{size}"));
        group.throughput(Throughput::Bytes(body.len() as u64));
        for (name, key) in &keys {
            group.bench_function(*name, |b| b.iter(|| sign(vec![request(key)], black_box(&body))));
        }
        let both = || keys.iter().map(|(_, key)| request(key)).collect();
        group.bench_function("dual", |b| b.iter(|| sign(both(), black_box(&body))));
        let floor = ring_ed25519();
        group.bench_function("floor-ed25519", |b| {
            b.iter(|| {
                let hash = ring::digest::digest(&ring::digest::SHA256, black_box(&body));
                floor.sign(hash.as_ref())
            });
        });
        group.finish();
    }
}

fn ring_ed25519() -> ring::signature::Ed25519KeyPair {
    let pkcs8 = ring::signature::Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new());
    ring::signature::Ed25519KeyPair::from_pkcs8(pkcs8.expect("random octets").as_ref())
        .expect("a key")
}

fn verifying(c: &mut Criterion) {
    for (size, len) in SIZES {
        let body = prose(len);
        let mut group = c.benchmark_group(format!("dkim-verify/{size}"));
        group.throughput(Throughput::Bytes(body.len() as u64));
        for (name, key) in keys() {
            let message = [sign(vec![request(&key)], &body).concat(), HEADER.to_vec()].concat();
            let record = Record::Txt(Txt::from_strings([KeyRecord::new(key.public().clone())
                .to_string()
                .as_bytes()]));
            group.bench_with_input(BenchmarkId::from_parameter(name), &message, |b, header| {
                b.iter(|| verify(black_box(header), &record, black_box(&body)));
            });
        }
        group.bench_function("floor-sha256", |b| {
            b.iter(|| ring::digest::digest(&ring::digest::SHA256, black_box(&body)));
        });
        group.finish();
    }
}

fn verify(header: &[u8], record: &Record, body: &[u8]) {
    let (headers, _) = HeaderBlock::parse(header);
    let mut verifier = Verifier::new(&Policy::default(), &headers, NOW);
    for asked in verifier.questions().to_vec() {
        let answer = Answer::new(asked.question.name, Content::Records(vec![record.clone()]), 300);
        verifier.key(asked.id, Ok(answer));
    }
    verifier.body(body);
    assert!(verifier.finish().iter().all(postrider_dkim::Verdict::is_pass));
}

criterion_group!(benches, signing, verifying);
criterion_main!(benches);
