//! What the topic tests share: a check over a zone in text.

#![expect(clippy::unwrap_used, reason = "a test may")]
#![allow(
    dead_code,
    clippy::allow_attributes,
    reason = "each topic uses its part, so there is no expectation"
)]

use postrider_core::UnixTime;
use postrider_resolver::{ZoneResolver, block_on};
use postrider_spf::{Identity, Limits, Outcome, Sender, Session, Step, Verdict, check};

pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_795_508_500);
/// The client of a check that does not say otherwise.
pub(crate) const CLIENT: &str = "192.0.2.66";

/// Zone text in which `$ORIGIN` is the root; lines may be indented.
pub(crate) fn zone(text: &str) -> ZoneResolver {
    let lines: String = text.lines().map(|l| format!("{}\n", l.trim())).collect();
    ZoneResolver::parse(format!("$ORIGIN .\n$TTL 300\n{lines}")).unwrap()
}

/// A zone in which `d.example` publishes `record`, with more lines behind it.
pub(crate) fn publishes(record: &str, more: &str) -> ZoneResolver {
    zone(&format!("d.example TXT \"{record}\"\n{more}"))
}

/// Checks `joe@d.example` from a client.
pub(crate) fn from(client: &str, zone: &ZoneResolver) -> Outcome {
    mail(client, "joe@d.example", zone)
}

/// Checks a sender from a client.
pub(crate) fn mail(client: &str, sender: &str, zone: &ZoneResolver) -> Outcome {
    traced(client, sender, zone).0
}

/// Checks `joe@d.example` from [`CLIENT`] and gives the verdict alone.
pub(crate) fn verdict(record: &str, more: &str) -> Verdict {
    from(CLIENT, &publishes(record, more)).verdict
}

/// Checks a sender from a client, with the steps.
pub(crate) fn traced(client: &str, sender: &str, zone: &ZoneResolver) -> (Outcome, Vec<Step>) {
    let mut steps = Vec::new();
    let session = Session::new(
        client.parse().unwrap(),
        b"mail.d.example",
        Sender::parse(sender.as_bytes()),
        &NOW,
    );
    let limits = Limits::rfc7208();
    let check = check(zone, &session, Identity::MailFrom, &limits, &mut steps);
    let outcome = block_on(check).unwrap();
    (outcome, steps)
}
