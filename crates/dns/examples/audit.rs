//! Says what is wrong with a domain in a zone file:
//!
//! `cargo run -p postrider-dns --example audit -- crates/dns/tests/reference-story.zone example.org mail.example.org 198.51.100.7`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use postrider_core::{DomainName, UnixTime};
use postrider_dns::{SetUp, audit};
use postrider_resolver::{ZoneResolver, block_on};
use std::error::Error;
use std::net::IpAddr;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [zone, domain, host, addresses @ ..] = args.as_slice() else {
        return Err("usage: audit ZONE-FILE DOMAIN HOST ADDRESS...".into());
    };
    let zone = ZoneResolver::parse(std::fs::read(zone)?)?;
    let mut setup = SetUp::new(DomainName::parse(domain)?, DomainName::parse(host)?);
    let addresses = addresses.iter().map(|a| a.parse());
    setup.addresses = addresses.collect::<Result<Vec<IpAddr>, _>>()?;
    for finding in block_on(audit(&setup, &zone, UnixTime::from_secs(1_795_508_500)))? {
        println!("{finding}");
    }
    Ok(())
}
