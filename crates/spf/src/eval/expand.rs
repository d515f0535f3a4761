//! Macro expansion (RFC 7208 §7).

use super::facts::Facts;
use super::{Eval, Frame};
use crate::macros::{DomainSpec, Letter, Macro, MacroString, Piece};
use crate::step::{Event, Trace};
use crate::why::{DomainFault, Why};
use postrider_core::SafeText;
use postrider_resolver::{Name, NameError, Resolver};
use std::borrow::Cow;
use std::net::IpAddr;

/// Longest name in text form (§7.3).
const MAX_NAME: usize = 253;
/// What `%{p}` and `%{r}` are when there is no such name.
const UNKNOWN: &[u8] = b"unknown";

impl<R: Resolver, T: Trace> Eval<'_, R, T> {
    /// The name that a domain-spec stands for; a malformed one is [`Why::BadDomain`].
    pub(super) async fn target(&mut self, frame: &Frame, spec: &DomainSpec) -> Result<Name, Why> {
        if let Some(name) = spec.fixed() {
            return Ok(name.clone());
        }
        if !self.facts.local.is_ascii() && spec.macro_string().needs_local_part() {
            let domain = SafeText::escaped(spec.macro_string().as_str().as_bytes());
            return Err(Why::BadDomain { domain, fault: DomainFault::LocalPart });
        }
        let text = self.expand(frame, spec.macro_string()).await;
        let name = Name::from_dotted(fit(&text));
        self.asker.step(|| Event::Expanded {
            input: spec.macro_string().as_str().into(),
            output: name.clone().map_err(|e: NameError| SafeText::display(&e)),
        });
        name.map_err(|e| Why::BadDomain {
            domain: SafeText::escaped(&text),
            fault: DomainFault::Name(e),
        })
    }

    /// The text of a macro string; only `%{p}` asks DNS.
    pub(super) async fn expand(&mut self, frame: &Frame, text: &MacroString) -> Vec<u8> {
        let confirmed = if text.needs_confirmed_name() {
            self.reverse().await.best_for(&frame.domain).cloned()
        } else {
            None
        };
        let values = Values { facts: &self.facts, domain: &frame.domain, confirmed };
        let mut out = Vec::with_capacity(64);
        // The string was checked when it was read, so there is no `Err` to lose.
        for piece in text.pieces().flatten() {
            match piece {
                Piece::Literal(literal) => out.extend_from_slice(literal.as_bytes()),
                Piece::Percent => out.push(b'%'),
                Piece::Space => out.push(b' '),
                Piece::EncodedSpace => out.extend_from_slice(b"%20"),
                Piece::Macro(m) => insert(&mut out, m, &values.of(m.letter)),
            }
        }
        out
    }
}

/// §7.3: "When the result of macro expansion is used in a domain name query, if the expanded domain
/// name exceeds 253 characters [...], the left side is truncated to fit, by removing successive
/// domain labels (and their following dots) until the total length does not exceed 253 characters."
fn fit(text: &[u8]) -> &[u8] {
    let mut rest = text.strip_suffix(b".").unwrap_or(text);
    while rest.len() > MAX_NAME {
        let Some(dot) = rest.iter().position(|&b| b == b'.') else {
            return rest;
        };
        rest = rest.get(dot + 1..).unwrap_or_default();
    }
    rest
}

/// What the letters stand for in one frame.
struct Values<'a> {
    facts: &'a Facts<'a>,
    domain: &'a Name,
    confirmed: Option<Name>,
}

impl Values<'_> {
    fn of(&self, letter: Letter) -> Cow<'_, [u8]> {
        let facts = self.facts;
        match letter {
            Letter::Sender => facts.sender().into(),
            Letter::Local => facts.local.into(),
            Letter::SenderDomain => (*facts.sender_domain).into(),
            Letter::Domain => dotted(self.domain).into(),
            Letter::Client => parts_of(facts.client).into_bytes().into(),
            Letter::ConfirmedName => match &self.confirmed {
                Some(name) => dotted(name).into(),
                None => UNKNOWN.into(),
            },
            Letter::Family => match facts.client {
                IpAddr::V4(_) => b"in-addr".into(),
                IpAddr::V6(_) => b"ip6".into(),
            },
            Letter::Helo => facts.helo.into(),
            Letter::ReadableClient => facts.client.to_string().into_bytes().into(),
            Letter::Receiver => facts.receiver.map_or(UNKNOWN, |r| r.as_str().as_bytes()).into(),
            Letter::Time => facts.now.secs().to_string().into_bytes().into(),
        }
    }
}

fn dotted(name: &Name) -> Vec<u8> {
    name.labels().collect::<Vec<_>>().join(&b'.')
}

/// §7.3: "For IPv4 addresses, both the "i" and "c" macros expand to the standard dotted-quad format.
/// For IPv6 addresses, the "i" macro expands to a dot-format address".
fn parts_of(client: IpAddr) -> String {
    match client {
        IpAddr::V4(a) => a.to_string(),
        IpAddr::V6(a) => {
            let nibbles = a.octets().into_iter().flat_map(|o| [o >> 4, o & 15]);
            let nibbles: Vec<_> = nibbles.map(|n| format!("{n:X}")).collect();
            nibbles.join(".")
        }
    }
}

/// Applies the transformers of §7.3: split, reverse, keep the right-hand parts, join with dots, and
/// escape for a URL if the letter is in upper case.
fn insert(out: &mut Vec<u8>, m: Macro<'_>, value: &[u8]) {
    let delimiters = if m.delimiters.is_empty() { "." } else { m.delimiters }.as_bytes();
    let mut parts: Vec<&[u8]> = value.split(|b| delimiters.contains(b)).collect();
    if m.reverse {
        parts.reverse();
    }
    let drop = m.keep.map_or(0, |keep| parts.len().saturating_sub(keep));
    let text = parts.get(drop..).unwrap_or_default().join(&b'.');
    if !m.url_escape {
        out.extend_from_slice(&text);
        return;
    }
    for b in text {
        // RFC 3986 §2.3: unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~"
        match b {
            b'-' | b'.' | b'_' | b'~' => out.push(b),
            b if b.is_ascii_alphanumeric() => out.push(b),
            b => out.extend_from_slice(format!("%{b:02X}").as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_lose_labels_from_the_left() {
        let tail = "x".repeat(60);
        let exact = format!("{}.{tail}.{tail}.{tail}.{}", "a".repeat(60), "b".repeat(9));
        assert_eq!(exact.len(), 253);
        assert_eq!(fit(exact.as_bytes()), exact.as_bytes());
        assert_eq!(fit(format!("{exact}.").as_bytes()), exact.as_bytes());
        let longer = format!("a{exact}");
        assert_eq!(fit(longer.as_bytes()), &exact.as_bytes()[61..]);
    }
}
