//! Where the octets of a message come from.

use bytes::{Bytes, BytesMut};
use std::future::Future;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Most octets of one chunk.
const CHUNK: usize = 64 * 1024;

/// A message as a sequence of chunks, with CRLF line ends.
pub trait Body: Send {
    /// The next chunk, or `None` at the end. An empty chunk means nothing.
    ///
    /// # Errors
    /// When the message cannot be read; it is then not delivered.
    fn next(&mut self) -> impl Future<Output = io::Result<Option<Bytes>>> + Send;
}

/// A message in memory.
impl Body for Bytes {
    async fn next(&mut self) -> io::Result<Option<Self>> {
        let len = self.len().min(CHUNK);
        Ok((len > 0).then(|| self.split_to(len)))
    }
}

/// A message in pieces, such as added header fields before a stored message.
impl<A: Body, B: Body> Body for (A, B) {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        match self.0.next().await? {
            Some(chunk) => Ok(Some(chunk)),
            None => self.1.next().await,
        }
    }
}

/// A message that is read from somewhere.
#[derive(Debug)]
pub struct Reader<R> {
    inner: R,
    buffer: BytesMut,
}

impl<R> Reader<R> {
    /// Reads `inner` to its end.
    #[must_use]
    pub fn new(inner: R) -> Self {
        let buffer = BytesMut::new();
        Self { inner, buffer }
    }
}

impl<R: AsyncRead + Unpin + Send> Body for Reader<R> {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        self.buffer.reserve(CHUNK);
        let n = self.inner.read_buf(&mut self.buffer).await?;
        Ok((n > 0).then(|| self.buffer.split().freeze()))
    }
}
