//! A message on its way in.

use crate::engine::Draft;
use crate::envelope::Envelope;
use crate::error::SpoolError;
use crate::file::Handle;
use crate::file::pool::channel;
use crate::file::store::{Commit, Spill};
use crate::top::TopFields;
use postrider_core::Id;
use std::fmt;
use std::sync::{Arc, Mutex};

/// Octets gathered before they are written; smaller messages need one step of a thread in all.
const BUFFER: usize = 128 * 1024;

/// A message being accepted by a [`FileSpool`](crate::FileSpool).
///
/// Dropping the future of [`commit`](Draft::commit) does not take the message back: it may be in
/// the queue or not, as after a crash.
pub struct FileDraft {
    handle: Arc<Handle>,
    id: Id,
    spill: Arc<Mutex<Spill>>,
    buffer: Vec<u8>,
    top: TopFields,
    committed: bool,
}

impl fmt::Debug for FileDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileDraft").field("id", &self.id).finish_non_exhaustive()
    }
}

impl FileDraft {
    pub(crate) fn new(handle: Arc<Handle>, id: Id) -> Self {
        Self {
            handle,
            id,
            spill: Arc::default(),
            buffer: Vec::new(),
            top: TopFields::default(),
            committed: false,
        }
    }
}

impl Draft for FileDraft {
    fn id(&self) -> Id {
        self.id
    }

    async fn write(&mut self, chunk: &[u8]) -> Result<(), SpoolError> {
        self.buffer.extend_from_slice(chunk);
        if self.buffer.len() < BUFFER {
            return Ok(());
        }
        let octets = std::mem::take(&mut self.buffer);
        let (store, spill, id) = (Arc::clone(&self.handle.store), Arc::clone(&self.spill), self.id);
        let job = move || store.spill(id, &spill, &octets);
        self.handle.pool.call(job).await?
    }

    fn prepend(&mut self, fields: TopFields) {
        self.top = fields;
    }

    async fn commit(mut self, env: Envelope) -> Result<Id, SpoolError> {
        if env.rcpts.is_empty() {
            return Err(SpoolError::NoRecipients);
        }
        self.committed = true;
        let commit = Commit {
            id: self.id,
            spill: Arc::clone(&self.spill),
            rest: std::mem::take(&mut self.buffer),
            top: std::mem::take(&mut self.top),
            env,
        };
        let store = Arc::clone(&self.handle.store);
        let (answer, reply) = channel();
        self.handle.pool.run(move || store.commit(commit, answer));
        reply.await?
    }
}

impl Drop for FileDraft {
    fn drop(&mut self) {
        if self.committed {
            return;
        }
        let (store, spill, id) = (Arc::clone(&self.handle.store), Arc::clone(&self.spill), self.id);
        self.handle.pool.run(move || store.abort(id, &spill));
    }
}
