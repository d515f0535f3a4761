//! Where events go.

use crate::event::Event;
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Takes events. It never blocks for long and never fails: a trace must not delay a reply.
///
/// What a sink cannot take is lost; the gap in the numbers shows it.
pub trait TraceSink: Send + Sync {
    /// Takes one event.
    fn event(&self, event: &Event);
}

impl<S: TraceSink + ?Sized> TraceSink for std::sync::Arc<S> {
    fn event(&self, event: &Event) {
        (**self).event(event);
    }
}

/// Keeps events in memory, for tests and for `explain`.
#[derive(Debug, Default)]
pub struct MemorySink(Mutex<Vec<Event>>);

impl MemorySink {
    /// An empty sink.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A copy of the events so far, in the order in which they came.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        lock(&self.0).clone()
    }

    /// Takes the events out.
    #[must_use]
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut lock(&self.0))
    }
}

impl TraceSink for MemorySink {
    fn event(&self, event: &Event) {
        lock(&self.0).push(event.clone());
    }
}

/// Writes each event as one line, in one call of `write_all`.
#[derive(Debug)]
pub struct LineSink<W> {
    writer: Mutex<W>,
    lost: AtomicU64,
}

impl<W: Write> LineSink<W> {
    /// Writes to `writer`, which should not block for long.
    #[must_use]
    pub const fn new(writer: W) -> Self {
        Self { writer: Mutex::new(writer), lost: AtomicU64::new(0) }
    }

    /// Events that could not be written.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// The writer, given back.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.writer.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl<W: Write + Send> TraceSink for LineSink<W> {
    fn event(&self, event: &Event) {
        let mut line = event.to_line();
        line.push('\n');
        if lock(&self.writer).write_all(line.as_bytes()).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A panic elsewhere does not make a list of events wrong.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
