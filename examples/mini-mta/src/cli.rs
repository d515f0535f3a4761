//! The command line: what can be asked, and nothing of how it is done.

use crate::config::value::Span;
use clap::{Args, Parser, Subcommand, ValueEnum};
use postrider_core::DomainName;
use std::path::PathBuf;

/// A mail server that explains every decision.
///
/// Results go to standard output, the rest to standard error. Exit status: 0 fine, 1 a negative
/// answer, 2 usage or configuration.
#[derive(Debug, Parser)]
#[command(name = "mini-mta", version, max_term_width = 100)]
#[non_exhaustive]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum Command {
    /// Receive, check, queue and deliver mail.
    Serve(Serve),
    /// Show a message signed, delivered and verified, and a forgery refused: no set-up, loopback only.
    Demo(Demo),
    /// Make DKIM keys, a password hash, or a whole first set-up.
    Keygen(Keygen),
    /// Print the records to publish.
    Dns(Dns),
    /// Say what is wrong with the published records of a domain, and how to mend it.
    Doctor(Doctor),
    /// Read the decision traces.
    Trace(Trace),
    /// Judge a message from a file offline, by the very code of the server.
    Explain(Explain),
}

/// `serve`
#[derive(Debug, Args)]
#[non_exhaustive]
pub struct Serve {
    /// Configuration; without one a development set-up in ./mini-mta-dev is made and used.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Load and check the configuration, then stop.
    #[arg(long)]
    pub check: bool,
    /// Development set-up only: take free ports instead of 2525, 2587 and 2465.
    #[arg(long, conflicts_with = "config")]
    pub any_port: bool,
}

/// `demo`
#[derive(Debug, Args)]
#[non_exhaustive]
pub struct Demo {
    /// Print outcomes as JSON instead of the story.
    #[arg(long)]
    pub json: bool,
    /// Leave all files (spools, traces, Maildirs) in this folder, which must be new or empty.
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}

/// `keygen`
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["ed25519", "rsa2048", "rsa4096", "password", "init"])))]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[non_exhaustive]
pub struct Keygen {
    /// An Ed25519 key (RFC 8463).
    #[arg(long)]
    pub ed25519: bool,
    /// An RSA key of 2048 bits.
    #[arg(long)]
    pub rsa2048: bool,
    /// An RSA key of 4096 bits; some receivers refuse those.
    #[arg(long)]
    pub rsa4096: bool,
    /// Hash the password on standard input for users.toml.
    #[arg(long)]
    pub password: bool,
    /// A folder named after the domain: configuration, keys, certificate, one user.
    #[arg(long, value_name = "DOMAIN")]
    pub init: Option<DomainName>,
    /// Selector, for the record that is printed beside the key.
    #[arg(long, value_name = "S", requires = "domain")]
    pub selector: Option<String>,
    /// Domain, for the record that is printed beside the key.
    #[arg(long, value_name = "DOMAIN", requires = "selector")]
    pub domain: Option<DomainName>,
    /// Write the key to this file, mode 0600, instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// How records are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum Format {
    /// Zone file text (RFC 1035).
    #[default]
    Bind,
    /// Name, type and value, for web forms.
    Panel,
    /// JSON.
    Json,
}

/// `dns`
#[derive(Debug, Args)]
#[non_exhaustive]
pub struct Dns {
    /// The domain; without it all local domains of the configuration.
    pub domain: Option<DomainName>,
    /// Configuration; without one that of ./mini-mta.toml or the development set-up.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Public address of the server, repeatable; the outside's view cannot be guessed from here.
    #[arg(long, value_name = "ADDRESS")]
    pub address: Vec<std::net::IpAddr>,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Compare with what is published and exit 1 on a difference.
    #[arg(long)]
    pub check: bool,
    /// Compare with this zone file instead of DNS.
    #[arg(long, value_name = "FILE", requires = "check")]
    pub zone: Option<PathBuf>,
}

/// `doctor`
#[derive(Debug, Args)]
#[non_exhaustive]
pub struct Doctor {
    /// The domain; without it all local domains of the configuration.
    pub domain: Option<DomainName>,
    /// Public address from which this server sends and at which it is reached, repeatable.
    #[arg(long, value_name = "ADDRESS")]
    pub address: Vec<std::net::IpAddr>,
    /// Look at this zone file instead of DNS.
    #[arg(long, value_name = "ZONE")]
    pub offline: Option<PathBuf>,
    /// Print the findings as JSON.
    #[arg(long)]
    pub json: bool,
    /// Configuration; without one that of ./mini-mta.toml or the development set-up.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `trace`
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[non_exhaustive]
pub struct Trace {
    /// Trace id, as in a reply or a Received field.
    pub id: Option<String>,
    /// The last N traces.
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "1", conflicts_with = "id")]
    pub last: Option<usize>,
    /// Only what was refused, deferred or bounced.
    #[arg(long)]
    pub refused: bool,
    /// Only from this address, or from any of a domain given as `@example.org`.
    #[arg(long, value_name = "ADDRESS")]
    pub from: Option<String>,
    /// Only to this address, or to any of a domain given as `@example.org`.
    #[arg(long, value_name = "ADDRESS")]
    pub to: Option<String>,
    /// Only from this client.
    #[arg(long, value_name = "ADDRESS")]
    pub ip: Option<std::net::IpAddr>,
    /// Only what began within this time: 30m, 1h, 2d.
    #[arg(long, value_name = "TIME")]
    pub since: Option<Span>,
    /// The DNS answers seen, as a zone file that `explain` reads.
    #[arg(long, conflicts_with_all = ["json", "full"])]
    pub as_zone: bool,
    /// Also DNS answers and how rules were evaluated.
    #[arg(long)]
    pub full: bool,
    /// The stored lines instead of the human view.
    #[arg(long)]
    pub json: bool,
    /// Plain ASCII marks.
    #[arg(long)]
    pub ascii: bool,
    /// Trace folder; without it that of the configuration.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Configuration; without one that of ./mini-mta.toml or the development set-up.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `explain`
#[derive(Debug, Args)]
#[non_exhaustive]
pub struct Explain {
    /// The message, as it would be sent.
    #[arg(value_name = "FILE")]
    pub message: PathBuf,
    /// DNS as a zone file; a name that is not in it does not exist.
    #[arg(long, value_name = "FILE")]
    pub zone: PathBuf,
    /// Address of the client; without it the client is hidden.
    #[arg(long, value_name = "ADDRESS")]
    pub ip: Option<std::net::IpAddr>,
    /// Name in EHLO; without it the domain of the sender.
    #[arg(long, value_name = "NAME")]
    pub helo: Option<String>,
    /// MAIL FROM; without it the author, `<>` for the null sender.
    #[arg(long, value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// RCPT TO, repeatable; without it the postmaster of the first local domain.
    #[arg(long, value_name = "ADDRESS")]
    pub rcpt: Vec<String>,
    /// Name of the listener; without it the first of role mx.
    #[arg(long, value_name = "NAME")]
    pub listener: Option<String>,
    /// What is to come of it, repeatable: accept, reject, reject:RULE, defer, quarantine,
    /// check:NAME=RESULT, rule:ID=yes|no|unknown. Exit status 1 if one differs.
    #[arg(long, value_name = "E")]
    pub expect: Vec<String>,
    /// Also DNS answers and how rules were evaluated.
    #[arg(long)]
    pub full: bool,
    /// Configuration; without one that of ./mini-mta.toml or the development set-up.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}
