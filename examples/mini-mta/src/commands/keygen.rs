//! `mini-mta keygen`

use super::CommandError;
use crate::cli;
use crate::clock;
use crate::init::{SetUp, private_file};
use crate::local::hash_password;
use postrider_core::Secret;
use postrider_dkim::keygen::{GeneratedKey, KeySpec, generate};
use postrider_dkim::{KeyRecord, Selector};
use std::io::{BufRead, Write};
use std::path::Path;

/// Makes what was asked for; keys and hashes go to `out`, the rest to `notes`.
///
/// # Errors
/// [`CommandError`] when a file exists already, cannot be written, or standard input is empty.
pub fn run(
    args: &cli::Keygen,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
    notes: &mut dyn Write,
) -> Result<(), CommandError> {
    if let Some(domain) = &args.init {
        return init(domain, notes);
    }
    if args.password {
        return password(input, out);
    }
    let spec = match (args.rsa2048, args.rsa4096) {
        (true, _) => KeySpec::Rsa2048,
        (_, true) => KeySpec::Rsa4096,
        _ => KeySpec::Ed25519,
    };
    let made = generate(spec).map_err(CommandError::other)?;
    write_key(args.out.as_deref(), &made, out)?;
    if let (Some(selector), Some(domain)) = (&args.selector, &args.domain) {
        let selector = Selector::parse(selector).map_err(CommandError::other)?;
        let name = selector.under_domainkey(domain).map_err(CommandError::other)?;
        let record = KeyRecord::new(made.key.public().clone());
        writeln!(notes, "publish:  {name}. TXT \"{record}\"")
            .map_err(CommandError::io("standard error"))?;
    }
    Ok(())
}

fn write_key(
    file: Option<&Path>,
    made: &GeneratedKey,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    match file {
        None => {
            out.write_all(made.pem.expose().as_bytes()).map_err(CommandError::io("standard output"))
        }
        Some(path) if path.exists() => Err(CommandError::Other(format!(
            "{} exists; a key is never written over",
            path.display()
        ))),
        Some(path) => Ok(private_file(path, || Ok(made.pem.expose().clone()))?),
    }
}

fn password(input: &mut dyn BufRead, out: &mut dyn Write) -> Result<(), CommandError> {
    let mut line = String::new();
    input.read_line(&mut line).map_err(CommandError::io("standard input"))?;
    let password = Secret::new(line.trim_end_matches(['\r', '\n']).to_owned());
    if password.expose().is_empty() {
        return Err(CommandError::Other(
            "type the password on standard input, then a line end".into(),
        ));
    }
    let salt = clock::random()
        .map_err(|_| CommandError::Other("the system has no random octets".into()))?;
    let hash = hash_password(&password, salt)
        .ok_or_else(|| CommandError::Other("the password is too long".into()))?;
    writeln!(out, "{}", hash.expose()).map_err(CommandError::io("standard output"))
}

fn init(domain: &postrider_core::DomainName, notes: &mut dyn Write) -> Result<(), CommandError> {
    let setup = SetUp::for_domain(domain.clone()).map_err(CommandError::other)?;
    let folder = Path::new(domain.as_str());
    let written = setup.write(folder)?;
    let mut say =
        |line: String| writeln!(notes, "{line}").map_err(CommandError::io("standard error"));
    say(format!("wrote {}", written.config.display()))?;
    match &written.password {
        Some(_) => say(format!(
            "user {}, password in {}/secrets/password",
            written.user,
            folder.display()
        ))?,
        None => say(format!("user {}, password as before", written.user))?,
    }
    say(format!(
        "next: mini-mta dns --config {} --address YOUR.PUBLIC.ADDRESS",
        written.config.display()
    ))?;
    say(format!("then: mini-mta serve --config {}", written.config.display()))
}
