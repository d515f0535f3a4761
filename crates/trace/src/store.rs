//! Day files: their names, how long they are kept, and finding a trace in one. No file is opened here.

use crate::event::Event;
use crate::id::{SessionId, TraceId};
use crate::read::read_lines;
use crate::trace::Trace;
use postrider_core::{Id, UnixTime};
use std::time::Duration;

const SUFFIX: &str = ".jsonl";
/// Octets of a line in which its ids stand, since keys have one order.
const HEAD: usize = 160;

/// Name of the file of a day in UTC, such as `2026-11-24.jsonl`.
#[must_use]
pub fn file_name(day: UnixTime) -> String {
    let time = day.rfc3339();
    let date = time.get(..10).unwrap_or_default();
    format!("{date}{SUFFIX}")
}

/// The file into which an event belongs: that of the day on which its message, or its session, began.
///
/// So a trace is in one file, however late its last attempt.
#[must_use]
pub fn file_of(event: &Event) -> String {
    let id = event.msg.or_else(|| event.sess.map(SessionId::id));
    file_name(id.map_or(event.t, Id::time))
}

/// Start of the day whose file has this name; nothing for other files.
#[must_use]
pub fn day_of_file(name: &str) -> Option<UnixTime> {
    let date = name.strip_suffix(SUFFIX)?;
    UnixTime::parse_rfc3339(&format!("{date}T00:00:00Z"))
}

/// How long traces are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retention {
    /// Days, today included.
    pub days: u32,
    /// Octets of all files together; the file of today is never given up.
    pub max_octets: u64,
}

impl Default for Retention {
    /// 14 days or 256 MiB, whichever comes first.
    fn default() -> Self {
        Self { days: 14, max_octets: 256 * 1024 * 1024 }
    }
}

impl Retention {
    /// At most so many days and octets.
    #[must_use]
    pub const fn new(days: u32, max_octets: u64) -> Self {
        Self { days, max_octets }
    }

    /// Which of `files`, given by name and length, are to be removed; oldest first. Files that are no day
    /// files are left alone.
    #[must_use]
    pub fn surplus<'a>(&self, files: &[(&'a str, u64)], now: UnixTime) -> Vec<&'a str> {
        let mut days: Vec<(UnixTime, &str, u64)> =
            files.iter().filter_map(|&(name, len)| Some((day_of_file(name)?, name, len))).collect();
        days.sort_by(|a, b| b.cmp(a));
        let today = day_of_file(&file_name(now)).unwrap_or(now);
        let kept = Duration::from_secs(u64::from(self.days.saturating_sub(1)) * 86_400);
        let oldest = today.minus(kept);
        let mut sum = 0_u64;
        let mut surplus = Vec::new();
        for (day, name, len) in days {
            sum = sum.saturating_add(len);
            if day < today && (day < oldest || sum > self.max_octets) {
                surplus.push(name);
            }
        }
        surplus.reverse();
        surplus
    }
}

/// The lines of `file` that belong to a trace: those of its id, and those of its session.
///
/// Looks only at the start of each line, so a day of traces is searched about as fast as it is read.
#[must_use]
pub fn lines_of(file: &[u8], id: TraceId) -> Vec<&[u8]> {
    let key = match id {
        TraceId::Message(id) => format!("\"msg\":\"{id}\""),
        TraceId::Session(id) => format!("\"sess\":\"{id}\""),
    };
    let lines = || file.split(|&b| b == b'\n');
    let own = || lines().filter(|line| head_has(line, key.as_bytes()));
    let session = own().find_map(|line| Event::from_line(line).ok()?.sess);
    let Some(session) = session else {
        return own().collect();
    };
    let session = format!("\"sess\":\"{session}\"");
    let belongs = |line: &&[u8]| {
        head_has(line, key.as_bytes())
            || (head_has(line, session.as_bytes()) && !head_has(line, b"\"msg\":"))
    };
    lines().filter(belongs).collect()
}

fn head_has(line: &[u8], key: &[u8]) -> bool {
    let head = line.get(..HEAD).unwrap_or(line);
    head.windows(key.len()).any(|window| window == key)
}

/// The trace of this id in `file`. Where the session began a day before its message, its lines are in
/// the file of that day: give both, joined.
#[must_use]
pub fn find(file: &[u8], id: TraceId) -> Option<Trace> {
    let text = lines_of(file, id).join(&b'\n');
    let traces = Trace::group(read_lines(&text).events);
    traces.into_iter().find(|trace| trace.id == id)
}
