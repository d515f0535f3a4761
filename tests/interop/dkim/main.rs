//! Our signatures before dkimpy and OpenDKIM, and theirs before us: 200 messages, both ways.
//!
//! A program that is not installed is said as `skipped: NAME not installed`; `.ci/run` installs all.

mod messages;

use messages::{COUNT, message};
use postrider_core::{DomainName, UnixTime};
use postrider_dkim::keygen::{KeySpec, generate};
use postrider_dkim::{
    Canonicalization, Form, KeyRecord, Policy, PrivateKey, Selector, SignRequest, Signer,
    SigningKey, verify,
};
use postrider_message::HeaderBlock;
use postrider_resolver::{Name, Record, Txt, ZoneResolver, block_on};
use postrider_tests::{installed, python_with, run};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::SystemTime;

const CROSS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/dkim/cross.py");
const DOMAIN: &str = "peer.example";
const SEED: [u8; 32] = [7; 32];

/// A key under both names, ours and theirs.
struct Keys {
    rsa: Arc<PrivateKey>,
    ed25519: Arc<PrivateKey>,
    folder: tempfile::TempDir,
}

impl Keys {
    /// New keys, in the files that the other implementations read.
    fn new() -> Self {
        use base64::Engine as _;
        let folder = tempfile::tempdir().expect("a folder");
        let rsa = generate(KeySpec::Rsa2048).expect("an RSA key");
        let seed = base64::prelude::BASE64_STANDARD.encode(SEED);
        std::fs::write(folder.path().join("rsa.pem"), rsa.pem.expose()).expect("a file");
        std::fs::write(folder.path().join("ed25519.seed"), seed).expect("a file");
        let ed25519 = Arc::new(PrivateKey::from_ed25519_seed(&SEED).expect("a seed"));
        Self { rsa: Arc::new(rsa.key), ed25519, folder }
    }

    fn records(&self) -> [(String, String); 2] {
        [("rsa", &self.rsa), ("ed25519", &self.ed25519)].map(|(selector, key)| {
            let record = KeyRecord::new(key.public().clone()).to_string();
            (format!("{selector}._domainkey.{DOMAIN}"), record)
        })
    }

    fn zone(&self) -> ZoneResolver {
        let mut zone = ZoneResolver::new();
        for (name, text) in self.records() {
            let txt = Record::Txt(Txt::from_strings([text.as_bytes()]));
            zone.insert(Name::from_dotted(name.as_bytes()).expect("a name"), 300, txt);
        }
        zone
    }

    /// The message with both signatures, their forms by its number.
    fn signed(&self, number: usize, message: &[u8]) -> Vec<u8> {
        let form = |bit: usize| if number & bit == 0 { Form::Simple } else { Form::Relaxed };
        let request = |selector, key: &Arc<PrivateKey>, c| {
            let domain = DomainName::parse(DOMAIN).expect("a name");
            let selector = Selector::parse(selector).expect("a selector");
            SignRequest::new(domain, selector, Arc::clone(key) as Arc<dyn SigningKey>)
                .canonicalization(c)
        };
        let rsa = Canonicalization { header: form(1), body: form(2) };
        let ed25519 = Canonicalization { header: form(4), body: form(8) };
        let requests =
            vec![request("rsa", &self.rsa, rsa), request("ed25519", &self.ed25519, ed25519)];
        let (headers, _) = HeaderBlock::parse(message);
        let mut signer = Signer::new(requests, &headers, now()).expect("one From field");
        signer.body(&message[headers.body_offset()..]);
        let fields = signer.finish().expect("local keys");
        [&fields.concat(), message].concat()
    }

    fn write_keys(&self) {
        let records: std::collections::BTreeMap<_, _> = self.records().into_iter().collect();
        let json = serde_json::to_string(&records).expect("text");
        std::fs::write(self.folder.path().join("keys.json"), json).expect("a file");
    }

    /// Names and octets, in a folder of their own.
    fn write(&self, folder: &str, mails: impl Iterator<Item = Vec<u8>>) -> Vec<PathBuf> {
        let folder = self.folder.path().join(folder);
        std::fs::create_dir(&folder).expect("a folder");
        let files = mails.enumerate().map(|(number, mail)| {
            let path = folder.join(format!("{number:03}.eml"));
            std::fs::write(&path, mail).expect("a file");
            path
        });
        files.collect()
    }
}

/// The other programs judge `t=` by the real clock.
fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    UnixTime::from_secs(i64::try_from(since.as_secs()).expect("a date"))
}

fn assert_passes(zone: &ZoneResolver, mail: &[u8], what: &str) {
    let verdicts = block_on(verify(zone, &Policy::default(), mail, now())).expect("a zone");
    assert_eq!(verdicts.len(), 1, "{what}");
    assert!(verdicts[0].is_pass(), "{what}: {}", verdicts[0].story());
}

#[test]
fn dkimpy_and_we_agree() {
    let python = match python_with("dkim, nacl") {
        Ok(python) => python,
        Err(skipped) => return println!("{skipped}"),
    };
    let keys = Keys::new();
    keys.write_keys();
    keys.write("plain", (0..COUNT).map(message));
    keys.write("ours", (0..COUNT).map(|n| keys.signed(n, &message(n))));
    std::fs::create_dir(keys.folder.path().join("theirs")).expect("a folder");
    let said = run(Command::new(python).arg(CROSS).arg(keys.folder.path()));
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2 * COUNT);
    let failed: Vec<&&str> = lines.iter().filter(|l| !l.ends_with(" pass")).collect();
    assert!(failed.is_empty(), "dkimpy refuses {}: {failed:#?}", failed.len());

    let zone = keys.zone();
    let mut read = 0;
    for entry in std::fs::read_dir(keys.folder.path().join("theirs")).expect("a folder") {
        let path = entry.expect("a file").path();
        let mail = std::fs::read(&path).expect("a file");
        assert_passes(&zone, &mail, &path.display().to_string());
        read += 1;
    }
    assert_eq!(read, 2 * COUNT);
    println!("dkimpy: {} of ours pass there, {read} of theirs pass here", lines.len());
}

/// OpenDKIM in its test mode, on files, with keys from a file.
fn opendkim(program: &Path, config: &Path, files: &[PathBuf]) -> String {
    let files: Vec<_> = files.iter().map(|f| f.display().to_string()).collect();
    run(Command::new(program).arg("-x").arg(config).arg("-t").arg(files.join(",")))
}

#[test]
fn opendkim_and_we_agree_on_rsa() {
    let program = match installed("opendkim") {
        Ok(program) => program,
        Err(skipped) => return println!("{skipped}"),
    };
    let keys = Keys::new();
    let folder = keys.folder.path();
    let data: String = keys.records().iter().map(|(n, t)| format!("{n} {t}\n")).collect();
    std::fs::write(folder.join("keys.txt"), data).expect("a file");
    let verify = folder.join("verify.conf");
    let zone = format!("Mode v\nSyslog no\nTestDNSData file:{}/keys.txt\n", folder.display());
    std::fs::write(&verify, zone).expect("a file");

    let ours = keys.write("ours", (0..COUNT).map(|n| rsa_only(&keys, n)));
    let said = opendkim(&program, &verify, &ours);
    let passed = said.lines().filter(|l| l.ends_with("2048-bit key) succeeded")).count();
    assert_eq!(passed, COUNT, "{said}");

    let plain = keys.write("plain", (0..COUNT).map(|n| one_space(&message(n))));
    let mut read = 0;
    for (i, form) in ["simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed"]
        .into_iter()
        .enumerate()
    {
        let config = folder.join(format!("sign{i}.conf"));
        let key = folder.join("rsa.pem");
        let text = format!(
            "Mode s\nSyslog no\nDomain {DOMAIN}\nSelector rsa\nKeyFile {}\nRequireSafeKeys no\n\
             Canonicalization {form}\nSignatureAlgorithm rsa-sha256\n",
            key.display()
        );
        std::fs::write(&config, text).expect("a file");
        let mine: Vec<PathBuf> = plain.iter().skip(i).step_by(4).cloned().collect();
        let fields = signature_fields(&opendkim(&program, &config, &mine));
        assert_eq!(fields.len(), mine.len(), "one signature each");
        for (path, field) in mine.iter().zip(fields) {
            let mail = [field.as_bytes(), &std::fs::read(path).expect("a file")].concat();
            assert_passes(&keys.zone(), &mail, &format!("{} {form}", path.display()));
            read += 1;
        }
    }
    println!("OpenDKIM: {passed} of ours pass there, {read} of theirs pass here");
}

/// OpenDKIM knows no Ed25519 in most builds, and would count such a signature as a failure.
fn rsa_only(keys: &Keys, number: usize) -> Vec<u8> {
    let signed = keys.signed(number, &one_space(&message(number)));
    let (headers, _) = HeaderBlock::parse(&signed);
    let theirs = headers.fields().nth(1).expect("two signatures");
    signed[..theirs.offset]
        .iter()
        .chain(&signed[theirs.offset + theirs.raw().len()..])
        .copied()
        .collect()
}

/// Every value behind exactly one SP: OpenDKIM's test mode gives it to its library so, as a milter
/// does, and under `simple` no other spacing can then verify.
fn one_space(message: &[u8]) -> Vec<u8> {
    let (headers, _) = HeaderBlock::parse(message);
    let mut out = Vec::with_capacity(message.len());
    for field in headers.fields() {
        out.extend_from_slice(field.raw_name);
        out.extend_from_slice(b": ");
        out.extend_from_slice(field.raw_value.trim_ascii_start());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(&message[headers.body_offset()..]);
    out
}

/// The `DKIM-Signature` fields that it prints, as octets of a message.
fn signature_fields(said: &str) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    for line in said.lines() {
        let line = line.trim_end_matches('\r');
        if line.starts_with("DKIM-Signature:") {
            fields.push(format!("{line}\r\n"));
        } else if let (true, Some(field)) = (line.starts_with(['\t', ' ']), fields.last_mut()) {
            field.push_str(line);
            field.push_str("\r\n");
        }
    }
    fields
}
