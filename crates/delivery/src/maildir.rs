//! Delivery into a Maildir: a file is whole and durable before its name appears in `new`.
//!
//! ```text
//! tmp/NAME     written, synced
//! new/NAME     linked, folder synced: delivered
//! NAME = seconds ".M" micros "Q" id "R" recipient "." host
//! ```
//!
//! The name follows from the message, so a second delivery of the same message to the same
//! recipient, as after a crash between delivery and record, is seen and made one.

use postrider_core::{Id, SafeText};
use postrider_smtp_tokio::client::Body;
use postrider_spool::{Envelope, LeasedRcpt};
use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The folder of quarantined mail inside a Maildir (Maildir++).
pub const JUNK: &str = ".Junk";

/// What became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third")]
pub enum Stored {
    /// A new file, under this path.
    New(PathBuf),
    /// It was there already.
    Before(PathBuf),
}

/// What is stored, and for whom.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a group of arguments")]
pub struct Item<'a> {
    /// The message.
    pub id: Id,
    /// Its envelope.
    pub envelope: &'a Envelope,
    /// The recipient.
    pub rcpt: &'a LeasedRcpt,
    /// Our name, for the file name.
    pub host: &'a str,
}

/// Stores a message. Missing folders are made, for their owner alone.
///
/// `Return-Path` and `Delivered-To` are put on top, line ends become LF, and a message with
/// [`Envelope::quarantine`] goes to [`JUNK`].
///
/// # Errors
/// The system's; nothing is in `new` then, or a second try finds it there.
pub async fn deliver(maildir: &Path, item: Item<'_>, body: impl Body) -> io::Result<Stored> {
    let folder = match item.envelope.quarantine {
        Some(_) => maildir.join(JUNK),
        None => maildir.to_owned(),
    };
    let place = Place { folder, name: name(item) };
    let made = place.clone();
    if let Some(before) = blocking(move || made.prepare()).await? {
        return Ok(Stored::Before(before));
    }
    let written = write(&place, item, body).await;
    let (made, good) = (place.clone(), written.is_ok());
    let stored = blocking(move || match good {
        true => made.publish(),
        false => {
            // The reason is in `written`; a leftover is replaced by the next try.
            let _ = fs::remove_file(made.tmp());
            Ok(made.delivered())
        }
    });
    let stored = stored.await?;
    written.map(|()| Stored::New(stored))
}

#[derive(Clone)]
struct Place {
    folder: PathBuf,
    name: String,
}

fn name(item: Item<'_>) -> String {
    let received = item.envelope.received;
    let micros = received.millis().rem_euclid(1_000) * 1_000;
    // A slash or colon in a host name would be another path or another flag.
    let host: String =
        item.host.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect();
    let (secs, id, n) = (received.secs(), item.id, item.rcpt.n);
    format!("{secs}.M{micros}Q{id}R{n}.{host}")
}

impl Place {
    fn tmp(&self) -> PathBuf {
        self.folder.join("tmp").join(&self.name)
    }

    fn delivered(&self) -> PathBuf {
        self.folder.join("new").join(&self.name)
    }

    /// Makes the folders, and looks whether the message is there already.
    fn prepare(&self) -> io::Result<Option<PathBuf>> {
        for sub in ["tmp", "new", "cur"] {
            make_durably(&self.folder.join(sub))?;
        }
        if self.delivered().exists() {
            return Ok(Some(self.delivered()));
        }
        // A reader has moved it to `cur` and added flags behind a colon.
        for entry in fs::read_dir(self.folder.join("cur"))? {
            let entry = entry?;
            if is_flagged(&entry.file_name(), &self.name) {
                return Ok(Some(entry.path()));
            }
        }
        match fs::remove_file(self.tmp()) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(None),
        }
    }

    /// Gives the file its name in `new`, durably.
    fn publish(&self) -> io::Result<PathBuf> {
        match fs::hard_link(self.tmp(), self.delivered()) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(e),
            _ => {}
        }
        File::open(self.folder.join("new"))?.sync_all()?;
        fs::remove_file(self.tmp())?;
        Ok(self.delivered())
    }
}

/// Makes a folder and those above it; each new name is synced, or a mailbox made just now could be
/// gone after a loss of power, with the mail that was delivered into it.
fn make_durably(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    if path.is_dir() {
        return Ok(());
    }
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
    let parent = parent.unwrap_or_else(|| Path::new("."));
    make_durably(parent)?;
    match DirBuilder::new().mode(0o700).create(path) {
        // Another delivery was faster; it may not have synced yet.
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(e),
        _ => File::open(parent)?.sync_all(),
    }
}

fn is_flagged(file: &OsStr, name: &str) -> bool {
    let rest = file.to_str().and_then(|f| f.strip_prefix(name));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

async fn write(place: &Place, item: Item<'_>, mut body: impl Body) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let path = place.tmp();
    let top = top(item);
    let mut file = blocking(move || {
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(top.as_bytes())?;
        Ok(file)
    })
    .await?;
    let mut lines = LineEnds::default();
    while let Some(chunk) = body.next().await? {
        let octets = lines.convert(&chunk);
        file = blocking(move || file.write_all(&octets).map(|()| file)).await?;
    }
    let end = lines.end();
    blocking(move || {
        file.write_all(end)?;
        file.sync_all()
    })
    .await
}

/// RFC 5321 §4.4: "When the delivery SMTP server makes the 'final delivery' of a message, it inserts
/// a return-path line at the beginning of the mail data."
fn top(item: Item<'_>) -> String {
    let to = &item.rcpt.rcpt.to;
    let to = to.to_string();
    let to = SafeText::escaped(to.trim_matches(['<', '>']).as_bytes());
    let mut top = format!("Return-Path: {}\nDelivered-To: {to}\n", item.envelope.from);
    if let Some(why) = &item.envelope.quarantine {
        top.push_str(&format!("X-Quarantine: {why}\n"));
    }
    top
}

/// CRLF to LF over chunks; a CR alone stays.
#[derive(Default)]
struct LineEnds {
    /// A CR at the end of the last chunk, not yet written.
    cr: bool,
}

impl LineEnds {
    fn convert(&mut self, chunk: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(chunk.len() + 1);
        for &b in chunk {
            if self.cr && b != b'\n' {
                out.push(b'\r');
            }
            self.cr = b == b'\r';
            if !self.cr {
                out.push(b);
            }
        }
        out
    }

    const fn end(&self) -> &'static [u8] {
        match self.cr {
            true => b"\r",
            false => b"",
        }
    }
}

async fn blocking<T: Send + 'static>(
    job: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(job).await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests;
