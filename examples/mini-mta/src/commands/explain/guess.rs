//! What the command line leaves open, taken from the message's own header, and said so.

use crate::cli;
use crate::config::Config;
use postrider_core::{ForwardPath, Host, Mailbox, ReversePath};
use postrider_message::{Grammar, HeaderBlock, ParsedReceived, mailboxes};
use std::net::IpAddr;

/// Envelope and client of a message.
#[derive(Clone, Debug)]
pub(super) struct Guess {
    pub(super) ip: Option<IpAddr>,
    pub(super) helo: Host,
    pub(super) from: ReversePath,
    pub(super) to: Vec<ForwardPath>,
    /// What was guessed, in words.
    pub(super) said: Vec<String>,
}

/// Fills in what the arguments do not say.
pub(super) fn guess(octets: &[u8], args: &cli::Explain, config: &Config) -> Result<Guess, String> {
    let (block, _) = HeaderBlock::parse(octets);
    let received = block.get("Received").and_then(|f| ParsedReceived::parse(f.raw_value).ok());
    let mut said = Vec::new();
    let from = match &args.mail_from {
        Some(text) => reverse_path(text)?,
        None => sender(&block, &mut said),
    };
    let ip = args.ip.or_else(|| {
        let ip = received.as_ref()?.client_address()?;
        said.push(format!("client {ip}, from the topmost Received"));
        Some(ip)
    });
    let helo = match &args.helo {
        Some(text) => text.parse().map_err(|e| format!("--helo {text}: {e}"))?,
        None => {
            let named =
                received.as_ref().and_then(|r| Guess::host(r.clause("from")?.value.as_str()));
            let helo = named.unwrap_or_else(|| domain_of(&from, config));
            said.push(format!("EHLO {helo}"));
            helo
        }
    };
    let to = recipients(&block, args, config, &mut said)?;
    Ok(Guess { ip, helo, from, to, said })
}

fn reverse_path(text: &str) -> Result<ReversePath, String> {
    match text {
        "" | "<>" => Ok(ReversePath::Null),
        text => text
            .trim_matches(['<', '>'])
            .parse::<Mailbox>()
            .map(ReversePath::from)
            .map_err(|e| format!("--mail-from {text}: {e}")),
    }
}

/// Return-Path, else the author.
fn sender(block: &HeaderBlock<'_>, said: &mut Vec<String>) -> ReversePath {
    for name in ["Return-Path", "From"] {
        let Some(field) = block.get(name) else { continue };
        let found = mailboxes(field.raw_value, Grammar::Lenient).unwrap_or_default();
        if let Some(mailbox) = found.first().and_then(postrider_message::Address::to_mailbox) {
            said.push(format!("MAIL FROM <{mailbox}>, from {name}"));
            return mailbox.into();
        }
    }
    said.push("MAIL FROM <>".to_owned());
    ReversePath::Null
}

fn recipients(
    block: &HeaderBlock<'_>,
    args: &cli::Explain,
    config: &Config,
    said: &mut Vec<String>,
) -> Result<Vec<ForwardPath>, String> {
    if !args.rcpt.is_empty() {
        let read = |text: &String| {
            text.parse::<Mailbox>()
                .map(ForwardPath::from)
                .map_err(|e| format!("--rcpt {text}: {e}"))
        };
        return args.rcpt.iter().map(read).collect();
    }
    let delivered =
        block.get("Delivered-To").map(|f| String::from_utf8_lossy(&f.unfolded()).trim().to_owned());
    if let Some(mailbox) = delivered.and_then(|text| text.parse::<Mailbox>().ok()) {
        said.push(format!("RCPT TO <{mailbox}>, from Delivered-To"));
        return Ok(vec![mailbox.into()]);
    }
    let domain = config.server.local_domains.first().ok_or("no local domain")?;
    said.push(format!("RCPT TO <postmaster@{domain}>"));
    let postmaster: Mailbox = format!("postmaster@{domain}").parse().map_err(|e| format!("{e}"))?;
    Ok(vec![postmaster.into()])
}

fn domain_of(from: &ReversePath, config: &Config) -> Host {
    let domain = from.mailbox().and_then(Mailbox::domain_name);
    domain.unwrap_or(&config.server.hostname).clone().into()
}
