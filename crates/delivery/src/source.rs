//! A message of the spool as the body of a transaction or a file.

use crate::attempt::Source;
use bytes::Bytes;
use postrider_core::Id;
use postrider_smtp_tokio::client::Body;
use postrider_spool::{Body as _, Spool, SpoolError};
use std::io;
use std::sync::Arc;

/// A message that lies in a spool.
pub(crate) struct Spooled<S> {
    spool: Arc<S>,
    id: Id,
    size: u64,
}

/// One reading of it.
pub(crate) struct Reading<B>(B);

impl<S: Spool> Spooled<S> {
    /// Fails when the message is gone.
    pub(crate) async fn new(spool: &Arc<S>, id: Id) -> Result<Self, SpoolError> {
        let size = spool.body(id).await?.size();
        Ok(Self { spool: Arc::clone(spool), id, size })
    }
}

impl<S: Spool> Source for Spooled<S> {
    type Body = Reading<S::Body>;

    fn size(&self) -> u64 {
        self.size
    }

    async fn open(&self) -> io::Result<Self::Body> {
        self.spool.body(self.id).await.map(Reading).map_err(io::Error::other)
    }
}

impl<B: postrider_spool::Body> Body for Reading<B> {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        let chunk = self.0.next().await.map_err(io::Error::other)?;
        Ok(chunk.map(Bytes::copy_from_slice))
    }
}
