//! Where the mail of a domain goes, by the records of a zone file.
//!
//! `cargo run -p postrider-delivery --example route -- ZONE-FILE DOMAIN`
#![expect(clippy::print_stdout, reason = "an example prints")]

use postrider_delivery::{Random, mx};
use postrider_resolver::{ZoneResolver, block_on};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(zone), Some(domain)) = (words.next(), words.next()) else {
        return Err("usage: route ZONE-FILE DOMAIN".into());
    };
    let zone = ZoneResolver::parse(std::fs::read(zone)?)?;
    let policy = mx::Policy::default();
    let found = block_on(mx::resolve(&zone, &domain.parse()?, &policy, &Random::new(7)))?;
    for asked in &found.asked {
        match &asked.answer {
            Ok(answer) => {
                println!("asked  {}: {} record(s)", asked.question, answer.records().len());
            }
            Err(error) => println!("asked  {}: {error}", asked.question),
        }
    }
    for note in &found.notes {
        println!("note   {note}");
    }
    match &found.result {
        Ok(targets) => targets
            .iter()
            .for_each(|t| println!("host   {} {} {:?}", t.preference, t.name(), t.addresses)),
        Err(why) => println!("none   {} {why}", why.status()),
    }
    Ok(())
}
