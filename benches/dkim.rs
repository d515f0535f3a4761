//! DKIM: signing and verifying beside the physical floor of the same backend in the same run.
//!
//! The floor is the bare cryptography on octets that are canonical already: SHA-256 of the body, and
//! one signature or verification. No parsing, no output. Divide a row by its floor for the ratio.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use postrider_benches::{HEADER, SIZES, prose};
use postrider_core::{DomainName, UnixTime};
use postrider_dkim::keygen::{KeySpec, generate};
use postrider_dkim::{
    Canonicalization, Form, KeyRecord, Policy, PrivateKey, Selector, SignRequest, Signer, Verifier,
};
use postrider_message::HeaderBlock;
use postrider_resolver::{Answer, Content, Record, Txt};
use std::hint::black_box;
use std::sync::Arc;

const NOW: UnixTime = UnixTime::from_secs(1_795_508_500);

/// A key, and the same key for the floor.
struct Pair {
    name: &'static str,
    key: Arc<PrivateKey>,
    floor: Floor,
}

/// The bare backend.
enum Floor {
    Ed25519(ring::signature::Ed25519KeyPair),
    Rsa(ring::signature::RsaKeyPair),
}

impl Floor {
    /// One signature over a hash, as DKIM makes it.
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => {
                let hash = ring::digest::digest(&ring::digest::SHA256, message);
                key.sign(hash.as_ref()).as_ref().to_vec()
            }
            Self::Rsa(key) => {
                let mut out = vec![0; key.public().modulus_len()];
                let random = ring::rand::SystemRandom::new();
                let done = key.sign(&ring::signature::RSA_PKCS1_SHA256, &random, message, &mut out);
                done.expect("the key signs");
                out
            }
        }
    }

    /// One verification of it.
    fn verify(&self, message: &[u8], signature: &[u8]) {
        use ring::signature::{ED25519, KeyPair, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
        let verified = match self {
            Self::Ed25519(key) => {
                let hash = ring::digest::digest(&ring::digest::SHA256, message);
                UnparsedPublicKey::new(&ED25519, key.public_key()).verify(hash.as_ref(), signature)
            }
            Self::Rsa(key) => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public())
                .verify(message, signature),
        };
        verified.expect("its own signature");
    }
}

fn keys() -> [Pair; 2] {
    let new = |name, spec| {
        let made = generate(spec).expect("keys can be made");
        let lines = made.pem.expose().lines().filter(|l| !l.starts_with('-'));
        let der = base64(&lines.collect::<String>());
        let floor = match spec {
            KeySpec::Ed25519 => Floor::Ed25519(
                ring::signature::Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).expect("a key"),
            ),
            _ => Floor::Rsa(ring::signature::RsaKeyPair::from_pkcs8(&der).expect("a key")),
        };
        Pair { name, key: Arc::new(made.key), floor }
    };
    [new("ed25519", KeySpec::Ed25519), new("rsa2048", KeySpec::Rsa2048)]
}

/// Decodes base64; the library's own decoder is not public.
fn base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let value = |b: u8| LETTERS.iter().position(|&l| l == b).expect("base64");
    let (mut out, mut bits, mut held) = (Vec::new(), 0_usize, 0);
    for b in text.bytes().filter(|&b| b != b'=') {
        bits = (bits << 6 | value(b)) & 0xfff;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).expect("eight bits"));
        }
    }
    out
}

fn request(key: &Arc<PrivateKey>) -> SignRequest {
    let domain = DomainName::parse("example.org").expect("a name");
    SignRequest::new(domain, Selector::parse("s1").expect("a selector"), Arc::clone(key) as _)
}

fn simple(key: &Arc<PrivateKey>) -> SignRequest {
    request(key).canonicalization(Canonicalization { header: Form::Simple, body: Form::Simple })
}

fn sign(requests: Vec<SignRequest>, body: &[u8]) -> Vec<Vec<u8>> {
    let (headers, _) = HeaderBlock::parse(HEADER);
    let mut signer = Signer::new(requests, &headers, NOW).expect("a From field");
    signer.body(body);
    signer.finish().expect("the keys sign")
}

fn hash(octets: &[u8]) -> ring::digest::Digest {
    ring::digest::digest(&ring::digest::SHA256, octets)
}

fn signing(c: &mut Criterion) {
    let keys = keys();
    for (size, len) in SIZES {
        let body = prose(len);
        let mut group = c.benchmark_group(format!("dkim-sign/{size}"));
        group.throughput(Throughput::Bytes(body.len() as u64));
        for Pair { name, key, floor } in &keys {
            group.bench_function(*name, |b| b.iter(|| sign(vec![request(key)], black_box(&body))));
            group.bench_function(format!("{name}-simple"), |b| {
                b.iter(|| sign(vec![simple(key)], black_box(&body)));
            });
            group.bench_function(format!("floor-{name}"), |b| {
                b.iter(|| (hash(black_box(&body)), floor.sign(black_box(HEADER))));
            });
        }
        let both = || keys.iter().map(|pair| request(&pair.key)).collect();
        group.bench_function("dual", |b| b.iter(|| sign(both(), black_box(&body))));
        group.bench_function("floor-dual", |b| {
            b.iter(|| (hash(black_box(&body)), keys.each_ref().map(|k| k.floor.sign(HEADER))));
        });
        group.finish();
    }
}

fn verifying(c: &mut Criterion) {
    let keys = keys();
    for (size, len) in SIZES {
        let body = prose(len);
        let mut group = c.benchmark_group(format!("dkim-verify/{size}"));
        group.throughput(Throughput::Bytes(body.len() as u64));
        for Pair { name, key, floor } in &keys {
            let text = KeyRecord::new(key.public().clone()).to_string();
            let record = Record::Txt(Txt::from_strings([text.as_bytes()]));
            for (row, request) in [("", request(key)), ("-simple", simple(key))] {
                let message = [sign(vec![request], &body).concat(), HEADER.to_vec()].concat();
                group.bench_function(format!("{name}{row}"), |b| {
                    b.iter(|| verify(black_box(&message), &record, black_box(&body)));
                });
            }
            let signature = floor.sign(HEADER);
            group.bench_function(format!("floor-{name}"), |b| {
                b.iter(|| {
                    floor.verify(black_box(HEADER), &signature);
                    hash(black_box(&body))
                });
            });
        }
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
