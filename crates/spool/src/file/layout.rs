//! Where the files of a message are.

use postrider_core::Id;
use std::path::{Path, PathBuf};

/// Folders of the queue; messages that arrive within two minutes share one.
pub(crate) const FOLDERS: usize = 32;

const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// The fifth character of an id: its bits 35 to 39.
const FOLDER_SHIFT: u32 = 35;

/// The two files of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The octets.
    Body,
    /// Envelope and states.
    Envelope,
}

impl Part {
    const fn suffix(self) -> &'static str {
        match self {
            Self::Body => "eml",
            Self::Envelope => "env",
        }
    }
}

/// Paths below the root of a spool.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    pub(crate) fn tmp(&self) -> PathBuf {
        self.root.join("tmp")
    }

    pub(crate) fn corrupt(&self) -> PathBuf {
        self.root.join("corrupt")
    }

    pub(crate) fn queue(&self) -> PathBuf {
        self.root.join("q")
    }

    pub(crate) fn folder(&self, number: usize) -> PathBuf {
        let name = ALPHABET.get(number..=number).unwrap_or("0");
        self.queue().join(name)
    }

    /// While being written.
    pub(crate) fn draft(&self, id: Id, part: Part) -> PathBuf {
        self.tmp().join(name(id, part))
    }

    /// In the queue.
    pub(crate) fn file(&self, id: Id, part: Part) -> PathBuf {
        self.folder(folder_of(id)).join(name(id, part))
    }
}

/// Which folder holds a message.
pub(crate) fn folder_of(id: Id) -> usize {
    usize::try_from((id.as_u64() >> FOLDER_SHIFT) & 31).unwrap_or(0)
}

fn name(id: Id, part: Part) -> String {
    format!("{id}.{}", part.suffix())
}

/// Reads a name that [`Layout::file`] makes.
pub(crate) fn parse_name(name: &str) -> Option<(Id, Part)> {
    let (id, suffix) = name.split_once('.')?;
    let part = [Part::Body, Part::Envelope].into_iter().find(|p| p.suffix() == suffix)?;
    let parsed: Id = id.parse().ok()?;
    // Ids read tolerantly; a name is only ours as we write it.
    (parsed.to_string() == id).then_some((parsed, part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_character_is_the_folder() {
        let id: Id = "D21JKQD838RB".parse().unwrap();
        let layout = Layout::new(Path::new("/s"));
        assert_eq!(layout.file(id, Part::Body), Path::new("/s/q/K/D21JKQD838RB.eml"));
        assert_eq!(parse_name("D21JKQD838RB.env"), Some((id, Part::Envelope)));
        for foreign in ["d21jkqd838rb.env", "D21JKQD838RB.txt", "D21JKQD838RB", "x.eml"] {
            assert_eq!(parse_name(foreign), None, "{foreign}");
        }
    }
}
