//! Our keys against those in DNS (RFC 6376).

use super::{Audit, Finding, Fix};
use crate::code::{Code, Level};
use crate::dkim::DkimKey;
use crate::lint::RecordKind;
use postrider_dkim::{KeyRecord, KeyType};
use postrider_dmarc::Outcome;
use postrider_resolver::{Kind, Name, Record, Resolver};

const CODES: &[Code] = &[
    Code::DkimMissing,
    Code::DkimMismatch,
    Code::DkimTwo,
    Code::DkimSyntax,
    Code::DkimKeyType,
    Code::DkimHashLimit,
    Code::DkimService,
    Code::DkimWeak,
    Code::DkimTest,
    Code::DkimRevoked,
    Code::DkimCname,
];

impl<R: Resolver> Audit<'_, R> {
    /// Whether receivers can verify at least one signature of ours.
    pub(super) async fn dkim(&mut self) -> Outcome {
        let domain = self.domain();
        let keys = &self.setup.keys;
        if keys.is_empty() {
            let what = format!("mail from {domain} leaves unsigned");
            let fix = Fix::Do(format!("make a key for {domain}, publish and configure it"));
            self.push(Finding::new(Code::DkimUnsigned, &domain, what).fix(fix));
            return Outcome::Fail;
        }
        let is_rsa = |k: &DkimKey| k.record().key_type() == KeyType::Rsa;
        if !keys.iter().any(is_rsa) {
            let what = format!("mail from {domain} has Ed25519 signatures only");
            let fix = Fix::Do("sign with an RSA key of 2048 bits as well".into());
            self.push(Finding::new(Code::DkimOnlyEd25519, &domain, what).fix(fix));
        }
        let mut outcome = Outcome::Fail;
        for key in keys {
            match self.dkim_key(key).await {
                Outcome::Pass => outcome = Outcome::Pass,
                Outcome::Unknown if outcome == Outcome::Fail => outcome = Outcome::Unknown,
                Outcome::Unknown | Outcome::Fail => {}
            }
        }
        outcome
    }

    async fn dkim_key(&mut self, key: &DkimKey) -> Outcome {
        let Ok((name, wanted)) = key.publish(&self.setup.domain) else {
            return Outcome::Fail;
        };
        let answer = match self.ask(&name, Kind::Txt).await {
            Ok(answer) => answer,
            Err(error) => {
                self.not_run(CODES, &name, &error);
                return Outcome::Unknown;
            }
        };
        if answer.records().is_empty() {
            let what = format!("no record at {name}");
            self.push(Finding::new(Code::DkimMissing, &name, what).publish(&name, wanted));
            return Outcome::Fail;
        }
        if !answer.aliases.is_empty() {
            let what = format!("{name} is an alias of {}", answer.canonical);
            self.push(Finding::new(Code::DkimCname, &name, what));
        }
        let before = self.findings.len();
        self.lint(RecordKind::Dkim, &name, answer.records());
        for finding in self.findings.iter_mut().skip(before) {
            // A record of ours that is malformed is replaced by the right one.
            let malformed = matches!(finding.code, Code::DkimSyntax | Code::DkimKeyType);
            if finding.code == Code::DkimRevoked {
                finding.level = Level::Broken;
                finding.what = format!("{name} is revoked, and we sign with it");
            }
            if malformed && finding.fix.is_empty() {
                finding.fix = replace(&name, answer.records(), &wanted);
            }
        }
        self.dkim_same(key, &name, answer.records(), wanted)
    }

    fn dkim_same(
        &mut self,
        key: &DkimKey,
        name: &Name,
        records: &[Record],
        wanted: Record,
    ) -> Outcome {
        let parsed = |r: &Record| KeyRecord::parse(super::text_of(r).text()).ok();
        let published: Vec<KeyRecord> = records.iter().filter_map(parsed).collect();
        let same = |r: &KeyRecord| r.key().is_some() && r.key() == key.record().key();
        if published.iter().any(same) {
            return Outcome::Pass;
        }
        let other = published.iter().find_map(KeyRecord::key);
        if let (Some(other), Some(ours)) = (other, key.record().key()) {
            let what = format!("the key at {name} is not the one we sign with");
            let mut finding = Finding::new(Code::DkimMismatch, name, what)
                .seen(format!("published: SHA-256 {}", hex(&other.fingerprint())))
                .seen(format!("ours:      SHA-256 {}", hex(&ours.fingerprint())));
            finding.fix = replace(name, records, &wanted);
            self.push(finding);
        }
        Outcome::Fail
    }
}

fn replace(name: &Name, records: &[Record], wanted: &Record) -> Vec<Fix> {
    let remove = records.iter().map(|r| Fix::Remove { name: name.clone(), record: r.clone() });
    let publish = Fix::Publish { name: name.clone(), record: wanted.clone() };
    remove.chain([publish]).collect()
}

/// The first eight octets are enough to tell keys apart.
fn hex(digest: &[u8]) -> String {
    digest.iter().take(8).map(|b| format!("{b:02x}")).collect()
}
