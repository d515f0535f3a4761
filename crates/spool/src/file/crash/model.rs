//! A file system in memory that can lose power after any call.
//!
//! What was not synced may be there or not: an un-synced append reaches the disk up to any octet,
//! or as zeros; a name that was added, moved or taken away since the last sync of its folder has
//! any of the values it had since. A sync that failed makes later syncs of the same thing lie, as
//! real systems do.

use crate::file::fs::{Fs, FsFile, Space};
use crate::file::pool::lock;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Number of a file, whatever its names.
type Node = usize;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Content {
    octets: Vec<u8>,
    /// Octets that are durable.
    synced: usize,
    /// A sync failed: no later one is to be believed.
    broken: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct State {
    files: BTreeMap<Node, Content>,
    /// Values of a name since the last sync of its folder: the durable one first, the present last.
    names: BTreeMap<PathBuf, Vec<Option<Node>>>,
    broken_folders: BTreeSet<PathBuf>,
    next: Node,
}

/// Which call is to fail, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    pub(super) call: usize,
    pub(super) kind: io::ErrorKind,
}

/// What a test-only mutant does not do; the tests must notice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mutant {
    #[default]
    None,
    SkipFileSync,
    SkipFolderSync,
}

#[derive(Default)]
struct Shared {
    state: State,
    calls: usize,
    fault: Option<Fault>,
    mutant: Mutant,
    /// The state after each call.
    history: Vec<State>,
}

/// Handles share one disk.
#[derive(Clone, Default)]
pub(super) struct ModelFs(Arc<Mutex<Shared>>);

/// A disk as it may be found after the power came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Disk(State);

impl Disk {
    /// A machine with this disk and no memory of anything else.
    pub(super) fn mount(&self) -> ModelFs {
        let shared = Shared { state: self.0.clone(), ..Shared::default() };
        ModelFs(Arc::new(Mutex::new(shared)))
    }
}

impl ModelFs {
    pub(super) fn set_fault(&self, fault: Option<Fault>) {
        lock(&self.0).fault = fault;
    }

    pub(super) fn set_mutant(&self, mutant: Mutant) {
        lock(&self.0).mutant = mutant;
    }

    /// Calls so far that change or sync something.
    pub(super) fn calls(&self) -> usize {
        lock(&self.0).calls
    }

    /// Takes all as durable and forgets the past.
    pub(super) fn settle(&self) {
        let mut shared = lock(&self.0);
        let state = &mut shared.state;
        for file in state.files.values_mut() {
            file.synced = file.octets.len();
        }
        for values in state.names.values_mut() {
            *values = values.split_off(values.len() - 1);
        }
        state.names.retain(|_, values| values != &[None]);
        shared.history.clear();
        shared.calls = 0;
    }

    /// The disk without loss of power.
    pub(super) fn disk(&self) -> Disk {
        Disk(lock(&self.0).state.clone())
    }

    /// Names and octets present, for comparing.
    pub(super) fn listing(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let state = lock(&self.0).state.clone();
        let present = |(path, values): (&PathBuf, &Vec<Option<Node>>)| {
            let node = values.last().copied().flatten()?;
            Some((path.clone(), state.files[&node].octets.clone()))
        };
        state.names.iter().filter_map(present).collect()
    }

    /// All disks that a loss of power after call `call`, counted from 1, may leave.
    pub(super) fn disks_after(&self, call: usize) -> Vec<Disk> {
        lock(&self.0).history[call - 1].disks()
    }

    /// One call: the change gets the error it is to fail with, if it is to fail.
    fn step<T>(
        &self,
        change: impl FnOnce(&mut State, Option<io::Error>, Mutant) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut shared = lock(&self.0);
        shared.calls += 1;
        let calls = shared.calls;
        let fault = shared.fault.filter(|f| f.call == calls);
        let mutant = shared.mutant;
        let result = change(&mut shared.state, fault.map(|f| f.kind.into()), mutant);
        let after = shared.state.clone();
        shared.history.push(after);
        result
    }

    /// A call that changes nothing when it fails.
    fn whole<T>(&self, change: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        self.step(|state, error, _| match error {
            Some(error) => Err(error),
            None => change(state),
        })
    }
}

impl State {
    fn node(&self, path: &Path) -> io::Result<Node> {
        let value = self.names.get(path).and_then(|values| *values.last()?);
        value.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn set(&mut self, path: &Path, node: Option<Node>) {
        self.names.entry(path.to_owned()).or_insert_with(|| vec![None]).push(node);
    }

    fn disks(&self) -> Vec<Disk> {
        let mut disks = vec![self.clone()];
        for (path, values) in &self.names {
            let with = |disk: &Self, value: Option<Node>| {
                let mut disk = disk.clone();
                disk.names.insert(path.clone(), vec![value]);
                disk
            };
            let unique: BTreeSet<_> = values.iter().copied().collect();
            let all = disks.iter().flat_map(|d| unique.iter().map(move |v| with(d, *v)));
            disks = all.collect();
        }
        for (node, file) in &self.files {
            let variants = file.variants();
            let used = |disk: &Self| disk.names.values().any(|v| v.contains(&Some(*node)));
            let each = |disk: Self| -> Vec<Self> {
                match used(&disk) {
                    true => variants.iter().map(|v| disk.with(*node, v)).collect(),
                    false => vec![disk.with(*node, &variants[0])],
                }
            };
            disks = disks.into_iter().flat_map(each).collect();
        }
        disks.into_iter().map(Disk).collect()
    }

    fn with(&self, node: Node, octets: &[u8]) -> Self {
        let mut disk = self.clone();
        let content = Content { octets: octets.to_owned(), synced: octets.len(), broken: false };
        disk.files.insert(node, content);
        disk.broken_folders.clear();
        disk
    }
}

impl Content {
    fn variants(&self) -> Vec<Vec<u8>> {
        let mut all: Vec<_> =
            (self.synced..=self.octets.len()).map(|len| self.octets[..len].to_owned()).collect();
        if self.synced < self.octets.len() {
            let mut zeros = self.octets.clone();
            zeros[self.synced..].fill(0);
            all.push(zeros);
        }
        all
    }
}

struct ModelFile {
    fs: ModelFs,
    node: Node,
}

impl FsFile for ModelFile {
    fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.fs.step(|state, error, _| {
            let file = state.files.get_mut(&self.node).unwrap();
            let taken = match error {
                Some(_) => octets.len() / 2,
                None => octets.len(),
            };
            file.octets.extend_from_slice(&octets[..taken]);
            error.map_or(Ok(()), Err)
        })
    }

    fn sync(&mut self) -> io::Result<()> {
        self.fs.step(|state, error, mutant| {
            let file = state.files.get_mut(&self.node).unwrap();
            file.broken |= error.is_some();
            if !file.broken && mutant != Mutant::SkipFileSync {
                file.synced = file.octets.len();
            }
            error.map_or(Ok(()), Err)
        })
    }
}

impl Fs for ModelFs {
    fn create(&self, path: &Path) -> io::Result<Box<dyn FsFile>> {
        let node = self.whole(|state| {
            if state.node(path).is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            state.next += 1;
            let node = state.next;
            state.files.insert(node, Content::default());
            state.set(path, Some(node));
            Ok(node)
        })?;
        Ok(Box::new(ModelFile { fs: self.clone(), node }))
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn FsFile>> {
        let node = self.whole(|state| state.node(path))?;
        Ok(Box::new(ModelFile { fs: self.clone(), node }))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        let octets = self.whole(|state| Ok(state.files[&state.node(path)?].octets.clone()))?;
        Ok(Box::new(Cursor::new(octets)))
    }

    fn len(&self, path: &Path) -> io::Result<u64> {
        let len = self.whole(|state| Ok(state.files[&state.node(path)?].octets.len()))?;
        Ok(u64::try_from(len).unwrap())
    }

    fn cut(&self, path: &Path, len: u64) -> io::Result<()> {
        self.whole(|state| {
            let node = state.node(path)?;
            let file = state.files.get_mut(&node).unwrap();
            file.octets.truncate(usize::try_from(len).unwrap());
            file.synced = file.octets.len();
            Ok(())
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.whole(|state| {
            let node = state.node(from)?;
            state.set(from, None);
            state.set(to, Some(node));
            Ok(())
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.whole(|state| {
            state.node(path)?;
            state.set(path, None);
            Ok(())
        })
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.step(|state, error, mutant| {
            if let Some(error) = error {
                state.broken_folders.insert(path.to_owned());
                return Err(error);
            }
            if state.broken_folders.contains(path) || mutant == Mutant::SkipFolderSync {
                return Ok(());
            }
            for (name, values) in &mut state.names {
                if name.parent() == Some(path) {
                    *values = values.split_off(values.len() - 1);
                }
            }
            Ok(())
        })
    }

    fn names(&self, path: &Path) -> io::Result<Vec<String>> {
        let state = lock(&self.0).state.clone();
        let inside = |name: &&PathBuf| name.parent() == Some(path) && state.node(name).is_ok();
        let text = |name: &PathBuf| name.file_name().unwrap().to_str().unwrap().to_owned();
        Ok(state.names.keys().filter(inside).map(text).collect())
    }

    fn make_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn space(&self, _: &Path) -> io::Result<Space> {
        Ok(Space { free: 1 << 40, total: 1 << 41 })
    }
}
