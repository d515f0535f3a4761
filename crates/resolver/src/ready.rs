//! Drives futures that never wait, such as any evaluation over a zone in memory.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// The future had to wait for something; it needs a real executor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the future is not ready: it waits for I/O or a timer")]
pub struct NotReady;

/// Runs a future that is ready when first polled; never parks the thread.
///
/// SPF, DMARC and the rest are `async fn` over a [`Resolver`](crate::Resolver); over a zone in
/// memory they complete at once, so synchronous code needs no runtime.
///
/// # Errors
/// [`NotReady`] when the future waits; it is then dropped.
pub fn block_on<F: Future>(future: F) -> Result<F::Output, NotReady> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => Err(NotReady),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_futures_run_and_others_are_refused() {
        assert_eq!(block_on(async { 7 }), Ok(7));
        assert_eq!(block_on(std::future::pending::<()>()), Err(NotReady));
    }
}
