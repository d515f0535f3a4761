//! Group commit: one sync of a folder for all who wait for it.

use crate::file::layout::FOLDERS;
use crate::file::pool::lock;
use std::fmt;
use std::io;
use std::sync::Mutex;

/// Called with the outcome of a sync that began after the caller's changes.
pub(crate) type Waiter = Box<dyn FnOnce(Result<(), &io::Error>) + Send>;

/// Who waits for which folder.
pub(crate) struct Folders([Mutex<Folder>; FOLDERS]);

#[derive(Default)]
struct Folder {
    waiting: Vec<Waiter>,
    /// A thread is syncing and will come back for those who wait.
    running: bool,
}

impl fmt::Debug for Folders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Folders").finish_non_exhaustive()
    }
}

impl Default for Folders {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }
}

impl Folders {
    /// Calls `waiter` after a sync of folder `number` that begins from now on. The first who comes
    /// syncs for all; a batch is what gathered while the previous sync ran, no timer is added.
    pub(crate) fn synced(
        &self,
        number: usize,
        sync: impl Fn(usize) -> io::Result<()>,
        waiter: Waiter,
    ) {
        let Some(folder) = self.0.get(number) else {
            return;
        };
        {
            let mut folder = lock(folder);
            folder.waiting.push(waiter);
            if std::mem::replace(&mut folder.running, true) {
                return;
            }
        }
        loop {
            let batch = {
                let mut folder = lock(folder);
                if folder.waiting.is_empty() {
                    folder.running = false;
                    return;
                }
                std::mem::take(&mut folder.waiting)
            };
            let outcome = sync(number);
            for waiter in batch {
                waiter(outcome.as_ref().copied());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn those_who_come_during_a_sync_share_the_next() {
        let folders = Arc::new(Folders::default());
        let syncs = AtomicUsize::new(0);
        let done = Arc::new(AtomicUsize::new(0));
        let late = || {
            let done = Arc::clone(&done);
            let waiter = move |_: Result<(), &io::Error>| {
                let _ = done.fetch_add(1, Ordering::SeqCst);
            };
            folders.synced(3, |_| Ok(()), Box::new(waiter));
        };
        let sync = |_| {
            // Ten more come while the first sync runs.
            if syncs.fetch_add(1, Ordering::SeqCst) == 0 {
                (0..10).for_each(|_| late());
            }
            Ok(())
        };
        folders.synced(3, sync, Box::new(|outcome| assert!(outcome.is_ok())));
        assert_eq!(syncs.load(Ordering::SeqCst), 2);
        assert_eq!(done.load(Ordering::SeqCst), 10);
    }
}
