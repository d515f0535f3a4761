//! The trace files: one writing thread, one file per day, old ones removed.
//!
//! A trace must never delay a reply, so events go through a bounded channel; what does not fit is
//! counted, and the gap in the event numbers shows it to the reader.

use crate::config;
use postrider_core::UnixTime;
use postrider_trace::{Event, Retention, TraceSink, store};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Most events that wait to be written.
const QUEUE: usize = 8_192;
/// Longest time that an event stays in memory.
const FLUSH: Duration = Duration::from_millis(50);
/// Most files open at once: messages of yesterday still get attempts today.
const OPEN_FILES: usize = 4;

/// Writes events to `FOLDER/YYYY-MM-DD.jsonl`, by the day of the id that they belong to.
#[derive(Debug)]
pub struct TraceFiles {
    send: Mutex<Option<SyncSender<Event>>>,
    lost: AtomicU64,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl TraceFiles {
    /// Opens the folder and starts the writing thread; what is too old is removed first.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(trace: &config::Trace, now: UnixTime) -> io::Result<Self> {
        std::fs::create_dir_all(&trace.path)?;
        remove_old(trace, now)?;
        let (send, receive) = sync_channel(QUEUE);
        let folder = trace.path.clone();
        let writer = std::thread::Builder::new()
            .name("traces".into())
            .spawn(move || write_all(&folder, &receive))?;
        Ok(Self {
            send: Mutex::new(Some(send)),
            lost: AtomicU64::new(0),
            writer: Mutex::new(Some(writer)),
        })
    }

    /// Events that did not fit, since the start.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Writes what waits and ends the thread. Later events are lost, and counted.
    pub fn close(&self) {
        lock(&self.send).take();
        if let Some(writer) = lock(&self.writer).take() {
            // A panic there has been printed; there is nothing more to save.
            let _panicked = writer.join();
        }
    }
}

impl TraceSink for TraceFiles {
    fn event(&self, event: &Event) {
        let sent = lock(&self.send).as_ref().is_some_and(|s| s.try_send(event.clone()).is_ok());
        if !sent {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for TraceFiles {
    fn drop(&mut self) {
        self.close();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn write_all(folder: &Path, events: &Receiver<Event>) {
    let mut files: BTreeMap<String, BufWriter<File>> = BTreeMap::new();
    loop {
        match events.recv_timeout(FLUSH) {
            Ok(event) => {
                if let Err(error) = write(folder, &mut files, &event) {
                    tracing::error!(%error, "cannot write a trace event");
                }
            }
            Err(RecvTimeoutError::Timeout) => flush(&mut files),
            Err(RecvTimeoutError::Disconnected) => return flush(&mut files),
        }
    }
}

fn flush(files: &mut BTreeMap<String, BufWriter<File>>) {
    for (name, file) in files {
        if let Err(error) = file.flush() {
            tracing::error!(%error, name, "cannot write trace events");
        }
    }
}

fn write(
    folder: &Path,
    files: &mut BTreeMap<String, BufWriter<File>>,
    event: &Event,
) -> io::Result<()> {
    let name = store::file_of(event);
    if !files.contains_key(&name) {
        while files.len() >= OPEN_FILES {
            files.pop_first();
        }
        let file =
            OpenOptions::new().create(true).append(true).mode(0o600).open(folder.join(&name))?;
        files.insert(name.clone(), BufWriter::new(file));
    }
    match files.get_mut(&name) {
        Some(file) => writeln!(file, "{}", event.to_line()),
        None => Ok(()),
    }
}

/// The trace files of a folder, oldest first.
///
/// # Errors
/// When the folder cannot be read.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().and_then(|n| n.to_str()).and_then(store::day_of_file).is_some() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn remove_old(trace: &config::Trace, now: UnixTime) -> io::Result<()> {
    let mut sizes = Vec::new();
    for file in files(&trace.path)? {
        let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        sizes.push((name, file.metadata()?.len()));
    }
    let named: Vec<(&str, u64)> = sizes.iter().map(|(name, size)| (name.as_str(), *size)).collect();
    let retention = Retention::new(trace.keep_days, trace.max_bytes);
    for name in retention.surplus(&named, now) {
        std::fs::remove_file(trace.path.join(name))?;
    }
    Ok(())
}
