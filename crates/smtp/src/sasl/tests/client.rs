//! The client's side alone, against the examples of the RFCs and servers that cheat.

use super::*;
use crate::sasl::client::{BearerToken, Exchange, Identity, Offer};
use crate::sasl::scram::Nonce;
use crate::value::ChannelBindings;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const NONCE: [u8; Nonce::OCTETS] = [7; Nonce::OCTETS];

fn choose(wanted: &[Mechanism], offered: &[Mechanism], bindings: ChannelBindings) -> Exchange {
    let who = Identity::Password(credentials("user", "pencil"));
    let offer = Offer { mechanisms: offered, bindings: Some(&bindings) };
    Exchange::choose(wanted, offer, &who, &Nonce::from_random(NONCE)).unwrap()
}

fn with_exporter() -> ChannelBindings {
    ChannelBindings { exporter: Some(vec![1; 32].into()), end_point: None }
}

fn first(exchange: &mut Exchange) -> String {
    String::from_utf8(exchange.initial().unwrap().expose().clone()).unwrap()
}

fn respond(exchange: &mut Exchange, challenge: &str) -> Result<String, SaslError> {
    let line = exchange.respond(STANDARD.encode(challenge).as_bytes())?;
    Ok(String::from_utf8(STANDARD.decode(line.expose()).unwrap()).unwrap())
}

#[test]
fn the_strongest_mechanism_is_taken_and_bound_where_it_can_be() {
    let all = Mechanism::ALL;
    let nonce = Nonce::from_random(NONCE);
    for (offered, bindings, name, start) in [
        (&all[..], with_exporter(), "SCRAM-SHA-256-PLUS", "p=tls-exporter,,n=user,r="),
        (&all[..], ChannelBindings::default(), "SCRAM-SHA-256", "n,,n=user,r="),
        // Somebody may have taken -PLUS out of the offer.
        (&all[1..], with_exporter(), "SCRAM-SHA-256", "y,,n=user,r="),
    ] {
        let mut exchange = choose(&all, offered, bindings);
        assert_eq!(exchange.mechanism().name(), name);
        let first = first(&mut exchange);
        assert_eq!(first, format!("{start}{}", nonce.as_str()));
    }
    assert_eq!(choose(&all, &all[2..], with_exporter()).mechanism(), Mechanism::Plain);
}

#[test]
fn a_server_that_does_not_know_the_password_is_found_out() {
    let nonce = Nonce::from_random(NONCE);
    let asked = format!("r={}x,s=AAAA,i=4096", nonce.as_str());
    let scram = [Mechanism::ScramSha256];
    let begin = || {
        let mut exchange = choose(&scram, &scram, ChannelBindings::default());
        first(&mut exchange);
        exchange
    };
    let mut exchange = begin();
    assert!(respond(&mut exchange, &asked).unwrap().starts_with("c=biws,r="));
    assert_eq!(exchange.check_success(), Err(SaslError::ServerUnproven));
    for bad in ["v=AAAA", "e=other-error", "", "v="] {
        assert_eq!(respond(&mut exchange.clone(), bad), Err(SaslError::ServerUnproven));
    }
    let nonce = nonce.as_str();
    for bad in [
        "r=other,s=AAAA,i=4096".to_owned(),
        format!("r={nonce},s=AAAA,i=4096"),
        format!("m=ext,r={nonce}x,s=AAAA,i=4096"),
        format!("r={nonce}x,s=!,i=4096"),
        format!("r={nonce}x,s=AAAA,i=4095"),
        format!("r={nonce}x,s=AAAA,i=1000001"),
        format!("r={nonce}x,s=AAAA,i=99999999999"),
        String::new(),
    ] {
        assert!(respond(&mut begin(), &bad).is_err(), "{bad}");
    }
}

#[test]
fn a_server_that_knows_the_password_proves_it() {
    use crate::sasl::scram::{hmac_sha256, salted_password};
    let scram = [Mechanism::ScramSha256];
    let mut exchange = choose(&scram, &scram, ChannelBindings::default());
    let bare = first(&mut exchange).strip_prefix("n,,").unwrap().to_owned();
    let asked = format!("{}x,s=AAAA,i=4096", bare.strip_prefix("n=user,").unwrap());
    let answer = respond(&mut exchange, &asked).unwrap();
    let without_proof = answer.rsplit_once(",p=").unwrap().0;
    let password = Secret::new("pencil".to_owned());
    let salted = salted_password(&password, &[0, 0, 0], 4096.try_into().unwrap());
    let key = hmac_sha256(salted.expose(), b"Server Key");
    let signed = hmac_sha256(&key, format!("{bare},{asked},{without_proof}").as_bytes());
    let shown = format!("v={}", STANDARD.encode(signed));
    assert_eq!(respond(&mut exchange, &shown), Ok(String::new()));
    assert_eq!(exchange.check_success(), Ok(()));
    assert!(respond(&mut exchange, "").is_err());
}

#[test]
fn tokens_are_shown_as_their_documents_say() {
    let token = Secret::new("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==".to_owned());
    let who = BearerToken::new(SafeText::from_static("user@example.com"), token).unwrap().into();
    let nonce = Nonce::from_random(NONCE);
    for (mechanism, message, dummy) in [
        (
            Mechanism::OAuthBearer,
            "n,a=user@example.com,\u{1}auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\u{1}\u{1}",
            "\u{1}",
        ),
        (
            Mechanism::XOAuth2,
            "user=user@example.com\u{1}auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\u{1}\u{1}",
            "",
        ),
    ] {
        let offer = Offer { mechanisms: &[mechanism], bindings: None };
        let mut exchange = Exchange::choose(&Mechanism::ALL, offer, &who, &nonce).unwrap();
        assert_eq!(first(&mut exchange), message);
        assert_eq!(respond(&mut exchange, "{\"status\":\"401\"}").as_deref(), Ok(dummy));
        assert!(respond(&mut exchange, "").is_err());
    }
    for bad in ["", "a\u{1}b", "a b", "\u{fc}"] {
        let user = SafeText::from_static("u");
        assert!(BearerToken::new(user, Secret::new(bad.to_owned())).is_err());
    }
}

#[test]
fn an_identity_is_shown_by_its_own_mechanisms_only() {
    let nonce = Nonce::from_random(NONCE);
    let offer = Offer { mechanisms: &[Mechanism::XOAuth2], bindings: None };
    let who = Identity::Password(credentials("user", "pencil"));
    assert!(Exchange::choose(&Mechanism::ALL, offer, &who, &nonce).is_none());
}
