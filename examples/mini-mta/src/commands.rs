//! One module per command.

pub mod dns;
pub mod doctor;
pub mod explain;
pub mod keygen;
pub mod serve;
pub mod trace;

use crate::config::{Config, ConfigError};
use crate::init::{self, InitError};
use postrider_resolver::ZoneResolver;
use std::path::{Path, PathBuf};

/// Folder of the development set-up, below the current one.
pub const DEV_FOLDER: &str = "mini-mta-dev";

/// Why a command did not do its work; its message is for standard error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The configuration is not right.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No set-up could be written.
    #[error(transparent)]
    Init(#[from] InitError),
    /// There is no configuration to read.
    #[error("no configuration: give --config FILE, or run where {CONFIG} or {DEV_FOLDER}/{CONFIG} is", CONFIG = init::CONFIG_NAME)]
    NoConfig,
    /// A file or socket of the server.
    #[error("{what}: {source}")]
    Io {
        /// Which one.
        what: String,
        /// Why not.
        source: std::io::Error,
    },
    /// Anything else, said in one sentence.
    #[error("{0}")]
    Other(String),
}

impl CommandError {
    /// An error of a file or socket.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// Any error whose sentence says enough.
    pub fn other(error: impl std::fmt::Display) -> Self {
        Self::Other(error.to_string())
    }
}

/// The configuration that was named, or the one that lies where a user would expect it.
///
/// # Errors
/// [`CommandError::NoConfig`] when there is none.
pub fn find_config(named: Option<&Path>) -> Result<PathBuf, CommandError> {
    let usual = [PathBuf::from(init::CONFIG_NAME), Path::new(DEV_FOLDER).join(init::CONFIG_NAME)];
    match named {
        Some(path) => Ok(path.into()),
        None => usual.into_iter().find(|p| p.exists()).ok_or(CommandError::NoConfig),
    }
}

/// Finds and loads the configuration.
///
/// # Errors
/// As [`find_config`] and [`Config::load`].
pub fn load_config(named: Option<&Path>) -> Result<Config, CommandError> {
    Ok(Config::load(&find_config(named)?)?)
}

/// A zone file as a resolver; a name that is not in it does not exist.
///
/// # Errors
/// [`CommandError`] with every fault of the file, by line and column.
pub(crate) fn read_zone(file: &Path) -> Result<ZoneResolver, CommandError> {
    let name = file.display().to_string();
    let text = std::fs::read(file).map_err(CommandError::io(name.clone()))?;
    ZoneResolver::parse(&text).map_err(|e| CommandError::other(e.in_file(&name)))
}
