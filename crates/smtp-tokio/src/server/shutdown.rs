//! Asking connections to end.

use tokio::sync::watch;

/// Asks every [`Shutdown`] of its pair.
#[derive(Debug)]
pub struct ShutdownTrigger(watch::Sender<bool>);

/// Tells a connection to end at its next safe point: between commands, or when the message under way
/// has been answered for. Clones are asked together.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<bool>);

/// A trigger and what it triggers.
#[must_use]
pub fn shutdown() -> (ShutdownTrigger, Shutdown) {
    let (tx, rx) = watch::channel(false);
    (ShutdownTrigger(tx), Shutdown(rx))
}

impl ShutdownTrigger {
    /// Asks all connections to end.
    pub fn trigger(&self) {
        self.0.send_replace(true);
    }

    /// Waits until every connection has ended, and every clone has been dropped.
    pub async fn drained(&self) {
        self.0.closed().await;
    }
}

impl Shutdown {
    /// One that is never asked.
    #[must_use]
    pub fn never() -> Self {
        shutdown().1
    }

    /// Waits until the trigger is pulled; for ever when it was dropped unpulled.
    pub async fn requested(&mut self) {
        if self.0.wait_for(|asked| *asked).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
