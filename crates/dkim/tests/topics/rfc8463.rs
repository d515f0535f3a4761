//! RFC 8463 appendix A: the same message signed with Ed25519 and with RSA.

use crate::support::{judge, replaced, zone};
use postrider_dkim::{DkimResult, KeyRecord, PrivateKey, SigningInput, SigningKey};

const SEED: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
const ED25519: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const RSA: &str = "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3id\
    Y6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG\
    4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

const MESSAGE: &str = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r
 d=football.example.com; i=@football.example.com;\r
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r
 subject : date : message-id : from : subject : date;\r
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r
 d=football.example.com; i=@football.example.com;\r
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r
 date : message-id : from : subject : date;\r
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r
From: Joe SixPack <joe@football.example.com>\r
To: Suzie Q <suzie@shopping.example.net>\r
Subject: Is dinner ready?\r
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r
Message-ID: <20030712040037.46341.5F8J@football.example.com>\r
\r
Hi.\r
\r
We lost the game.  Are you hungry yet?\r
\r
Joe.\r
";

/// The header's hash input as RFC 6376 §3.7 makes it of the message above, written out by hand.
const INPUT: &str = "from:Joe SixPack <joe@football.example.com>\r
to:Suzie Q <suzie@shopping.example.net>\r
subject:Is dinner ready?\r
date:Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r
message-id:<20030712040037.46341.5F8J@football.example.com>\r
dkim-signature:v=1; a=ed25519-sha256; c=relaxed/relaxed; d=football.example.com; \
i=@football.example.com; q=dns/txt; s=brisbane; t=1528637909; h=from : to : subject : date : \
message-id : from : subject : date; bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=";

fn names() -> [(&'static str, &'static str); 2] {
    [
        ("brisbane._domainkey.football.example.com", ED25519),
        ("test._domainkey.football.example.com", RSA),
    ]
}

#[test]
fn both_signatures_verify() {
    let verdicts = judge(&zone(&names()), MESSAGE.as_bytes());
    let told: Vec<String> = verdicts.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "d=football.example.com s=brisbane: signature verified",
            "d=football.example.com s=test: signature verified"
        ]
    );
}

#[test]
fn the_ed25519_signature_is_reproduced() {
    let key = PrivateKey::from_pem(SEED.as_bytes()).unwrap();
    assert_eq!(KeyRecord::new(key.public().clone()).to_string(), ED25519);
    let signature = key.sign(&SigningInput::new(INPUT.into())).unwrap();
    let text = postrider_dkim::Signature::parse(
        MESSAGE["DKIM-Signature:".len()..].split("\r\nDKIM").next().unwrap().as_bytes(),
    );
    assert_eq!(signature, text.unwrap().signature);
}

#[test]
fn a_change_of_a_signed_field_breaks_both() {
    let verdicts = judge(&zone(&names()), &replaced(MESSAGE.as_bytes(), "dinner", "supper"));
    for verdict in verdicts {
        assert_eq!(verdict.result, DkimResult::Fail);
        assert_eq!(verdict.why.code(), "headers-changed");
    }
}

#[test]
fn an_added_field_that_is_over_signed_breaks_both() {
    let verdicts =
        judge(&zone(&names()), &replaced(MESSAGE.as_bytes(), "To: S", "Date: x\r\nTo: S"));
    assert!(verdicts.iter().all(|v| v.why.code() == "headers-changed"));
}
