//! Prints the records that a new mail server needs:
//!
//! `cargo run -p postrider-dns --example plan -- example.org mx.example.org 198.51.100.7 2001:db8::7`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use postrider_core::DomainName;
use postrider_dns::{SetUp, Style, ZonePlan};
use std::error::Error;
use std::net::IpAddr;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [domain, host, addresses @ ..] = args.as_slice() else {
        return Err("usage: plan DOMAIN HOST ADDRESS...".into());
    };
    let mut setup = SetUp::new(DomainName::parse(domain)?, DomainName::parse(host)?);
    let addresses = addresses.iter().map(|a| a.parse());
    setup.addresses = addresses.collect::<Result<Vec<IpAddr>, _>>()?;
    let plan = ZonePlan::for_setup(&setup)?;
    print!("{}", plan.zone_text(Style::Bind));
    println!("\n; the same for a web form:");
    for line in plan.zone_text(Style::Panel).lines() {
        println!("; {line}");
    }
    Ok(())
}
