//! Signs and verifies a body that streams, and prints how much memory the process ever held.
//!
//! ```text
//! cargo run --release -p postrider-dkim --example dkim_memory -- [MiB, 1024 if not given]
//! ```
//!
//! Fails when that was 32 MiB or more. The figure is `VmHWM` of `/proc/self/status`, so this runs on
//! Linux.
#![expect(clippy::print_stdout, reason = "it is what the example is for")]

use postrider_core::{DomainName, UnixTime};
use postrider_dkim::{
    Canonicalization, Form, KeyRecord, Policy, PrivateKey, Selector, SignRequest, Signer, Verifier,
};
use postrider_message::HeaderBlock;
use postrider_resolver::{Answer, Content, Record, Txt};
use std::error::Error;
use std::sync::Arc;

const HEADER: &[u8] = b"From: Ann <ann@example.org>\r\nSubject: large\r\n\r\n";
const LIMIT_KIB: u64 = 32 * 1024;
const CHUNK: usize = 64 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let mib = std::env::args().nth(1).map_or(Ok(1024), |text| text.parse())?;
    let chunks = usize::saturating_mul(mib, (1 << 20) / CHUNK);
    let line = b"Dear Bob, what follows  is long.\t All of it is signed. \r\n";
    let chunk: Vec<u8> = line.iter().copied().cycle().take(CHUNK).collect();
    let now = UnixTime::from_secs(1_795_508_500);
    let before = peak_kib()?;

    let key = Arc::new(PrivateKey::from_ed25519_seed(&[7; 32])?);
    let record = KeyRecord::new(key.public().clone()).to_string();
    let domain = DomainName::parse("example.org")?;
    let request = SignRequest::new(domain, Selector::parse("m1")?, key);
    let simple = Canonicalization { header: Form::Simple, body: Form::Simple };
    let (headers, _) = HeaderBlock::parse(HEADER);
    let both = vec![request.clone(), request.canonicalization(simple)];
    let mut signer = Signer::new(both, &headers, now)?;
    (0..chunks).for_each(|_| signer.body(&chunk));
    let header = [signer.finish()?.concat(), HEADER.to_vec()].concat();

    let (headers, _) = HeaderBlock::parse(&header);
    let mut verifier = Verifier::new(&Policy::default(), &headers, now);
    for asked in verifier.questions().to_vec() {
        let txt = Record::Txt(Txt::from_strings([record.as_bytes()]));
        let content = Content::Records(vec![txt]);
        verifier.key(asked.id, Ok(Answer::new(asked.question.name, content, 300)));
    }
    (0..chunks).for_each(|_| verifier.body(&chunk));
    for verdict in verifier.finish() {
        println!("{}: {verdict}", verdict.result);
        if !verdict.is_pass() {
            return Err("a signature does not verify".into());
        }
    }

    let peak = peak_kib()?;
    println!("{mib} MiB signed and verified twice over; peak {peak} KiB, {before} KiB before");
    if peak >= LIMIT_KIB {
        return Err(format!("more than {LIMIT_KIB} KiB").into());
    }
    Ok(())
}

/// The most memory that this process ever held.
fn peak_kib() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
