//! Verifies a message file over a zone file and prints what there is to say.
//!
//! ```text
//! cargo run -p postrider-dkim --example dkim_verify -- letter.eml bank.zone [seconds since 1970]
//! ```
//!
//! The zone file holds the key records, for example
//! `m1._domainkey.bank.example. 300 IN TXT "v=DKIM1; k=ed25519; p=…"`.
#![expect(clippy::print_stdout, reason = "it is what the example is for")]

use postrider_core::UnixTime;
use postrider_dkim::{DiagnosisLevel, Policy, verify};
use postrider_resolver::{ZoneResolver, block_on};
use std::error::Error;
use std::fs;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(message), Some(zone)) = (args.next(), args.next()) else {
        return Err("usage: dkim_verify MESSAGE ZONE [SECONDS]".into());
    };
    // Without a moment given, the signatures are judged at a time when none has expired.
    let now = args.next().map_or(Ok(0), |secs| secs.parse())?;
    let mut policy = Policy::default();
    policy.diagnosis = DiagnosisLevel::Deep;
    if now == 0 {
        policy.future = postrider_dkim::Switch::Allow;
    }
    let zone = ZoneResolver::parse(&fs::read(zone)?)?;
    let message = fs::read(message)?;
    let verdicts = block_on(verify(&zone, &policy, &message, UnixTime::from_secs(now)))?;
    if verdicts.is_empty() {
        println!("none: there is no signature");
    }
    for verdict in verdicts {
        println!("{}", verdict.story());
    }
    Ok(())
}
