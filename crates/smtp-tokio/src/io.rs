//! A stream that becomes TLS on the way, with what has been read and what waits to be written.

use crate::stream::{Prefixed, Stream};
use bytes::{Buf as _, Bytes, BytesMut};
use std::collections::VecDeque;
use std::future::{Future as _, poll_fn};
use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::time::Instant;
use tokio_rustls::TlsStream;

/// Room for a read of commands, which is what most connections ever need.
const FIRST_READ: usize = 1024;
/// Room for a read when reads come full; a body chunk is at most this long.
const FULL_READ: usize = 64 * 1024;
/// Slices of one vectored write.
const SLICES: usize = 32;

/// What [`Io::turn`] did.
#[derive(Debug)]
pub(crate) enum Turn {
    /// Something was read or written.
    Progress,
    /// The peer has closed its side.
    Eof,
    /// The deadline has passed.
    TimedOut,
    /// The stream is broken.
    Broken(io::Error),
}

/// What to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    Read,
    WriteOnly,
    ReadOnly,
}

/// A stream, its read buffer and its write queue.
#[derive(Debug)]
pub(crate) struct Io<S> {
    stream: Stream<S>,
    pub(crate) rx: BytesMut,
    room: usize,
    tx: VecDeque<Bytes>,
    queued: usize,
    unflushed: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Io<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self {
            stream: Stream::Plain(Prefixed::new(inner)),
            rx: BytesMut::new(),
            room: FIRST_READ,
            tx: VecDeque::new(),
            queued: 0,
            unflushed: false,
        }
    }

    /// Adds to what is to be written.
    pub(crate) fn queue(&mut self, octets: Bytes) {
        if !octets.is_empty() {
            self.queued = self.queued.saturating_add(octets.len());
            self.tx.push_back(octets);
        }
    }

    /// How many octets wait to be written.
    pub(crate) const fn queued(&self) -> usize {
        self.queued
    }

    /// Whether everything queued has left.
    pub(crate) fn is_flushed(&self) -> bool {
        self.tx.is_empty() && !self.unflushed
    }

    /// Waits until something can be read or written, and does both as far as it goes: a peer that
    /// stops reading until it is read from cannot block us.
    pub(crate) async fn turn(&mut self, want: Want, deadline: Option<Instant>) -> Turn {
        let turn = poll_fn(|cx| self.poll_turn(cx, want));
        let Some(deadline) = deadline else {
            return turn.await;
        };
        match tokio::time::timeout_at(deadline, turn).await {
            Ok(turn) => turn,
            Err(_) => Turn::TimedOut,
        }
    }

    /// Writes all that is queued; gives up at the deadline.
    pub(crate) async fn flush(&mut self, deadline: Option<Instant>) -> Turn {
        while !self.is_flushed() {
            match self.turn(Want::WriteOnly, deadline).await {
                Turn::Progress => {}
                other @ (Turn::Eof | Turn::TimedOut | Turn::Broken(_)) => return other,
            }
        }
        Turn::Progress
    }

    /// Tells the peer that nothing more comes.
    pub(crate) async fn shutdown(&mut self) -> io::Result<()> {
        poll_fn(|cx| Pin::new(&mut self.stream).poll_shutdown(cx)).await
    }

    /// Takes the clear stream for a handshake, with what has been read in front of it.
    pub(crate) fn take_plain(&mut self) -> Option<Prefixed<S>> {
        self.stream.take_plain(self.rx.split())
    }

    /// Goes on under TLS.
    pub(crate) fn set_tls(&mut self, stream: impl Into<TlsStream<Prefixed<S>>>) {
        self.stream = Stream::Tls(Box::new(stream.into()));
    }

    fn poll_turn(&mut self, cx: &mut Context<'_>, want: Want) -> Poll<Turn> {
        let wrote = match want {
            Want::ReadOnly => false,
            Want::Read | Want::WriteOnly => match self.poll_write_all(cx) {
                Poll::Ready(Ok(wrote)) => wrote,
                Poll::Ready(Err(e)) => return Poll::Ready(Turn::Broken(e)),
                Poll::Pending => false,
            },
        };
        if want != Want::WriteOnly {
            match self.poll_read_some(cx) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Turn::Eof),
                Poll::Ready(Ok(_)) => return Poll::Ready(Turn::Progress),
                Poll::Ready(Err(e)) => return Poll::Ready(Turn::Broken(e)),
                Poll::Pending => {}
            }
        }
        if wrote { Poll::Ready(Turn::Progress) } else { Poll::Pending }
    }

    /// Writes until nothing is left; says whether there was anything.
    fn poll_write_all(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let mut wrote = false;
        while !self.tx.is_empty() {
            match self.poll_write_some(cx) {
                Poll::Ready(Ok(())) => wrote = true,
                Poll::Ready(Err(e)) => return Poll::Ready(Err(e)),
                // What has been written made room: the caller may have more.
                Poll::Pending if wrote => return Poll::Ready(Ok(true)),
                Poll::Pending => return Poll::Pending,
            }
        }
        if self.unflushed {
            ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
            self.unflushed = false;
            wrote = true;
        }
        Poll::Ready(Ok(wrote))
    }

    fn poll_write_some(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut slices = [IoSlice::new(&[]); SLICES];
        let mut used = 0;
        for (slice, octets) in slices.iter_mut().zip(&self.tx) {
            *slice = IoSlice::new(octets);
            used += 1;
        }
        let slices = slices.get(..used).unwrap_or_default();
        let mut n = ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, slices))?;
        if n == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        self.unflushed = true;
        self.queued = self.queued.saturating_sub(n);
        while let Some(first) = self.tx.front_mut() {
            if n < first.len() {
                first.advance(n);
                break;
            }
            n -= first.len();
            self.tx.pop_front();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_read_some(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.rx.capacity() - self.rx.len() < self.room / 4 {
            self.rx.reserve(self.room);
        }
        let free = self.rx.capacity() - self.rx.len();
        // The future holds nothing but these two borrows, so it may be made anew for each poll.
        let read = pin!(self.stream.read_buf(&mut self.rx));
        let n = ready!(read.poll(cx))?;
        if n == free {
            self.room = FULL_READ;
        }
        Poll::Ready(Ok(n))
    }
}
