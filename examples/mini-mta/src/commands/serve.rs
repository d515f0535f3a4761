//! `mini-mta serve`

use super::{CommandError, DEV_FOLDER, dns};
use crate::cli;
use crate::clock;
use crate::config::Config;
use crate::init::SetUp;
use crate::listen;
use crate::resolver;
use crate::run::{self, Running};
use crate::server::Server;
use crate::traces::TraceFiles;
use postrider_core::IdSource;
use postrider_resolver::{Resolver, ZoneResolver};
use postrider_resolver_hickory::ZoneServer;
use postrider_spool::{FileSpool, Options};
use postrider_trace::TraceSink;
use std::io::IsTerminal;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// [`CommandError`] when anything is not right at the start; nothing starts half.
#[expect(clippy::print_stderr, reason = "what a server says at its start goes there")]
pub async fn run(args: &cli::Serve) -> Result<(), CommandError> {
    log_to_stderr();
    let (config, own_dns) = configuration(args).await?;
    for warning in &config.warnings {
        eprintln!("warning: {warning}");
    }
    if args.check {
        config.tls.as_ref().map(listen::tls_config).transpose()?;
        eprintln!("{} is fine", config.file.display());
        return Ok(());
    }
    // What can fail without leaving anything behind comes first.
    let bound = listen::bind(&config).await?;
    let traces = Arc::new(open_traces(&config)?);
    let resolver = Arc::new(resolver::from_config(&config.dns)?);
    let sink: Arc<dyn TraceSink> = traces.clone();
    let server = open(config, resolver, sink)?;
    let patience = server.config.server.shutdown;
    let running = run::start(server, bound, run::Network::real())?;
    announce(&running);
    wait_for_signal().await?;
    eprintln!("stopping");
    running.stop(patience).await;
    drop(own_dns);
    traces.close();
    Ok(())
}

/// One line per decision; what the DNS server of the development set-up says is not for the operator.
fn log_to_stderr() {
    let filter = EnvFilter::new("info,hickory_server=warn,hickory_proto=warn");
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal());
    // A second one in the same process, as in tests, is not an error.
    let _already = subscriber.with_writer(std::io::stderr).try_init();
}

/// The configuration, and for development the DNS server that belongs to it.
async fn configuration(args: &cli::Serve) -> Result<(Config, Option<ZoneServer>), CommandError> {
    match &args.config {
        Some(file) => Ok((Config::load(file)?, None)),
        None => development(args).await,
    }
}

/// A server that a new user can try at once, in a folder of the current one: its own DNS answers for
/// its own domain and knows no other, so nothing leaves this machine.
#[expect(clippy::print_stderr, reason = "a new user must be told where and how to log in")]
async fn development(args: &cli::Serve) -> Result<(Config, Option<ZoneServer>), CommandError> {
    let setup = SetUp::development(args.any_port).map_err(CommandError::other)?;
    let written = setup.write(Path::new(DEV_FOLDER))?;
    let mut config = Config::load(&written.config)?;
    let plan = dns::plan(&config, &setup.domain, &[Ipv4Addr::LOCALHOST.into()])?;
    let mut zone = ZoneResolver::new();
    for planned in plan.records {
        zone.insert(planned.name, planned.ttl, planned.record);
    }
    let dns = ZoneServer::bind((Ipv4Addr::LOCALHOST, 0).into(), Arc::new(zone))
        .await
        .map_err(CommandError::io("development DNS"))?;
    config.dns.servers = vec![dns.local_addr()];
    eprintln!("development set-up in {DEV_FOLDER}: loopback only, domain {}", setup.domain);
    eprintln!("dns {} knows this domain and no other", dns.local_addr());
    match &written.password {
        Some(password) => eprintln!("user {}, password {}", written.user, password.expose()),
        None => eprintln!("user {}", written.user),
    }
    Ok((config, Some(dns)))
}

/// Opens the trace files of a configuration.
///
/// # Errors
/// [`CommandError`] names the folder.
pub fn open_traces(config: &Config) -> Result<TraceFiles, CommandError> {
    TraceFiles::open(&config.trace, clock::now())
        .map_err(CommandError::io(format!("[trace] path {}", config.trace.path.display())))
}

/// Opens the queue and puts a server together.
///
/// # Errors
/// [`CommandError`] when the queue is in use or cannot be opened.
pub fn open<R: Resolver>(
    config: Config,
    resolver: Arc<R>,
    sink: Arc<dyn TraceSink>,
) -> Result<Arc<Server<R>>, CommandError> {
    let seed = clock::seed().map_err(|_| CommandError::other("the system has no random octets"))?;
    let options = Options::new(seed);
    let (spool, report) =
        FileSpool::open(&config.queue.path, options, clock::now()).map_err(CommandError::other)?;
    if !report.corrupt.is_empty() {
        tracing::warn!(count = report.corrupt.len(), "damaged messages were set aside in corrupt/");
    }
    let ids = IdSource::new(seed, spool.largest_id());
    Ok(Arc::new(Server::new(config, resolver, Arc::new(spool), sink, ids)))
}

#[expect(clippy::print_stderr, reason = "where a server listens is said at its start")]
fn announce(running: &Running) {
    for (name, role, address) in &running.listening {
        eprintln!("listening {name} ({}) on {address}", role.as_str());
    }
    eprintln!("ready");
}

async fn wait_for_signal() -> Result<(), CommandError> {
    let listen = |kind| signal(kind).map_err(CommandError::io("signals"));
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
