//! Who the client is: its address behind a forwarder, its reverse name, its EHLO name.

use super::{out_of, with_dns};
use crate::config::Listener;
use postrider_core::{DomainName, Host};
use postrider_resolver::Lookup;
use postrider_smtp::value::Hello;
use postrider_spf::iprev::IprevWhy;
use postrider_spf::{Iprev, IprevVerdict};
use postrider_trace::{Draft, Fix, Out, Stage};
use std::net::IpAddr;

/// Where the client's address comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    /// The address of the peer, or the one in a trusted PROXY header.
    Known(IpAddr),
    /// A private or loopback peer that sent no PROXY header: the true client is hidden.
    Hidden(IpAddr),
}

impl Client {
    /// Judges the peer of a connection: `claimed` is what a trusted PROXY header said.
    pub(crate) fn of(peer: IpAddr, claimed: Option<IpAddr>) -> Self {
        match claimed {
            Some(ip) => Self::Known(ip.to_canonical()),
            None if is_private(peer) => Self::Hidden(peer),
            None => Self::Known(peer.to_canonical()),
        }
    }

    /// The address, if it is the client's.
    pub(crate) const fn known(self) -> Option<IpAddr> {
        match self {
            Self::Known(ip) => Some(ip),
            Self::Hidden(_) => None,
        }
    }
}

fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(a) => a.is_private() || a.is_loopback() || a.is_link_local(),
        IpAddr::V6(a) => a.is_loopback() || a.is_unique_local() || a.is_unicast_link_local(),
    }
}

/// What the PROXY header said, or that there was none.
pub(crate) fn proxy(peer: IpAddr, client: Client, listener: &Listener) -> Draft {
    match client {
        Client::Hidden(_) if listener.role.is_submission() => {
            Draft::skipped(Stage::Proxy, "proxy", "role-submission").say("no PROXY header: own users are known by their login")
        }
        Client::Known(ip) if ip == peer.to_canonical() => {
            Draft::skipped(Stage::Proxy, "proxy", "not-behind-forwarder").say("the peer is the client")
        }
        Client::Known(ip) => Draft::check(Stage::Proxy, "proxy", Out::Pass)
            .given("peer", peer.to_string())
            .got("client", ip.to_string())
            .say(&format!("PROXY header from trusted {peer}: the client is {ip}")),
        Client::Hidden(ip) => Draft::check(Stage::Proxy, "proxy", Out::Warn)
            .why("forwarder-hides-client")
            .given("peer", ip.to_string())
            .say(&format!("{ip} is a private address and sent no PROXY header: the true client is hidden"))
            .fix(Fix::new(
                "net.source-ip-lost",
                &format!(
                    "Turn on PROXY protocol in the forwarder: frp `transport.proxyProtocolVersion = \"v2\"`, \
                     and name it here: [listener.{}] proxy_from = [\"{ip}/32\"].",
                    listener.name
                ),
            )),
    }
}

/// The reverse name of the client.
pub(crate) fn iprev(outcome: &Iprev, lookups: &[Lookup]) -> Draft {
    let ip = outcome.client;
    let say = match &outcome.why {
        IprevWhy::Confirmed(name) => format!("{ip} and {} name each other", name.name()),
        IprevWhy::NoName => format!("{ip} has no PTR record"),
        why => format!("{ip}: {why}"),
    };
    // What RFC 8601 calls permerror is, for the operator, a PTR that is not there.
    let out = match outcome.verdict {
        IprevVerdict::PermError => Out::Fail,
        verdict => out_of(verdict.as_str()),
    };
    let draft = Draft::check(Stage::Iprev, "iprev", out)
        .why(outcome.why.code())
        .given("ip", ip.to_string())
        .say(&say);
    with_dns(draft, lookups)
}

/// What the client called itself.
pub(crate) fn ehlo(hello: &Hello, iprev: Option<&Iprev>, ours: &DomainName) -> Draft {
    let shown = hello.to_string();
    let event = |out, why: &str, say: String| {
        Draft::check(Stage::Ehlo, "ehlo", out).why(why).given("name", shown.as_str()).say(&say)
    };
    match hello.host() {
        None => event(
            Out::Warn,
            "helo-malformed",
            format!("EHLO {shown} is neither a name nor an address literal"),
        ),
        Some(Host::Name(name)) if name == ours => {
            event(Out::Warn, "helo-is-ours", format!("EHLO {shown} is our own name"))
        }
        Some(Host::Name(name)) if !name.is_full() => {
            event(Out::Warn, "helo-not-full", format!("EHLO {shown} is no full host name"))
        }
        Some(Host::Name(name)) => {
            let own = iprev
                .and_then(|i| i.name())
                .and_then(|n| n.name().to_domain())
                .is_some_and(|ptr| ptr == *name);
            let tail = if own { " and is the client's own" } else { "" };
            event(Out::Pass, "helo-full", format!("EHLO {shown} is a full name{tail}"))
        }
        Some(_) => event(Out::Pass, "helo-literal", format!("EHLO {shown} is an address literal")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_peer_without_proxy_header_hides_the_client() {
        let peer = "10.77.0.1".parse().unwrap();
        assert_eq!(Client::of(peer, None), Client::Hidden(peer));
        let claimed = "192.0.2.66".parse().unwrap();
        assert_eq!(Client::of(peer, Some(claimed)), Client::Known(claimed));
        let public = "198.51.100.9".parse().unwrap();
        assert_eq!(Client::of(public, None).known(), Some(public));
    }
}
