//! A first set-up in a folder of its own: configuration, certificate, keys, one user.
//!
//! `keygen --init DOMAIN` writes one for a real domain, `serve` without a configuration one for
//! development. What is there already is kept, so that a second start finds its queue and keys.

use crate::clock;
use crate::local::hash_password;
use postrider_core::{DomainName, ParseDomainError, Secret};
use postrider_dkim::keygen::{KeySpec, KeygenError, generate};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Name of the configuration in the folder.
pub const CONFIG_NAME: &str = "mini-mta.toml";
/// Selector of the Ed25519 key.
pub const ED25519_SELECTOR: &str = "e1";
/// Selector of the RSA key.
pub const RSA_SELECTOR: &str = "r1";

/// What a set-up is for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SetUp {
    /// The mail domain.
    pub domain: DomainName,
    /// The server's name; the certificate is for it.
    pub hostname: DomainName,
    /// Local part of the one user.
    pub user: String,
    /// `listen` of the roles mx, submission and submissions.
    pub listen: [String; 3],
}

/// What was written, or found.
#[derive(Debug)]
#[non_exhaustive]
pub struct Written {
    /// The configuration file.
    pub config: PathBuf,
    /// Login name of the one user.
    pub user: String,
    /// Its password; none when the set-up was there before and its password file is gone.
    pub password: Option<Secret<String>>,
}

/// Why there is no set-up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InitError {
    /// A file or folder could not be made.
    #[error("{}: {source}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// No certificate could be made.
    #[error("certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// No key could be made.
    #[error("key: {0}")]
    Key(#[from] KeygenError),
    /// The system has no random octets.
    #[error("the system has no random octets to give")]
    Random,
}

impl SetUp {
    /// Loopback only, an invented domain; ports 2525, 2587 and 2465, or any free ones.
    ///
    /// # Errors
    /// Never; the names are constants.
    pub fn development(any_port: bool) -> Result<Self, ParseDomainError> {
        let ports = if any_port { [0; 3] } else { [2525, 2587, 2465] };
        Ok(Self {
            domain: DomainName::parse("postrider.example")?,
            hostname: DomainName::parse("mx.postrider.example")?,
            user: "me".to_owned(),
            listen: ports.map(|port| format!("127.0.0.1:{port}")),
        })
    }

    /// A party of the demo: any free ports, its name as its user's.
    ///
    /// # Errors
    /// When the name makes no host name.
    pub(crate) fn demo(domain: DomainName, user: &str) -> Result<Self, ParseDomainError> {
        Ok(Self {
            hostname: domain.child("mx")?,
            domain,
            user: user.to_owned(),
            listen: ["127.0.0.1:0"; 3].map(Into::into),
        })
    }

    /// All addresses of the machine, unprivileged ports: the usual place behind a forwarder.
    ///
    /// # Errors
    /// When `mx.DOMAIN` is too long for a name.
    pub fn for_domain(domain: DomainName) -> Result<Self, ParseDomainError> {
        Ok(Self {
            hostname: domain.child("mx")?,
            domain,
            user: "me".to_owned(),
            listen: ["0.0.0.0:2525", "0.0.0.0:2587", "0.0.0.0:2465"].map(Into::into),
        })
    }

    /// Writes what is missing in `folder`.
    ///
    /// # Errors
    /// [`InitError`] names the file.
    pub fn write(&self, folder: &Path) -> Result<Written, InitError> {
        for sub in ["", "tls", "keys", "secrets"] {
            let path = folder.join(sub);
            std::fs::create_dir_all(&path).map_err(|source| InitError::File { path, source })?;
        }
        self.certificate(folder)?;
        for (file, spec) in [("keys/e1.pem", KeySpec::Ed25519), ("keys/r1.pem", KeySpec::Rsa2048)] {
            private_file(&folder.join(file), || Ok(generate(spec)?.pem.expose().clone()))?;
        }
        let password = self.user(folder)?;
        let config = folder.join(CONFIG_NAME);
        private_file(&config, || Ok(self.config_text()))?;
        Ok(Written { config, user: self.user_name(), password })
    }

    fn user_name(&self) -> String {
        format!("{}@{}", self.user, self.domain)
    }

    fn certificate(&self, folder: &Path) -> Result<(), InitError> {
        let (cert, key) = (folder.join("tls/fullchain.pem"), folder.join("tls/key.pem"));
        if cert.exists() && key.exists() {
            return Ok(());
        }
        let names = vec![self.hostname.to_string(), "localhost".to_owned()];
        let made = rcgen::generate_simple_self_signed(names)?;
        private_file(&key, || Ok(made.signing_key.serialize_pem()))?;
        private_file(&cert, || Ok(made.cert.pem()))
    }

    /// The user file holds a hash; the password itself lies beside it until its owner removes it.
    fn user(&self, folder: &Path) -> Result<Option<Secret<String>>, InitError> {
        let path = folder.join("secrets/password");
        let users = folder.join("users.toml");
        if users.exists() {
            return Ok(std::fs::read_to_string(&path)
                .ok()
                .map(|p| Secret::new(p.trim_end().to_owned())));
        }
        let password = new_password()?;
        let salt = clock::random().map_err(|_| InitError::Random)?;
        let hash = hash_password(&password, salt).ok_or(InitError::Random)?;
        private_file(&path, || Ok(format!("{}\n", password.expose())))?;
        private_file(&users, || {
            Ok(format!(
                "# Login names and Argon2id hashes; make one with `mini-mta keygen --password`.\n\
                 [user.\"{}\"]\npassword = \"{}\"\n",
                self.user_name(),
                hash.expose()
            ))
        })?;
        Ok(Some(password))
    }

    fn config_text(&self) -> String {
        let [mx, submission, submissions] = &self.listen;
        include_str!("init.toml")
            .replace("@HOSTNAME@", self.hostname.as_str())
            .replace("@DOMAIN@", self.domain.as_str())
            .replace("@USER@", &self.user_name())
            .replace("@MX@", mx)
            .replace("@SUBMISSION@", submission)
            .replace("@SUBMISSIONS@", submissions)
    }
}

/// A password that can be typed: 20 characters of 32, so 100 bits.
fn new_password() -> Result<Secret<String>, InitError> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let random: [u8; 20] = clock::random().map_err(|_| InitError::Random)?;
    let letter = |b: u8| LETTERS.get(usize::from(b & 31)).copied().map_or('a', char::from);
    Ok(Secret::new(random.into_iter().map(letter).collect()))
}

/// Writes a file of mode 0600 unless it exists.
pub(crate) fn private_file(
    path: &Path,
    content: impl FnOnce() -> Result<String, InitError>,
) -> Result<(), InitError> {
    let fault = |source| InitError::File { path: path.into(), source };
    if path.exists() {
        return Ok(());
    }
    let content = content()?;
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(fault)?;
    file.write_all(content.as_bytes()).and_then(|()| file.sync_all()).map_err(fault)
}
