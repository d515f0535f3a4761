//! What a start does: take up the messages, finish removals, set aside what makes no sense.

use crate::error::{Corrupt, CorruptWhy, OpenError};
use crate::file::OpenReport;
use crate::file::fs::Fs;
use crate::file::index::{Index, Message};
use crate::file::layout::{FOLDERS, Layout, Part, folder_of, parse_name};
use crate::file::log::{self, BadLog, Log};
use crate::file::pool::lock;
use crate::state::RcptState;
use postrider_core::{Id, SafeText, UnixTime};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Duration;

/// How much each overdue message widens the time over which the next one is spread.
const STEP: Duration = Duration::from_secs(2);

/// How overdue messages are spread.
#[derive(Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) now: UnixTime,
    pub(crate) over: Duration,
    pub(crate) seed: u64,
}

/// A start.
pub(crate) struct Recovery<'a> {
    fs: &'a dyn Fs,
    layout: &'a Layout,
    spread: Spread,
    pub(crate) index: Index,
    pub(crate) report: OpenReport,
}

/// Which parts of a message were found.
#[derive(Clone, Copy, Default)]
struct Parts {
    body: bool,
    envelope: bool,
}

/// What is to be done with a pair of files.
enum Verdict {
    Keep(Box<Log>),
    Finished,
    SetAside(CorruptWhy),
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> OpenError + '_ {
    |source| OpenError::Io { path: path.to_owned(), source }
}

/// Makes the folders of a spool, durably.
pub(crate) fn make_folders(fs: &dyn Fs, layout: &Layout) -> Result<(), OpenError> {
    let make = |path: &Path| fs.make_folder(path).map_err(at(path));
    make_root(fs, layout.root())?;
    make(&layout.tmp())?;
    make(&layout.corrupt())?;
    make(&layout.queue())?;
    (0..FOLDERS).try_for_each(|n| make(&layout.folder(n)))?;
    let sync = |path: &Path| fs.sync_folder(path).map_err(at(path));
    sync(&layout.queue())?;
    sync(layout.root())
}

/// Makes the root and the folders above it that are missing, and syncs the name of each.
fn make_root(fs: &dyn Fs, root: &Path) -> Result<(), OpenError> {
    let missing = root.ancestors().take_while(|p| !p.as_os_str().is_empty());
    let missing: Vec<_> = missing.take_while(|p| fs.names(p).is_err()).collect();
    fs.make_folder(root).map_err(at(root))?;
    for made in missing.iter().rev() {
        let above = above(made);
        fs.sync_folder(above).map_err(at(above))?;
    }
    if missing.is_empty() {
        // A start that was killed may have made it without the sync; a folder above that is not
        // ours to open was there before us.
        let _ = fs.sync_folder(above(root));
    }
    Ok(())
}

fn above(path: &Path) -> &Path {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
    parent.unwrap_or_else(|| {
        Path::new(match path.is_absolute() {
            true => "/",
            false => ".",
        })
    })
}

impl<'a> Recovery<'a> {
    pub(crate) fn new(fs: &'a dyn Fs, layout: &'a Layout, spread: Spread) -> Self {
        Self { fs, layout, spread, index: Index::default(), report: OpenReport::default() }
    }

    /// Reads the whole spool. Doing it again changes nothing.
    pub(crate) fn run(&mut self) -> Result<(), OpenError> {
        let tmp = self.layout.tmp();
        for name in self.names(&tmp)? {
            let path = tmp.join(name);
            self.fs.remove(&path).map_err(at(&path))?;
        }
        for name in self.names(&self.layout.corrupt())? {
            let name = SafeText::escaped(name.as_bytes());
            self.report.corrupt.push(Corrupt::new(name, CorruptWhy::Earlier));
        }
        for number in 0..FOLDERS {
            let folder = self.layout.folder(number);
            self.folder(number, &folder)?;
        }
        self.report.messages = self.index.len();
        Ok(())
    }

    fn names(&self, path: &Path) -> Result<Vec<String>, OpenError> {
        self.fs.names(path).map_err(at(path))
    }

    fn folder(&mut self, number: usize, folder: &Path) -> Result<(), OpenError> {
        let mut found: BTreeMap<Id, Parts> = BTreeMap::new();
        for name in self.names(folder)? {
            match parse_name(&name).filter(|(id, _)| folder_of(*id) == number) {
                Some((id, Part::Body)) => found.entry(id).or_default().body = true,
                Some((id, Part::Envelope)) => found.entry(id).or_default().envelope = true,
                None => self.set_aside(&folder.join(&name), &name, CorruptWhy::Foreign)?,
            }
        }
        for (id, parts) in found {
            self.pair(id, parts)?;
        }
        Ok(())
    }

    fn pair(&mut self, id: Id, parts: Parts) -> Result<(), OpenError> {
        match self.judge(id, parts)? {
            Verdict::Keep(log) => self.keep(id, *log),
            Verdict::Finished => self.finish(id, parts),
            Verdict::SetAside(why) => {
                let present = [(Part::Body, parts.body), (Part::Envelope, parts.envelope)];
                for (part, _) in present.into_iter().filter(|(_, there)| *there) {
                    let path = self.layout.file(id, part);
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    self.set_aside(&path, &name, why.clone())?;
                }
                Ok(())
            }
        }
    }

    fn judge(&self, id: Id, parts: Parts) -> Result<Verdict, OpenError> {
        if !parts.envelope {
            return Ok(Verdict::SetAside(CorruptWhy::NoEnvelope));
        }
        let path = self.layout.file(id, Part::Envelope);
        let octets = self.fs.read(&path).map_err(at(&path))?;
        let log = match log::parse(&octets) {
            Ok(log) => log,
            Err(BadLog::Line(line)) => return Ok(Verdict::SetAside(CorruptWhy::Line { line })),
            Err(BadLog::Newer(version)) => return Err(OpenError::Newer { path, version }),
        };
        if log.head.id != id {
            return Ok(Verdict::SetAside(CorruptWhy::OtherId(log.head.id)));
        }
        if log.states.is_settled() {
            return Ok(Verdict::Finished);
        }
        if !parts.body {
            return Ok(Verdict::SetAside(CorruptWhy::NoBody));
        }
        let body = self.layout.file(id, Part::Body);
        let found = self.fs.len(&body).map_err(at(&body))?;
        let expected = log.head.size;
        if found != expected {
            return Ok(Verdict::SetAside(CorruptWhy::Size { expected, found }));
        }
        Ok(Verdict::Keep(Box::new(log)))
    }

    fn keep(&mut self, id: Id, mut log: Log) -> Result<(), OpenError> {
        if log.torn {
            let path = self.layout.file(id, Part::Envelope);
            self.fs.cut(&path, log.good).map_err(at(&path))?;
            self.report.torn += 1;
        }
        let before = self.index.len();
        for state in &mut log.states.rcpts {
            if let RcptState::Due { due, .. } | RcptState::Owed { due, .. } = state {
                *due = self.spread.apply(id, *due, before);
            }
        }
        let body = (log.head.size, log.head.crc);
        let message = Message::new(log.head.env, body, log.head.top.len(), log.states);
        lock(&message.file).lines = log.lines;
        self.index.insert(id, message);
        Ok(())
    }

    /// Completes a removal: the body first, the envelope when that is durable.
    fn finish(&mut self, id: Id, parts: Parts) -> Result<(), OpenError> {
        if parts.body {
            let body = self.layout.file(id, Part::Body);
            self.fs.remove(&body).map_err(at(&body))?;
            let folder = self.layout.folder(folder_of(id));
            self.fs.sync_folder(&folder).map_err(at(&folder))?;
        }
        let path = self.layout.file(id, Part::Envelope);
        self.fs.remove(&path).map_err(at(&path))?;
        self.report.removed += 1;
        Ok(())
    }

    fn set_aside(&mut self, path: &Path, name: &str, why: CorruptWhy) -> Result<(), OpenError> {
        let to = self.layout.corrupt().join(name);
        self.fs.rename(path, &to).map_err(at(path))?;
        let name = SafeText::escaped(name.as_bytes());
        self.report.corrupt.push(Corrupt::new(name, why));
        Ok(())
    }
}

impl Spread {
    /// A moment for what fell due while nobody looked, when `before` messages have one already: a
    /// handful goes at once, only a mountain is spread over the whole time.
    fn apply(self, id: Id, due: UnixTime, before: usize) -> UnixTime {
        let step = STEP.saturating_mul(u32::try_from(before).unwrap_or(u32::MAX));
        let over = u64::try_from(self.over.min(step).as_millis()).unwrap_or(0);
        if due >= self.now || over == 0 {
            return due;
        }
        let late = mix(self.seed ^ id.as_u64()) % over;
        self.now.plus(Duration::from_millis(late))
    }
}

/// The finishing step of `SplitMix64`: neighbouring numbers come out unlike each other.
const fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
