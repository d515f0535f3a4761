//! SMTP: DATA in, beside `memcpy` and a bare search for the line starts that matter; and commands.

use bytes::BytesMut;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use postrider_benches::prose;
use postrider_smtp::codec::data::{DataDecoder, DataItem};
use postrider_smtp::command::{Command, Leniency};
use std::hint::black_box;

/// Read sizes: a TLS record, and what one Ethernet frame holds.
const READS: [usize; 2] = [16 << 10, 1_460];

/// Commands of a plain session, and of one that uses what EHLO announces.
const PLAIN: [&str; 6] = [
    "EHLO client.example.org",
    "MAIL FROM:<alice@example.org>",
    "RCPT TO:<bob@example.net>",
    "DATA",
    "RSET",
    "QUIT",
];
const EXTENDED: [&str; 4] = [
    "MAIL FROM:<alice@example.org> SIZE=123456 BODY=8BITMIME RET=HDRS ENVID=QQ314159",
    "RCPT TO:<bob@example.net> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob@example.net",
    "RCPT TO:<carol@example.net> NOTIFY=NEVER",
    "BDAT 86 LAST",
];

fn decoding(c: &mut Criterion) {
    let mut wire = prose(1 << 20);
    wire.extend_from_slice(b".\r\n");
    let mut group = c.benchmark_group("smtp-data/1MiB");
    group.throughput(Throughput::Bytes(wire.len() as u64));
    for read in READS {
        group.bench_with_input(BenchmarkId::new("decode", read), &wire, |b, wire| {
            let mut rx = BytesMut::with_capacity(read * 2);
            b.iter(|| decode(black_box(wire), read, &mut rx));
        });
        // What a socket costs at the least: the octets are put where they are read from.
        group.bench_with_input(BenchmarkId::new("floor-read", read), &wire, |b, wire| {
            let mut rx = BytesMut::with_capacity(read * 2);
            b.iter(|| {
                for chunk in black_box(wire).chunks(read) {
                    rx.extend_from_slice(chunk);
                    black_box(&mut rx).clear();
                }
            });
        });
    }
    group.bench_function("floor-memcpy", |b| {
        let mut out = Vec::with_capacity(wire.len());
        b.iter(|| {
            out.clear();
            out.extend_from_slice(black_box(&wire));
            black_box(out.len())
        });
    });
    group.finish();
}

fn decode(wire: &[u8], read: usize, rx: &mut BytesMut) -> usize {
    let mut decoder = DataDecoder::new();
    let mut octets = 0;
    for chunk in wire.chunks(read) {
        rx.extend_from_slice(chunk);
        while let Some(item) = decoder.next(rx, usize::MAX) {
            if let DataItem::Body(body) = item {
                octets += body.len();
            }
        }
    }
    octets
}

fn commands(c: &mut Criterion) {
    let mut group = c.benchmark_group("smtp-commands");
    for (name, lines) in [("plain", &PLAIN[..]), ("extended", &EXTENDED[..])] {
        group.throughput(Throughput::Elements(lines.len() as u64));
        group.bench_function(name, |b| {
            let strict = Leniency::strict();
            b.iter(|| {
                for line in lines {
                    black_box(Command::parse(black_box(line.as_bytes()), &strict).is_ok());
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, decoding, commands);
criterion_main!(benches);
