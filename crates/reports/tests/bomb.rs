//! A small mail that unpacks to a gigabyte. Alone in its process, so that the peak of its memory is
//! that of the reading.

#![expect(clippy::unwrap_used, reason = "a test may fail")]
use flate2::Compression;
use flate2::write::GzEncoder;
use postrider_reports::{Limits, ReadError, UnpackError, read};
use std::io::Write;

const GIGABYTE: usize = 1 << 30;

/// A gigabyte of zeros, gzipped twice, without ever holding it.
fn bomb() -> Vec<u8> {
    let inner = GzEncoder::new(Vec::new(), Compression::best());
    let mut inner = GzEncoder::new(inner, Compression::best());
    let chunk = vec![0; 1 << 20];
    for _ in 0..GIGABYTE / chunk.len() {
        inner.write_all(&chunk).unwrap();
    }
    inner.finish().unwrap().finish().unwrap()
}

/// The most memory that this process ever had, in octets; nothing where the system does not say.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<usize>().ok().map(|kib| kib << 10)
}

#[test]
fn gzip_of_10_kb_that_unpacks_to_1_gb_is_refused_within_64_mib() {
    let bomb = bomb();
    assert!(bomb.len() < 10_000, "{} octets", bomb.len());
    let refused = read(&bomb, &Limits::DEFAULT);
    let most = Limits::DEFAULT.expanded;
    assert_eq!(refused, Err(ReadError::Container(UnpackError::Bomb(most))));
    if let Some(peak) = peak() {
        assert!(peak < 64 << 20, "{peak} octets");
    }
}
