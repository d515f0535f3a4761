//! `mini-mta explain`: a message from a file through the server's own session, over a zone file.
//!
//! Nothing leaves the process: the client, the server and DNS are in memory, the queue is in a folder
//! that is thrown away.

mod expect;
mod guess;

use super::{CommandError, load_config, read_zone};
use crate::cli;
use crate::clock;
use crate::config::{Config, Listener, Role};
use crate::letter::{Answer, Letter, Sender};
use crate::listen;
use crate::server::Server;
use crate::session::Session;
use expect::Expectation;
use guess::{Guess, guess};
use postrider_core::{Host, IdSource};
use postrider_resolver::ZoneResolver;
use postrider_smtp_tokio::client::Tls;
use postrider_smtp_tokio::server::{Ends, Server as Driver, Shutdown};
use postrider_spool::{FileSpool, Options};
use postrider_trace::{Detail, MemorySink, Trace, TraceId, TraceSink, View, render};
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

/// Octets that may be on their way between client and server.
const PIPE: usize = 64 << 10;

/// Judges the message and prints its trace; false when an expectation is not met.
///
/// # Errors
/// [`CommandError`] when the configuration, the zone or the message cannot be read.
pub async fn run(args: &cli::Explain, out: &mut dyn Write) -> Result<bool, CommandError> {
    let expectations: Vec<Expectation> = args
        .expect
        .iter()
        .map(|e| e.parse())
        .collect::<Result<_, _>>()
        .map_err(CommandError::Other)?;
    let config = load_config(args.config.as_deref())?;
    let listener = listener(&config, args.listener.as_deref())?;
    let zone = read_zone(&args.zone)?;
    let octets = message(&args.message)?;
    let guess = guess(&octets, args, &config).map_err(CommandError::Other)?;
    let (answer, trace) = judge(config, listener, zone, &guess, octets).await?;
    let mut say = |text: &str| writeln!(out, "{text}").map_err(CommandError::io("standard output"));
    for said in &guess.said {
        say(&format!("guessed: {said}"))?;
    }
    match &trace {
        Some(trace) => say(&render(trace, &view(args)))?,
        None => say(&format!("no trace; the server answered: {}", answer.reply))?,
    }
    let mut met = true;
    for expectation in &expectations {
        let got = expectation.judge(trace.as_ref());
        met &= got.is_ok();
        let mark = if got.is_ok() { "✓" } else { "✗" };
        say(&format!(
            "{mark} {expectation}{}",
            got.err().map_or_else(String::new, |e| format!(": {e}"))
        ))?;
    }
    Ok(met)
}

fn listener(config: &Config, name: Option<&str>) -> Result<Listener, CommandError> {
    let found = match name {
        Some(name) => config.listeners.iter().find(|l| l.name == name),
        None => config.listener(Role::Mx),
    };
    match found {
        Some(l) if l.role.is_submission() => Err(CommandError::other(
            "explain judges what strangers send; that listener has a submission role",
        )),
        Some(listener) => Ok(listener.clone()),
        None => Err(CommandError::other("there is no such listener")),
    }
}

/// The message with CRLF line ends, whatever the file has.
fn message(file: &Path) -> Result<Vec<u8>, CommandError> {
    let octets = std::fs::read(file).map_err(CommandError::io(file.display().to_string()))?;
    let mut out = Vec::with_capacity(octets.len() + 2);
    for line in octets.split_inclusive(|b| *b == b'\n') {
        let bare = line.strip_suffix(b"\n").unwrap_or(line);
        out.extend_from_slice(bare.strip_suffix(b"\r").unwrap_or(bare));
        out.extend_from_slice(b"\r\n");
    }
    Ok(out)
}

/// Plays the session in memory: the client's side and the server's side at once.
async fn judge(
    config: Config,
    mut listener: Listener,
    zone: ZoneResolver,
    guess: &Guess,
    octets: Vec<u8>,
) -> Result<(Answer, Option<Trace>), CommandError> {
    let folder = tempfile::tempdir().map_err(CommandError::io("temporary folder"))?;
    let seed = clock::seed().map_err(|_| CommandError::other("the system has no random octets"))?;
    let (spool, _) = FileSpool::open(folder.path(), Options::new(seed), clock::now())
        .map_err(CommandError::other)?;
    let memory = Arc::new(MemorySink::new());
    let sink: Arc<dyn TraceSink> = memory.clone();
    // The client's address is given, so no forwarder has to name it.
    listener.proxy_from.clear();
    let smtp = Arc::new(listen::smtp_config(&config.server, &listener, false));
    let ids = IdSource::new(seed, None);
    let server = Arc::new(Server::new(config, Arc::new(zone), Arc::new(spool), sink, ids));
    let peer = SocketAddr::new(guess.ip.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)), 0);
    let ends = Ends::new(peer, SocketAddr::from((Ipv4Addr::LOCALHOST, 25)));
    let mut session = Session::new(server, Arc::new(listener), peer);
    let driver = Driver::new(smtp, None).map_err(CommandError::other)?;
    let (ours, theirs) = tokio::io::duplex(PIPE);
    let letter = Letter { from: guess.from.clone(), to: guess.to.clone(), octets };
    let client = Sender { hello: guess.helo.clone(), login: None, tls: Tls::Off, roots: None };
    let (answer, _why) = tokio::join!(
        client.send(theirs, "server", &letter),
        driver.serve(ours, ends, &mut session, Shutdown::never()),
    );
    Ok((answer?, last(memory.take())))
}

/// The trace of the message, or of the session if it came to none.
fn last(events: Vec<postrider_trace::Event>) -> Option<Trace> {
    let mut traces = Trace::group(events);
    let message = traces.iter().rposition(|t| matches!(t.id, TraceId::Message(_)));
    match message {
        Some(at) => Some(traces.swap_remove(at)),
        None => traces.pop(),
    }
}

fn view(args: &cli::Explain) -> View {
    View::new().detail(if args.full { Detail::Full } else { Detail::default() })
}

impl Guess {
    /// A name for EHLO from whatever the header says.
    fn host(text: &str) -> Option<Host> {
        text.parse().ok()
    }
}
