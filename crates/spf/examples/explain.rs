//! Tells the story of a check: `explain [ZONE-FILE CLIENT SENDER]`.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use postrider_core::UnixTime;
use postrider_resolver::{ZoneResolver, block_on};
use postrider_spf::{Identity, Limits, Sender, Session, Step, check};
use std::error::Error;

const ZONE: &str = r#"
bank.example.      300 IN TXT "v=spf1 include:esp.example mx -all"
bank.example.      300 IN MX  10 mail.bank.example.
mail.bank.example. 300 IN A   203.0.113.5
esp.example.       300 IN TXT "v=spf1 ip4:198.51.100.0/24 -all"
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (text, client, sender) = match args.as_slice() {
        [file, client, sender] => (std::fs::read_to_string(file)?, &**client, &**sender),
        _ => (ZONE.to_owned(), "192.0.2.66", "news@bank.example"),
    };
    let zone = ZoneResolver::parse(text)?;
    // A clock that stands still: the macro %{t} is 0, and the time limit never strikes.
    let now = UnixTime::from_secs(0);
    let sender = Sender::parse(sender.as_bytes());
    let session = Session::new(client.parse()?, b"client.example", sender, &now);
    let limits = Limits::rfc7208();
    let mut steps: Vec<Step> = Vec::new();
    let outcome = block_on(check(&zone, &session, Identity::MailFrom, &limits, &mut steps))?;
    println!("{}", outcome.story(&steps));
    Ok(())
}
