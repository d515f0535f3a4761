//! SPF of the domain: its record, its tree of includes, our own servers, a forger (RFC 7208).

use super::{Audit, Finding, SpfFacts};
use crate::code::Code;
use crate::lint::RecordKind;
use crate::{Spf, ZonePlan};
use postrider_core::DomainName;
use postrider_dmarc::Outcome;
use postrider_resolver::{Kind, LookupError, Name, Record, Resolver};
use postrider_spf::{Identity, Limits, Sender, Session, Verdict};
use std::net::{IpAddr, Ipv4Addr};

/// A host of nobody (RFC 2544): what passes from here passes from anywhere.
const FORGER: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 18, 77, 66));

const CODES: &[Code] = &[
    Code::SpfMissing,
    Code::SpfTwo,
    Code::SpfPlusAll,
    Code::SpfNeutralAll,
    Code::SpfTooWide,
    Code::SpfSyntax,
    Code::SpfMacro,
    Code::SpfLong,
    Code::SpfPtr,
    Code::SpfAfterAll,
    Code::SpfDuplicate,
    Code::SpfOverlap,
    Code::SpfType99,
    Code::SpfSelf,
    Code::SpfSmarthost,
];

impl<R: Resolver> Audit<'_, R> {
    pub(super) async fn spf(&mut self) -> SpfFacts {
        let unknown = SpfFacts { ours: Outcome::Unknown, forger: Outcome::Unknown };
        let name = self.domain();
        let answer = match self.ask(&name, Kind::Txt).await {
            Ok(answer) => answer,
            Err(error) => {
                self.not_run(CODES, &name, &error);
                return unknown;
            }
        };
        let records = answer.records();
        self.lint(RecordKind::Spf, &name, records);
        let is_spf = |r: &&Record| postrider_spf::is_spf(super::text_of(r).text());
        let ours: Vec<&Record> = records.iter().filter(is_spf).collect();
        if ours.is_empty() && !self.has(Code::SpfSyntax) {
            self.spf_missing(&name);
        }
        if let [only] = ours.as_slice() {
            self.spf_tree(&name).await;
            self.spf_ours(Code::SpfSelf, self.setup.senders(), only).await;
            self.spf_ours(Code::SpfSmarthost, &self.setup.relays, only).await;
        }
        self.spf_helo().await;
        self.spf_places().await;
        let mut own = Vec::new();
        for address in self.setup.senders() {
            own.push(self.spf_of(*address, self.setup.mail_from()).await);
        }
        SpfFacts { ours: worst(&own), forger: self.spf_of(FORGER, &self.setup.domain).await }
    }

    /// What SPF says of mail from an address with a sender of a domain.
    async fn spf_of(&self, client: IpAddr, domain: &DomainName) -> Outcome {
        let sender = format!("postmaster@{domain}");
        let helo = self.setup.host.as_str().as_bytes();
        let session = Session::new(client, helo, Sender::parse(sender.as_bytes()), &self.now);
        let limits = Limits::rfc7208();
        let outcome =
            postrider_spf::check(self.dns, &session, Identity::MailFrom, &limits, &mut ()).await;
        match outcome.verdict {
            Verdict::Pass => Outcome::Pass,
            Verdict::TempError => Outcome::Unknown,
            Verdict::Fail
            | Verdict::SoftFail
            | Verdict::Neutral
            | Verdict::None
            | Verdict::PermError => Outcome::Fail,
        }
    }

    fn spf_missing(&mut self, name: &Name) {
        let mut finding = Finding::new(Code::SpfMissing, name, format!("{name} has no SPF record"));
        let plan = ZonePlan::for_setup(self.setup).ok();
        let planned = plan.into_iter().flat_map(|p| p.records);
        let wanted = planned.filter(|p| p.purpose == crate::Purpose::Spf).map(|p| p.record);
        for record in wanted {
            finding = finding.publish(name, record);
        }
        self.push(finding);
    }

    /// Our own servers must pass.
    async fn spf_ours(&mut self, code: Code, addresses: &[IpAddr], record: &Record) {
        let name = &self.domain();
        // Another finding is the reason where the record cannot be used at all.
        let Ok(parsed) = postrider_spf::Record::parse(super::text_of(record).text()) else {
            return;
        };
        let mut wanted = Spf::new(parsed).ok();
        let mut outside = Vec::new();
        for address in addresses {
            match self.spf_of(*address, &self.setup.domain).await {
                Outcome::Pass => {}
                Outcome::Unknown => {
                    let failure = self.dns.first_failure().map(|(_, error)| error);
                    let error = failure.unwrap_or(LookupError::Timeout);
                    self.not_run(&[code], name, &error);
                }
                Outcome::Fail => {
                    outside.push(*address);
                    wanted = wanted.and_then(|spf| spf.with(*address).ok());
                }
            }
        }
        let broken = [Code::SpfLookups, Code::SpfVoid, Code::SpfLoop, Code::SpfIncludeNone];
        if broken.into_iter().any(|code| self.has(code)) {
            return;
        }
        if let Some(first) = outside.first() {
            let what = format!("{first}, from which our mail comes, does not pass SPF of {name}");
            let mut finding = Finding::new(code, name, what);
            for address in outside.iter().skip(1) {
                finding = finding.seen(format!("{address} does not pass either"));
            }
            if let Some(spf) = wanted {
                finding = finding.remove(name, record);
                finding = finding.publish(name, Record::Txt(crate::text::split(&spf.to_string())));
            }
            self.push(finding);
        }
    }

    /// RFC 7208 §2.3: the EHLO name is checked as well.
    async fn spf_helo(&mut self) {
        let host = Name::from(&self.setup.host);
        if host == self.domain() || !self.setup.host.is_full() {
            return;
        }
        match self.ask(&host, Kind::Txt).await {
            Err(error) => self.not_run(&[Code::SpfHelo], &host, &error),
            Ok(answer) => {
                let is_spf = |r: &Record| postrider_spf::is_spf(super::text_of(r).text());
                if !answer.records().iter().any(is_spf) {
                    let what = format!("{host}, our EHLO name, has no SPF record");
                    let spf = Record::Txt(crate::text::split("v=spf1 a -all"));
                    self.push(Finding::new(Code::SpfHelo, &host, what).publish(&host, spf));
                }
            }
        }
    }

    /// SPF text where receivers do not look.
    async fn spf_places(&mut self) {
        let missing = self.has(Code::SpfMissing);
        let mut places = vec!["_dmarc"];
        if missing {
            places.extend(["_spf", "www"]);
        }
        for label in places {
            let Ok(place) = self.domain().prepend([label]) else {
                continue;
            };
            let answer = match self.ask(&place, Kind::Txt).await {
                Ok(answer) => answer,
                Err(error) => {
                    self.not_run(&[Code::SpfWrongPlace], &place, &error);
                    continue;
                }
            };
            let is_spf = |r: &&Record| postrider_spf::is_spf(super::text_of(r).text());
            let Some(record) = answer.records().iter().find(is_spf) else {
                continue;
            };
            let what = format!("an SPF record stands at {place}");
            let mut finding =
                Finding::new(Code::SpfWrongPlace, &place, what).remove(&place, record);
            if missing {
                finding = finding.publish(&self.domain(), record.clone());
            }
            self.push(finding);
        }
    }
}

/// All must pass.
fn worst(all: &[Outcome]) -> Outcome {
    match all {
        [] => Outcome::Unknown,
        all if all.contains(&Outcome::Fail) => Outcome::Fail,
        all if all.contains(&Outcome::Unknown) => Outcome::Unknown,
        _ => Outcome::Pass,
    }
}
