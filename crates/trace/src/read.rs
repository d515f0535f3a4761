//! Lines back to events.

use crate::event::{Event, VERSION};

/// Most octets of a line that is read; longer ones were not written by us.
pub const MAX_LINE: usize = 1_048_576;

/// Why a line is no event.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// More than [`MAX_LINE`] octets.
    #[error("line of {len} octets, {MAX_LINE} are allowed")]
    Long {
        /// Its length.
        len: usize,
    },
    /// No JSON object with the keys of an event.
    #[error("no event: {0}")]
    Json(#[source] serde_json::Error),
    /// Written by a version whose events mean something else.
    #[error("format version {v}, this reader knows {VERSION}")]
    Version {
        /// The version.
        v: u32,
    },
}

/// A line that is no event.
#[derive(Debug)]
#[non_exhaustive]
pub struct BadLine {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub error: ReadError,
}

/// The events of a text, and what could not be read.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Lines {
    /// In the order of their lines.
    pub events: Vec<Event>,
    /// Lines that are no events, such as the last one after a crash.
    pub bad: Vec<BadLine>,
}

impl Event {
    /// Reads one line, with or without its line break. Unknown keys are passed over.
    ///
    /// # Errors
    /// [`ReadError`] when it is no event of this version.
    pub fn from_line(line: &[u8]) -> Result<Self, ReadError> {
        if line.len() > MAX_LINE {
            return Err(ReadError::Long { len: line.len() });
        }
        let event: Self = serde_json::from_slice(line).map_err(ReadError::Json)?;
        match event.v {
            VERSION => Ok(event),
            v => Err(ReadError::Version { v }),
        }
    }
}

/// Reads all lines of `text`; empty ones are passed over.
#[must_use]
pub fn read_lines(text: &[u8]) -> Lines {
    let mut lines = Lines::default();
    for (at, line) in text.split(|&b| b == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match Event::from_line(line) {
            Ok(event) => lines.events.push(event),
            Err(error) => lines.bad.push(BadLine { line: at + 1, error }),
        }
    }
    lines
}
