//! A message on its way out.

use crate::engine::Body;
use crate::error::SpoolError;
use crate::file::Handle;
use crate::file::layout::Part;
use crate::file::log;
use crate::file::pool::lock;
use crate::file::store::Store;
use postrider_core::Id;
use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

/// Octets per chunk.
const CHUNK: usize = 64 * 1024;

/// A message being read from a [`FileSpool`](crate::FileSpool).
///
/// The end is only reached if the octets are those that were accepted.
pub struct FileBody {
    handle: Arc<Handle>,
    size: u64,
    parts: Option<Parts>,
    chunk: Vec<u8>,
}

/// What a thread works on; away while it does.
pub(crate) struct Parts {
    id: Id,
    /// Not yet given out.
    top: Option<Vec<u8>>,
    file: Box<dyn Read + Send>,
    /// Octets and check sum still expected of the file.
    left: u64,
    crc: u32,
    expected_crc: u32,
}

impl fmt::Debug for FileBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileBody").field("size", &self.size).finish_non_exhaustive()
    }
}

impl FileBody {
    pub(crate) fn new(handle: Arc<Handle>, size: u64, parts: Parts) -> Self {
        Self { handle, size, parts: Some(parts), chunk: Vec::new() }
    }
}

impl Body for FileBody {
    fn size(&self) -> u64 {
        self.size
    }

    async fn next(&mut self) -> Result<Option<&[u8]>, SpoolError> {
        // Gone after an error, or when a call was given up half way.
        let Some(mut parts) = self.parts.take() else {
            return Err(SpoolError::Closed);
        };
        let mut chunk = std::mem::take(&mut self.chunk);
        let job = move || {
            let read = parts.next(&mut chunk);
            (parts, chunk, read)
        };
        let (parts, chunk, read) = self.handle.pool.call(job).await?;
        self.chunk = chunk;
        let more = read?;
        self.parts = Some(parts);
        Ok(more.then_some(&self.chunk))
    }
}

impl Parts {
    /// Opens the files of a message.
    pub(crate) fn open(store: &Store, id: Id) -> Result<(u64, Self), SpoolError> {
        let (whole, size, crc, top) = lock(&store.index)
            .get(id)
            .map(|m| (m.whole_size(), m.size, m.crc, m.top))
            .ok_or(SpoolError::NoSuchMessage(id))?;
        let top = match top {
            0 => None,
            _ => Some(read_top(store, id)?),
        };
        let file = store.fs.open(&store.layout.file(id, Part::Body))?;
        let parts = Self { id, top, file, left: size, crc: 0, expected_crc: crc };
        Ok((whole, parts))
    }

    /// Fills the chunk; false at the end.
    fn next(&mut self, chunk: &mut Vec<u8>) -> Result<bool, SpoolError> {
        if let Some(top) = self.top.take() {
            *chunk = top;
            return Ok(true);
        }
        chunk.resize(CHUNK, 0);
        let len = fill(&mut self.file, chunk)?;
        chunk.truncate(len);
        self.crc = crc32c::crc32c_append(self.crc, chunk);
        let octets = u64::try_from(len).unwrap_or(u64::MAX);
        let left = self.left.checked_sub(octets);
        self.left = left.ok_or(SpoolError::Corrupt(self.id))?;
        // Checked with the last octets, so that a reader who counts never sees them unchecked.
        if self.left == 0 && self.crc != self.expected_crc {
            return Err(SpoolError::Corrupt(self.id));
        }
        match len {
            0 if self.left > 0 => Err(SpoolError::Corrupt(self.id)),
            len => Ok(len > 0),
        }
    }
}

fn read_top(store: &Store, id: Id) -> Result<Vec<u8>, SpoolError> {
    let octets = store.fs.read(&store.layout.file(id, Part::Envelope))?;
    let head = log::parse_head(&octets).map_err(|_| SpoolError::Corrupt(id))?;
    Ok(String::from(head.top).into_bytes())
}

/// Reads until the buffer is full or the file ends.
fn fill(file: &mut dyn Read, mut buffer: &mut [u8]) -> io::Result<usize> {
    let mut total = 0;
    while !buffer.is_empty() {
        let read = match file.read(buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        total += read;
        buffer = buffer.get_mut(read..).unwrap_or_default();
    }
    Ok(total)
}
