//! What all sessions and the delivery runner share.

use crate::config::Config;
use postrider_core::{Id, IdSource, UnixTime};
use postrider_spool::FileSpool;
use postrider_trace::TraceSink;
use std::sync::{Arc, Mutex, PoisonError};

/// The server: configuration, DNS, queue, traces, ids.
pub struct Server<R> {
    /// The checked configuration.
    pub config: Config,
    /// DNS.
    pub resolver: Arc<R>,
    /// The queue.
    pub spool: Arc<FileSpool>,
    /// Where trace events go.
    pub sink: Arc<dyn TraceSink>,
    ids: Mutex<IdSource>,
}

impl<R> Server<R> {
    /// Puts the parts together; `ids` must be above every id in the spool.
    #[must_use]
    pub fn new(
        config: Config,
        resolver: Arc<R>,
        spool: Arc<FileSpool>,
        sink: Arc<dyn TraceSink>,
        ids: IdSource,
    ) -> Self {
        Self { config, resolver, spool, sink, ids: Mutex::new(ids) }
    }

    /// An id that no message and no session had before.
    pub fn next_id(&self, now: UnixTime) -> Id {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).next(now)
    }
}

impl<R> std::fmt::Debug for Server<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("hostname", &self.config.server.hostname)
            .finish_non_exhaustive()
    }
}
