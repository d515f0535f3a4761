//! RFC 6376 appendix A: the example message, its signature and its key.

use crate::support::{judge, replaced, zone};
use postrider_dkim::{DkimResult, KeyType};

const KEY: &str = "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQ\
    g1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH\
    4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";

const MESSAGE: &str = "DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r
      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r
      h=Received : From : To : Subject : Date : Message-ID;\r
      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r
      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r
      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r
      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r
      4bmp/YzhwvcubU4=;\r
Received: from client1.football.example.com  [192.0.2.1]\r
      by submitserver.example.com with SUBMISSION;\r
      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r
From: Joe SixPack <joe@football.example.com>\r
To: Suzie Q <suzie@shopping.example.net>\r
Subject: Is dinner ready?\r
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r
Message-ID: <20030712040037.46341.5F8J@football.example.com>\r
\r
Hi.\r
\r
We lost the game. Are you hungry yet?\r
\r
Joe.\r
";

#[test]
fn the_example_verifies() {
    let zone = zone(&[("brisbane._domainkey.example.com", KEY)]);
    let verdict = judge(&zone, MESSAGE.as_bytes()).remove(0);
    assert_eq!(verdict.result, DkimResult::Pass, "{verdict}");
    assert_eq!(verdict.identity.unwrap().to_string(), "joe@football.example.com");
    let key = verdict.key.unwrap();
    assert_eq!((key.key_type, key.bits), (KeyType::Rsa, 1024));
    assert_eq!(verdict.coverage.unwrap().names, "received:from:to:subject:date:message-id");
}

#[test]
fn simple_tolerates_no_change_of_a_header() {
    let zone = zone(&[("brisbane._domainkey.example.com", KEY)]);
    for (from, to) in [("Subject: Is", "Subject:  Is"), ("To: S", "TO: S"), ("with S", "with s")] {
        let verdict = judge(&zone, &replaced(MESSAGE.as_bytes(), from, to)).remove(0);
        assert_eq!(verdict.why.code(), "headers-changed", "{from}");
    }
}
