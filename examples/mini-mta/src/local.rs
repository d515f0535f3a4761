//! Who lives here: users, their addresses and passwords, aliases.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use postrider_core::{DomainName, ForwardPath, Mailbox, Secret};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Deepest chain of aliases.
pub const MAX_ALIAS_DEPTH: usize = 10;
/// A hash of nothing that anyone knows, so that unknown users cost the same time.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$cG9zdHJpZGVyLW5vYm9keQ$\
                      r4kKZ3pT0mXkKqj1dJ8Vb1mPZ3n7mE0xZ0a8cY9lq1s";

/// `users.toml`, as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UsersFile {
    #[serde(default)]
    pub(crate) user: BTreeMap<String, UserEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserEntry {
    pub(crate) password: Secret<String>,
    #[serde(default)]
    pub(crate) addresses: Vec<Mailbox>,
    #[serde(default)]
    pub(crate) disabled: bool,
}

/// One user.
#[derive(Clone, Debug)]
pub struct User {
    /// The address that is also the login name and the name of the mailbox.
    pub name: Mailbox,
    /// All addresses that are this user's, `name` among them.
    pub addresses: BTreeSet<Address>,
    hash: Secret<String>,
    disabled: bool,
}

/// An address of ours, which compares without case in both parts: no host should tell `Me@` from `me@`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(String);

impl From<&Mailbox> for Address {
    fn from(m: &Mailbox) -> Self {
        Self(m.to_string().to_lowercase())
    }
}

/// What a recipient address means here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recipient {
    /// Mailboxes of ours and addresses elsewhere, after aliases.
    Known {
        /// Users whose mailbox gets a copy.
        local: Vec<Mailbox>,
        /// Addresses elsewhere to which an alias forwards.
        remote: Vec<Mailbox>,
        /// The aliases followed, for the trace.
        via: Vec<String>,
    },
    /// One of our domains, but nobody lives there.
    Unknown,
    /// Not one of our domains.
    Elsewhere,
}

/// How a login ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the client is told no more than this anyway")]
pub enum Login {
    /// User and password fit.
    Accepted,
    /// No such user, the wrong password, or a disabled user: one answer for all.
    Refused,
}

/// Why users and aliases do not fit together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryError {
    /// A user name that is no address.
    #[error("user `{0}`: {1}")]
    Name(String, postrider_core::ParseMailboxError),
    /// A password that is no Argon2 hash.
    #[error(
        "user `{0}`: the password is no argon2id hash; make one with `mini-mta keygen --password`"
    )]
    Hash(String),
    /// An alias that comes back to itself or is too deep.
    #[error("alias `{0}` does not end within {MAX_ALIAS_DEPTH} steps")]
    Loop(String),
    /// An alias to an address of ours where nobody lives.
    #[error("alias `{from}` leads to `{to}`, where nobody lives")]
    Nobody {
        /// The alias.
        from: String,
        /// Its target.
        to: String,
    },
}

/// Users and aliases of the local domains.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    domains: Vec<DomainName>,
    users: BTreeMap<Address, User>,
    owners: BTreeMap<Address, Mailbox>,
    aliases: BTreeMap<Address, Vec<Mailbox>>,
    subaddress: String,
}

impl User {
    /// A user from a login name and an Argon2 hash.
    ///
    /// # Errors
    /// [`DirectoryError::Hash`] when the hash cannot be read.
    pub fn new(
        name: Mailbox,
        addresses: Vec<Mailbox>,
        hash: Secret<String>,
    ) -> Result<Self, DirectoryError> {
        if PasswordHash::new(hash.expose()).is_err() {
            return Err(DirectoryError::Hash(name.to_string()));
        }
        let addresses = addresses.iter().chain([&name]).map(Address::from).collect();
        Ok(Self { name, addresses, hash, disabled: false })
    }
}

impl Directory {
    /// Puts users and aliases together and checks that every alias ends.
    ///
    /// # Errors
    /// All [`DirectoryError`]s, not only the first.
    pub fn new(
        domains: Vec<DomainName>,
        users: Vec<User>,
        aliases: BTreeMap<Address, Vec<Mailbox>>,
        subaddress: &str,
    ) -> Result<Self, Vec<DirectoryError>> {
        let mut directory =
            Self { domains, aliases, subaddress: subaddress.into(), ..Self::default() };
        for user in users {
            for address in &user.addresses {
                directory.owners.insert(address.clone(), user.name.clone());
            }
            directory.users.insert(Address::from(&user.name), user);
        }
        let errors: Vec<_> =
            directory.aliases.keys().filter_map(|a| directory.check(a).err()).collect();
        if errors.is_empty() { Ok(directory) } else { Err(errors) }
    }

    /// Users as `users.toml` has them.
    ///
    /// # Errors
    /// All [`DirectoryError`]s.
    pub(crate) fn users(file: UsersFile) -> Result<Vec<User>, Vec<DirectoryError>> {
        let (mut users, mut errors) = (Vec::new(), Vec::new());
        for (name, entry) in file.user {
            let made = name
                .parse::<Mailbox>()
                .map_err(|e| DirectoryError::Name(name, e))
                .and_then(|m| User::new(m, entry.addresses, entry.password));
            match made {
                Ok(user) => users.push(User { disabled: entry.disabled, ..user }),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(users) } else { Err(errors) }
    }

    fn check(&self, alias: &Address) -> Result<(), DirectoryError> {
        let mut out = Expansion::default();
        for target in self.aliases.get(alias).into_iter().flatten() {
            self.expand(target, 1, &mut out);
        }
        match (out.too_deep, out.nobody.first()) {
            (true, _) => Err(DirectoryError::Loop(alias.0.clone())),
            (false, Some(to)) => {
                Err(DirectoryError::Nobody { from: alias.0.clone(), to: to.to_string() })
            }
            (false, None) => Ok(()),
        }
    }

    /// The local domains.
    #[must_use]
    pub fn domains(&self) -> &[DomainName] {
        &self.domains
    }

    /// Whether mail for this domain is kept here.
    #[must_use]
    pub fn is_local(&self, domain: &DomainName) -> bool {
        self.domains.contains(domain)
    }

    /// What a recipient means here. The bare `<Postmaster>` is that of the first local domain.
    #[must_use]
    pub fn recipient(&self, to: &ForwardPath) -> Recipient {
        let postmaster = || format!("postmaster@{}", self.domains.first()?).parse().ok();
        match to {
            ForwardPath::Mailbox(m) => self.mailbox(m),
            ForwardPath::Postmaster => {
                postmaster().map_or(Recipient::Unknown, |m: Mailbox| self.mailbox(&m))
            }
        }
    }

    fn mailbox(&self, m: &Mailbox) -> Recipient {
        if !m.domain_name().is_some_and(|d| self.is_local(d)) {
            return Recipient::Elsewhere;
        }
        let mut out = Expansion::default();
        self.expand(m, 0, &mut out);
        if out.local.is_empty() && out.remote.is_empty() {
            return Recipient::Unknown;
        }
        Recipient::Known {
            local: out.local.into_iter().collect(),
            remote: out.remote.into_iter().collect(),
            via: out.via,
        }
    }

    fn expand(&self, m: &Mailbox, depth: usize, out: &mut Expansion) {
        if depth > MAX_ALIAS_DEPTH {
            out.too_deep = true;
            return;
        }
        let plain = self.without_subaddress(m);
        if let Some(targets) =
            self.aliases.get(&Address::from(m)).or_else(|| self.aliases.get(&plain))
        {
            out.via.push(m.to_string());
            targets.iter().for_each(|t| self.expand(t, depth + 1, out));
        } else if let Some(owner) =
            self.owners.get(&Address::from(m)).or_else(|| self.owners.get(&plain))
        {
            out.local.insert(owner.clone());
        } else if m.domain_name().is_some_and(|d| self.is_local(d)) {
            out.nobody.push(m.clone());
        } else {
            out.remote.insert(m.clone());
        }
    }

    /// `me+list@` is `me@`, where a separator is configured.
    fn without_subaddress(&self, m: &Mailbox) -> Address {
        let local = m.local().as_str();
        let base = match self.subaddress.as_str() {
            "" => local,
            separator => local.split_once(separator).map_or(local, |(base, _)| base),
        };
        Address(format!("{base}@{}", m.host()).to_lowercase())
    }

    /// The user of a login name.
    #[must_use]
    pub fn user(&self, name: &str) -> Option<&User> {
        self.users.get(&Address(name.to_lowercase())).filter(|u| !u.disabled)
    }

    /// All users.
    pub fn all_users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    /// Checks a password. Slow on purpose; call it where blocking is allowed.
    #[must_use]
    pub fn verify(&self, name: &str, password: &Secret<String>) -> Login {
        let user = self.user(name);
        let hash = user.map_or(NOBODY, |u| u.hash.expose());
        let fits = PasswordHash::new(hash).is_ok_and(|h| {
            Argon2::default().verify_password(password.expose().as_bytes(), &h).is_ok()
        });
        if fits && user.is_some() { Login::Accepted } else { Login::Refused }
    }
}

#[derive(Default)]
struct Expansion {
    local: BTreeSet<Mailbox>,
    remote: BTreeSet<Mailbox>,
    nobody: Vec<Mailbox>,
    via: Vec<String>,
    too_deep: bool,
}

/// The Argon2id hash of a password, with 16 octets of salt from the caller.
#[must_use]
pub fn hash_password(password: &Secret<String>, salt: [u8; 16]) -> Option<Secret<String>> {
    let salt = SaltString::encode_b64(&salt).ok()?;
    let hash = Argon2::default().hash_password(password.expose().as_bytes(), &salt).ok()?;
    Some(Secret::new(hash.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(text: &str) -> Mailbox {
        text.parse().unwrap()
    }

    fn directory(aliases: &[(&str, &str)]) -> Result<Directory, Vec<DirectoryError>> {
        let hash = hash_password(&Secret::new("secret".into()), [7; 16]).unwrap();
        let user =
            User::new(mailbox("me@example.org"), vec![mailbox("i@example.org")], hash).unwrap();
        let mut map: BTreeMap<Address, Vec<Mailbox>> = BTreeMap::new();
        for (from, to) in aliases {
            map.entry(Address::from(&mailbox(from))).or_default().push(mailbox(to));
        }
        Directory::new(vec!["example.org".parse().unwrap()], vec![user], map, "+")
    }

    fn local(d: &Directory, to: &str) -> Vec<String> {
        match d.recipient(&mailbox(to).into()) {
            Recipient::Known { local, .. } => local.iter().map(ToString::to_string).collect(),
            Recipient::Unknown | Recipient::Elsewhere => Vec::new(),
        }
    }

    #[test]
    fn addresses_aliases_and_subaddresses_lead_to_the_user() {
        let d = directory(&[("postmaster@example.org", "me@example.org")]).unwrap();
        for to in [
            "me@example.org",
            "ME@Example.org",
            "i@example.org",
            "me+list@example.org",
            "postmaster@example.org",
        ] {
            assert_eq!(local(&d, to), ["me@example.org"], "{to}");
        }
        assert_eq!(d.recipient(&mailbox("you@example.org").into()), Recipient::Unknown);
        assert_eq!(d.recipient(&mailbox("me@example.net").into()), Recipient::Elsewhere);
        assert!(matches!(d.recipient(&ForwardPath::Postmaster), Recipient::Known { .. }));
    }

    #[test]
    fn aliases_that_do_not_end_are_refused() {
        let loop_ =
            directory(&[("a@example.org", "b@example.org"), ("b@example.org", "a@example.org")]);
        assert_eq!(loop_.unwrap_err().len(), 2);
        let nobody = directory(&[("a@example.org", "gone@example.org")]).unwrap_err();
        assert!(matches!(nobody.as_slice(), [DirectoryError::Nobody { .. }]));
    }

    #[test]
    fn only_the_right_password_fits() {
        let d = directory(&[]).unwrap();
        let check = |user, password: &str| d.verify(user, &Secret::new(password.into()));
        assert_eq!(check("me@example.org", "secret"), Login::Accepted);
        assert_eq!(check("me@example.org", "Secret"), Login::Refused);
        assert_eq!(check("nobody@example.org", "secret"), Login::Refused);
        assert!(PasswordHash::new(NOBODY).is_ok(), "or unknown users would answer sooner");
    }
}
