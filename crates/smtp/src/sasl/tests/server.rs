//! SCRAM with our client at the other end, and with what stands between them.

use super::super::client::Identity;
use super::super::server::ScramSecret;
use super::*;
use crate::value::ChannelBindings;
use std::num::NonZeroU32;

/// What each side sees of the channel, and the mechanisms that reach the client.
struct Channel<'a> {
    client: ChannelBindings,
    server: Option<ChannelBindings>,
    offered: &'a [Mechanism],
}

fn bindings(octet: u8) -> ChannelBindings {
    ChannelBindings { exporter: Some(vec![octet; 32].into()), end_point: None }
}

fn secret(password: &str) -> ScramSecret {
    let password = Secret::new(password.to_owned());
    ScramSecret::from_password(&password, b"salt", NonZeroU32::new(4096).unwrap())
}

/// Runs an exchange by the password `pencil` and tells who was proven.
fn scram(channel: &Channel<'_>, known: &str, user: &str) -> Result<String, SaslError> {
    let who = Identity::Password(credentials(user, "pencil"));
    let offer = Offer { mechanisms: channel.offered, bindings: Some(&channel.client) };
    let nonce = |octet| Nonce::from_random([octet; Nonce::OCTETS]);
    let mut client = Client::choose(&Mechanism::ALL, offer, &who, &nonce(1)).unwrap();
    let initial = client.initial();
    let mut step = Server::start_bound(client.mechanism(), initial, channel.server.as_ref())?;
    loop {
        step = match step {
            Step::LookUp(look_up) => look_up.found(secret(known), &nonce(2)),
            Step::Challenge { line, next } => {
                let answer = client.respond(line.as_str().as_bytes())?;
                next.respond(answer.expose().as_bytes())?
            }
            Step::Proven { user, .. } => return Ok(user.to_string()),
            Step::Done(_) => panic!("no password is shown"),
        };
    }
}

const BOTH: [Mechanism; 2] = [Mechanism::ScramSha256Plus, Mechanism::ScramSha256];

#[test]
fn who_knows_the_password_is_proven_with_and_without_binding() {
    let bound = Channel { client: bindings(7), server: Some(bindings(7)), offered: &BOTH };
    assert_eq!(scram(&bound, "pencil", "us,e=r").as_deref(), Ok("us,e=r"));
    let plain = Channel { client: bindings(7), server: None, offered: &BOTH[1..] };
    assert_eq!(scram(&plain, "pencil", "user").as_deref(), Ok("user"));
}

#[test]
fn who_does_not_know_the_password_is_not() {
    let channel = Channel { client: bindings(7), server: Some(bindings(7)), offered: &BOTH };
    assert_eq!(scram(&channel, "other", "user"), Err(SaslError::ClientUnproven));
}

#[test]
fn an_exchange_of_another_channel_is_refused() {
    let between = Channel { client: bindings(7), server: Some(bindings(8)), offered: &BOTH };
    assert_eq!(scram(&between, "pencil", "user"), Err(SaslError::Binding));
}

#[test]
fn an_offer_that_was_taken_away_is_noticed() {
    // The server offered binding, and what reached the client did not.
    let stripped = Channel { client: bindings(7), server: Some(bindings(7)), offered: &BOTH[1..] };
    assert_eq!(scram(&stripped, "pencil", "user"), Err(SaslError::Binding));
}

#[test]
fn malformed_first_messages_are_refused() {
    for bad in [
        "",
        "n",
        "n,,",
        "n,,r=x",
        "n,,n=,r=x",
        "n,,n=u",
        "n,,n=u,r=",
        "n,b=x,n=u,r=x",
        "n,,n=u=2c,r=x",
        "n,,m=x,n=u,r=x",
    ] {
        let initial = Some(Secret::new(bad.as_bytes().to_vec()));
        let step = Server::start(Mechanism::ScramSha256, initial);
        assert!(matches!(step, Err(SaslError::Malformed { .. } | SaslError::Binding)), "{bad}");
    }
}
