//! Judges an author domain over a zone file: `judge corp.example spf:bounce.corp.example < zone`.

use postrider_core::DomainName;
use postrider_dmarc::{Identifier, Outcome, Policy, evaluate};
use postrider_resolver::{ZoneResolver, block_on};
use std::error::Error;
use std::io::{Read, Write};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let author = DomainName::parse(&args.next().ok_or("an author domain is missing")?)?;
    let mut identifiers = Vec::new();
    for arg in args {
        let (mechanism, domain) =
            arg.split_once(':').ok_or("spf:DOMAIN or dkim:DOMAIN expected")?;
        let domain = DomainName::parse(domain)?;
        identifiers.push(match mechanism {
            "spf" => Identifier::spf(domain, Outcome::Pass),
            _ => Identifier::dkim(domain, Outcome::Pass),
        });
    }
    let mut zone = Vec::new();
    std::io::stdin().read_to_end(&mut zone)?;
    let zone = ZoneResolver::parse(zone)?;
    let verdict = block_on(evaluate(&zone, &author, &identifiers, &Policy::DEFAULT))?;
    writeln!(std::io::stdout(), "{verdict}")?;
    Ok(())
}
