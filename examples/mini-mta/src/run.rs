//! A running server: its listeners and its deliveries, started together and stopped in order.

use crate::clock;
use crate::commands::CommandError;
use crate::config::Role;
use crate::listen::{self, Bound};
use crate::outbound;
use crate::server::Server;
use postrider_delivery::mx::Reach;
use postrider_delivery::{Dialer, Runner, Running as Deliveries, TcpDialer};
use postrider_resolver::Resolver;
use postrider_smtp_tokio::server::{ShutdownTrigger, shutdown};
use postrider_smtp_tokio::tls::ClientTls;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// How the server reaches others.
#[derive(Debug)]
pub struct Network<D> {
    dialer: D,
    reach: Reach,
}

impl Network<TcpDialer> {
    /// The real network; records that point into private networks are not followed.
    #[must_use]
    pub const fn real() -> Self {
        Self { dialer: TcpDialer::new(), reach: Reach::Public }
    }
}

impl<D: Dialer> Network<D> {
    /// A network of its own, in which every address may be meant.
    pub(crate) const fn by(dialer: D) -> Self {
        Self { dialer, reach: Reach::Any }
    }
}

/// A server that runs.
#[derive(Debug)]
pub struct Running {
    /// Name, role and real address of each socket.
    pub listening: Vec<(String, Role, SocketAddr)>,
    sessions: ShutdownTrigger,
    deliveries: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

/// Starts sessions on sockets that are bound, and deliveries.
///
/// # Errors
/// [`CommandError`] when deliveries cannot be set up; then no session was started either.
pub fn start<R: Resolver + 'static, D: Dialer>(
    server: Arc<Server<R>>,
    bound: Vec<Bound>,
    network: Network<D>,
) -> Result<Running, CommandError> {
    let runner = runner(&server, network)?;
    let listening = bound.iter().map(|b| (b.name().to_owned(), b.role(), b.address)).collect();
    let (sessions, stop) = shutdown();
    let (deliveries, mut stopped) = watch::channel(false);
    let limit = Arc::new(Semaphore::new(server.config.server.max_sessions));
    let mut tasks = JoinSet::new();
    for one in bound {
        tasks.spawn(listen::accept(one, Arc::clone(&server), Arc::clone(&limit), stop.clone()));
    }
    tasks.spawn(runner.run(async move {
        // A sender that is gone means the same as one that says so.
        let _stopped = stopped.wait_for(|stop| *stop).await;
    }));
    Ok(Running { listening, sessions, deliveries, tasks })
}

fn runner<R: Resolver + 'static, D: Dialer>(
    server: &Arc<Server<R>>,
    network: Network<D>,
) -> Result<Arc<Runner<postrider_spool::FileSpool, Arc<R>, D>>, CommandError> {
    let tls = ClientTls::with_public_roots().map_err(CommandError::other)?;
    let sending = outbound::sending(server, tls, network.reach);
    let author = outbound::author(server).ok_or_else(|| {
        CommandError::other("[server] local_domains: no postmaster address there")
    })?;
    let seed = clock::seed().map_err(|_| CommandError::other("the system has no random octets"))?;
    let mut deliveries = Deliveries::new(sending, author, seed);
    deliveries.schedule = server.config.queue.schedule.clone();
    let resolver = Arc::clone(&server.resolver);
    let spool = Arc::clone(&server.spool);
    Ok(Runner::new(spool, (resolver, network.dialer), outbound::hooks(server), deliveries))
}

impl Running {
    /// The address of the first listener of a role.
    #[must_use]
    pub fn address(&self, role: Role) -> Option<SocketAddr> {
        self.listening.iter().find(|(_, r, _)| *r == role).map(|(_, _, address)| *address)
    }

    /// The address of a listener by its name.
    #[must_use]
    pub fn address_of(&self, name: &str) -> Option<SocketAddr> {
        self.listening.iter().find(|(n, _, _)| n == name).map(|(_, _, address)| *address)
    }

    /// Takes no more connections, lets sessions and attempts come to a safe point, and waits at most
    /// `patience`.
    pub async fn stop(mut self, patience: Duration) {
        self.sessions.trigger();
        self.deliveries.send_replace(true);
        let drained = async {
            while self.tasks.join_next().await.is_some() {}
            self.sessions.drained().await;
        };
        // What has not ended by then is cut off: a message not answered for, or a lease that expires.
        let _cut_off = tokio::time::timeout(patience, drained).await;
    }
}
