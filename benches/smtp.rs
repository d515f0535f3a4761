//! SMTP: DATA in, beside `memcpy` and a bare search for the line starts that matter.

use bytes::BytesMut;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use postrider_benches::prose;
use postrider_smtp::codec::data::{DataDecoder, DataItem};
use std::hint::black_box;

/// Read sizes: a TLS record, and what one Ethernet frame holds.
const READS: [usize; 2] = [16 << 10, 1_460];

fn decoding(c: &mut Criterion) {
    let mut wire = prose(1 << 20);
    wire.extend_from_slice(b".\r\n");
    let mut group = c.benchmark_group("smtp-data/1MiB");
    group.throughput(Throughput::Bytes(wire.len() as u64));
    for read in READS {
        group.bench_with_input(BenchmarkId::new("decode", read), &wire, |b, wire| {
            b.iter(|| decode(black_box(wire), read));
        });
    }
    group.bench_function("floor-memcpy", |b| b.iter(|| black_box(&wire).to_vec()));
    group.finish();
}

fn decode(wire: &[u8], read: usize) -> usize {
    let mut decoder = DataDecoder::new();
    let mut rx = BytesMut::with_capacity(read * 2);
    let mut octets = 0;
    for chunk in wire.chunks(read) {
        rx.extend_from_slice(chunk);
        while let Some(item) = decoder.next(&mut rx, usize::MAX) {
            if let DataItem::Body(body) = item {
                octets += body.len();
            }
        }
    }
    octets
}

criterion_group!(benches, decoding);
criterion_main!(benches);
