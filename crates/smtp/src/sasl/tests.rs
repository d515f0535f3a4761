use super::client::{Exchange as Client, Offer};
use super::scram::Nonce;
use super::server::{Exchange as Server, Step};
use super::*;
use proptest::prelude::*;

mod client;
mod server;

fn credentials(user: &str, password: &str) -> Credentials {
    Credentials::new(SafeText::new(user).unwrap(), Secret::new(password.to_owned()))
}

/// The client's side by this mechanism.
fn client_of(mechanism: Mechanism, credentials: Credentials) -> Client {
    let offer = Offer { mechanisms: &[mechanism], bindings: None };
    let nonce = Nonce::from_random([0; Nonce::OCTETS]);
    Client::choose(&[mechanism], offer, &credentials.into(), &nonce).unwrap()
}

/// Runs both sides against each other.
fn run(mechanism: Mechanism, credentials: Credentials) -> Result<Credentials, SaslError> {
    let mut client = client_of(mechanism, credentials);
    let initial = client.initial();
    let mut step = Server::start(mechanism, initial)?;
    loop {
        match step {
            Step::LookUp(_) | Step::Proven { .. } => panic!("not SCRAM"),
            Step::Done(credentials) => return Ok(credentials),
            Step::Challenge { line, next } => {
                let answer = client.respond(line.as_str().as_bytes())?;
                step = next.respond(answer.expose().as_bytes())?;
            }
        }
    }
}

/// The answer of PLAIN to a line.
fn plain(line: &[u8]) -> Result<Step, SaslError> {
    match Server::start(Mechanism::Plain, None)? {
        Step::LookUp(_) | Step::Proven { .. } => panic!("not SCRAM"),
        Step::Challenge { next, .. } => next.respond(line),
        done @ Step::Done(_) => Ok(done),
    }
}

fn secret(message: &[u8]) -> Secret<Vec<u8>> {
    Secret::new(message.to_vec())
}

#[test]
fn plain_example_of_rfc_4616() {
    // RFC 4616 §4: authzid "Ursel", authcid "Kurt", password "xipj3plmq".
    let mut ours = credentials("Kurt", "xipj3plmq");
    ours.authorization = Some(SafeText::from_static("Ursel"));
    let message = client_of(Mechanism::Plain, ours.clone()).initial().unwrap();
    assert_eq!(message.expose(), b"Ursel\0Kurt\0xipj3plmq");
    let theirs = run(Mechanism::Plain, ours).unwrap();
    assert_eq!(theirs.authorization.unwrap().as_str(), "Ursel");
    assert_eq!(theirs.user.as_str(), "Kurt");
}

#[test]
fn login_asks_for_user_and_password() {
    let Ok(Step::Challenge { line, next }) = Server::start(Mechanism::Login, None) else {
        panic!("no challenge")
    };
    assert_eq!(line.as_str(), "VXNlcm5hbWU6");
    let Ok(Step::Challenge { line, next }) = next.respond(b"dG9t") else { panic!("no challenge") };
    assert_eq!(line.as_str(), "UGFzc3dvcmQ6");
    let Ok(Step::Done(done)) = next.respond(b"c2VjcmV0") else { panic!("not done") };
    assert_eq!((done.user.as_str(), done.password.expose().as_str()), ("tom", "secret"));
}

#[test]
fn login_takes_the_user_as_initial_response() {
    let step = Server::start(Mechanism::Login, Some(secret(b"tom")));
    assert!(matches!(step, Ok(Step::Challenge { line, .. }) if line.as_str() == "UGFzc3dvcmQ6"));
}

#[test]
fn base64_is_strict() {
    for len in 0..16 {
        for padding in 0..4 {
            let line = format!("{}{}", "A".repeat(len), "=".repeat(padding));
            let canonical = (len + padding) % 4 == 0 && padding < 3 && (len > 0 || padding == 0);
            let base64 = !matches!(plain(line.as_bytes()), Err(SaslError::Base64));
            assert_eq!(base64, canonical, "{line}");
        }
    }
    for bad in ["AAAB=", "AB==AAAA", "AAA\n", " AAAA", "AA-_", "AAB="] {
        assert_eq!(plain(bad.as_bytes()).err(), Some(SaslError::Base64), "{bad}");
    }
}

#[test]
fn star_cancels() {
    assert_eq!(plain(b"*").err(), Some(SaslError::Cancelled));
}

#[test]
fn lines_end_at_12288_octets() {
    for (len, long) in [(12_284, false), (12_288, true)] {
        let line = vec![b'A'; len];
        assert_eq!(plain(&line).err() == Some(SaslError::Long), long, "{len}");
    }
    let line = vec![b'A'; 12_287];
    assert_eq!(plain(&line).err(), Some(SaslError::Long));
}

#[test]
fn plain_wants_three_parts_that_are_not_empty() {
    let start = |message: &[u8]| Server::start(Mechanism::Plain, Some(secret(message)));
    for bad in [
        &b"user\0pass"[..],
        b"\0user\0pass\0",
        b"\0\0pass",
        b"\0user\0",
        b"\0us\ner\0pass",
        b"\0us\xff\0pass",
    ] {
        assert!(matches!(start(bad), Err(SaslError::Malformed { .. })), "{bad:?}");
    }
    assert!(matches!(start(b""), Err(SaslError::Malformed { .. })));
}

#[test]
fn a_challenge_too_many_is_not_answered() {
    let mut client = client_of(Mechanism::Plain, credentials("u", "p"));
    assert!(client.initial().is_some());
    assert!(client.respond(b"").is_err());
    assert!(client.initial().is_none());
}

#[test]
fn debug_shows_no_password() {
    let client = client_of(Mechanism::Login, credentials("tom", "hunter2"));
    assert!(!format!("{client:?}").contains("hunter2"));
}

#[test]
fn the_client_chooses_by_its_own_order() {
    use Mechanism::{Login, Plain};
    let (who, nonce) = (credentials("u", "p").into(), Nonce::from_random([0; Nonce::OCTETS]));
    let choose = |wanted: &[Mechanism], mechanisms: &[Mechanism]| {
        let offer = Offer { mechanisms, bindings: None };
        Client::choose(wanted, offer, &who, &nonce).map(|exchange| exchange.mechanism())
    };
    assert_eq!(choose(&[Plain, Login], &[Login, Plain]), Some(Plain));
    assert_eq!(choose(&[Plain], &[Login]), None);
    assert_eq!(Mechanism::parse(b"plain"), Some(Plain));
    assert_eq!(Mechanism::parse(b"CRAM-MD5"), None);
}

proptest! {
    #[test]
    fn both_sides_agree(user in "[ -~é€]{1,40}", password in "[^\0]{1,40}") {
        for mechanism in Mechanism::PASSWORD {
            let done = run(mechanism, credentials(&user, &password)).unwrap();
            prop_assert_eq!(done.user.as_str(), &user);
            prop_assert_eq!(done.password.expose(), &password);
            prop_assert_eq!(done.authorization, None);
        }
    }
}
