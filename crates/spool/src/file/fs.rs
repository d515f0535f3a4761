//! The calls the engine makes of a file system, so that tests can lose power between any two.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

/// A file system. Each method is one step that a crash may separate from the next.
pub(crate) trait Fs: Send + Sync + 'static {
    /// A new file; fails if the name is taken.
    fn create(&self, path: &Path) -> io::Result<Box<dyn FsFile>>;
    /// An existing file, written at its end.
    fn append(&self, path: &Path) -> io::Result<Box<dyn FsFile>>;
    /// An existing file, read from its beginning.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>>;
    /// Octets of a file.
    fn len(&self, path: &Path) -> io::Result<u64>;
    /// Cuts a file and syncs it.
    fn cut(&self, path: &Path, len: u64) -> io::Result<()>;
    /// Moves a name, over another one if there is one.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Takes a name away.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes all changes of names in a folder durable.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
    /// Names in a folder, sorted.
    fn names(&self, path: &Path) -> io::Result<Vec<String>>;
    /// A new folder; no error if it exists.
    fn make_folder(&self, path: &Path) -> io::Result<()>;
    /// Space on the disk that holds the folder.
    fn space(&self, path: &Path) -> io::Result<Space>;

    /// A whole file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut octets = Vec::new();
        self.open(path)?.read_to_end(&mut octets)?;
        Ok(octets)
    }
}

/// A file being written.
pub(crate) trait FsFile: Send {
    fn write(&mut self, octets: &[u8]) -> io::Result<()>;
    /// Makes all octets written so far durable. After an error it proves nothing any more.
    fn sync(&mut self) -> io::Result<()>;
}

/// Octets of a disk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Space {
    pub(crate) free: u64,
    pub(crate) total: u64,
}

/// The file system of the machine.
#[derive(Debug)]
pub(crate) struct RealFs;

impl FsFile for File {
    fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.write_all(octets)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}

impl Fs for RealFs {
    fn create(&self, path: &Path) -> io::Result<Box<dyn FsFile>> {
        use std::os::unix::fs::OpenOptionsExt;
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        Ok(Box::new(file))
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn FsFile>> {
        Ok(Box::new(OpenOptions::new().append(true).open(path)?))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(path)?))
    }

    fn len(&self, path: &Path) -> io::Result<u64> {
        Ok(fs::symlink_metadata(path)?.len())
    }

    fn cut(&self, path: &Path, len: u64) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(path)?;
        file.set_len(len)?;
        file.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn names(&self, path: &Path) -> io::Result<Vec<String>> {
        let mut names = fs::read_dir(path)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<Vec<_>>>()?;
        names.sort_unstable();
        Ok(names)
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        use std::os::unix::fs::DirBuilderExt;
        DirBuilder::new().recursive(true).mode(0o700).create(path)
    }

    fn space(&self, path: &Path) -> io::Result<Space> {
        let s = rustix::fs::statvfs(path)?;
        Ok(Space {
            free: s.f_bavail.saturating_mul(s.f_frsize),
            total: s.f_blocks.saturating_mul(s.f_frsize),
        })
    }
}
