//! HAProxy in front of our server: the client's address is what the PROXY header says.

use crate::peer::Peer;
use crate::receiver::Receiver;
use postrider_core::Network;
use postrider_smtp::server::Tls;
use postrider_tests::{installed, python_with, run};
use std::process::Command;

/// Sends from an address that is not the balancer's.
const FROM_66: &str = r#"
import smtplib, sys
client = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=20, source_address=("127.0.0.66", 0))
client.sendmail("a@client.example", ["b@mx.example"], "Subject: balanced\r\n\r\nhi\r\n")
client.quit()
"#;

fn balanced(send: &str, tls: Tls) {
    let (haproxy, python) = match (installed("haproxy"), python_with("smtplib")) {
        (Ok(haproxy), Ok(python)) => (haproxy, python),
        (Err(skipped), _) | (_, Err(skipped)) => return println!("{skipped}"),
    };
    let receiver = Receiver::with(tls, |config| {
        config.proxies = vec!["127.0.0.0/8".parse::<Network>().expect("a network")];
    });
    let balancer = Peer::start(|at| {
        let config = format!(
            "global\n  maxconn 100\ndefaults\n  mode tcp\n  timeout connect 5s\n  timeout client 20s\n  \
             timeout server 20s\nlisten smtp\n  bind {at}\n  server m {} {send}\n",
            receiver.at
        );
        let mut command = Command::new(haproxy);
        command.args(["-db", "-f"]).arg(receiver.file("haproxy.cfg", config.as_bytes()));
        command
    });
    let mut client = Command::new(python);
    run(client.args(["-c", FROM_66, &balancer.at.port().to_string()]));
    let mail = receiver.mail();
    assert_eq!(mail.peer.expect("a peer").ip().to_string(), "127.0.0.66");
    assert_eq!(mail.body, b"Subject: balanced\r\n\r\nhi\r\n");
}

#[test]
fn haproxy_with_proxy_v1() {
    balanced("send-proxy", Tls::Off);
}

#[test]
fn haproxy_with_proxy_v2() {
    balanced("send-proxy-v2", Tls::Off);
}

#[test]
fn haproxy_with_proxy_v2_before_implicit_tls() {
    balanced("send-proxy-v2 ssl verify none", Tls::Implicit);
}
