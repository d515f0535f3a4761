//! Values as reporters write them, each oddity noted.

use crate::aggregate::words::Word;
use crate::note::{Deviation, Notes, excerpt, safe};
use postrider_core::{DomainName, SafeText, UnixTime};

/// Text; nothing if it is empty. Line ends within are one space.
pub(super) fn text(value: &str) -> Option<SafeText> {
    if value.is_empty() {
        return None;
    }
    let flat = match value.chars().any(char::is_control) {
        true => value.split_whitespace().collect::<Vec<_>>().join(" "),
        false => value.to_owned(),
    };
    Some(safe(&flat))
}

/// Reads with notes at one place.
pub(super) struct At<'a> {
    pub(super) notes: &'a mut Notes,
    pub(super) place: &'a str,
}

impl At<'_> {
    pub(super) fn note(&mut self, deviation: Deviation) {
        self.notes.add(self.place, deviation);
    }

    pub(super) fn domain(&mut self, value: &str) -> Option<DomainName> {
        self.read(value, |v| DomainName::parse(v.strip_suffix('.').unwrap_or(v)).ok())
    }

    /// What the value means; a note if it means nothing.
    pub(super) fn read<T>(&mut self, value: &str, how: impl Fn(&str) -> Option<T>) -> Option<T> {
        if value.is_empty() {
            self.note(Deviation::Missing);
            return None;
        }
        let read = how(value);
        if read.is_none() {
            self.note(Deviation::Unreadable(excerpt(value)));
        }
        read
    }

    /// A word of a list, whatever its case.
    pub(super) fn word<W: Word>(&mut self, value: &str) -> Option<W> {
        if value.is_empty() {
            self.note(Deviation::Missing);
            return None;
        }
        let lower = value.to_ascii_lowercase();
        let word = W::of(&lower);
        match word {
            None => self.note(Deviation::UnknownWord(excerpt(value))),
            Some(_) if lower != value => self.note(Deviation::Case(excerpt(value))),
            Some(_) => {}
        }
        word
    }

    /// Seconds since 1970; a fraction is dropped.
    pub(super) fn time(&mut self, value: &str) -> Option<UnixTime> {
        let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
        let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let secs = self.read(whole, |v| {
            let secs = is_number(v).then(|| v.parse::<i64>().ok())??;
            // The range in which seconds are whole milliseconds.
            secs.checked_mul(1000).map(|_| UnixTime::from_secs(secs))
        })?;
        if whole.len() < value.len() {
            match is_number(fraction) {
                true => self.note(Deviation::Fraction(excerpt(value))),
                false => self.note(Deviation::Unreadable(excerpt(value))),
            }
        }
        Some(secs)
    }
}

/// Sets what may stand once.
pub(super) fn once<T>(slot: &mut Option<T>, value: Option<T>, at: &mut At<'_>) {
    if slot.is_some() {
        at.note(Deviation::Repeated);
        return;
    }
    *slot = value;
}
