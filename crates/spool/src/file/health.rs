//! Whether the disk keeps what it is given: asked on every connection, so without a lock.

use crate::engine::{Failure, Health};
use crate::error::SpoolError;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

const GOOD: u8 = 0;
const FILE: u8 = 1;
const FOLDER: u8 = 2;

/// The state that [`Spool::health`](crate::Spool::health) shows.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    full: AtomicBool,
    failing: AtomicU8,
}

impl Gauge {
    pub(crate) fn health(&self) -> Health {
        match self.failing.load(Ordering::Acquire) {
            GOOD if self.full.load(Ordering::Acquire) => Health::Full,
            GOOD => Health::Good,
            FOLDER => Health::Failing(Failure::Folder),
            _ => Health::Failing(Failure::File),
        }
    }

    pub(crate) fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::Release);
    }

    /// A self-test passed.
    pub(crate) fn set_good(&self) {
        self.failing.store(GOOD, Ordering::Release);
    }

    /// Notes a write that failed. A full disk is no broken disk.
    pub(crate) fn write_failed(&self, error: io::Error) -> SpoolError {
        if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
            self.set_full(true);
            return SpoolError::Full;
        }
        self.failing.store(FILE, Ordering::Release);
        SpoolError::Io(error)
    }

    /// Notes a sync that failed: what was written before it can no longer be believed in.
    pub(crate) fn sync_failed(&self, error: &io::Error) -> SpoolError {
        self.failing.store(FILE, Ordering::Release);
        SpoolError::Io(copy(error))
    }

    /// Notes a rename, unlink or folder sync that failed.
    pub(crate) fn folder_failed(&self, error: &io::Error) -> SpoolError {
        self.failing.store(FOLDER, Ordering::Release);
        SpoolError::Io(copy(error))
    }
}

/// One failure of a folder's sync is told to all who waited for it.
fn copy(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => error.kind().into(),
    }
}
