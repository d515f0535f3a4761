//! DMARC of the domain, for our own mail and for a forger's (RFC 9989, RFC 9990 §3).

use super::{Audit, Finding, Fix, SpfFacts};
use crate::code::Code;
use crate::lint::RecordKind;
use postrider_core::DomainName;
use postrider_dmarc::{
    Consent, Disposition, Identifier, Outcome, Policy, Record, ReportKind, evaluate,
    report_destinations,
};
use postrider_resolver::{Kind, LookupError, Name, Resolver};

const CODES: &[Code] = &[
    Code::DmarcMissing,
    Code::DmarcTwo,
    Code::DmarcSyntax,
    Code::DmarcNone,
    Code::DmarcSubWeak,
    Code::DmarcTest,
    Code::DmarcRuaMissing,
    Code::DmarcOldTags,
    Code::DmarcAlignment,
    Code::DmarcVoidBySpf,
    Code::DmarcOnlyOneLeg,
];

impl<R: Resolver> Audit<'_, R> {
    pub(super) async fn dmarc(&mut self, spf: SpfFacts, signed: Outcome) {
        self.dmarc_places().await;
        let Ok(name) = self.domain().prepend(["_dmarc"]) else {
            return;
        };
        if let Err(error) = self.dmarc_record(&name, spf, signed).await {
            self.not_run(CODES, &name, &error);
        }
    }

    async fn dmarc_record(
        &mut self,
        name: &Name,
        spf: SpfFacts,
        signed: Outcome,
    ) -> Result<(), LookupError> {
        let answer = self.ask(name, Kind::Txt).await?;
        self.lint(RecordKind::Dmarc, name, answer.records());
        let domain = &self.setup.domain;
        let ours = [
            Identifier::spf(self.setup.mail_from().clone(), spf.ours),
            Identifier::dkim(domain.clone(), signed),
        ];
        let verdict = evaluate(self.dns, domain, &ours, &Policy::DEFAULT).await;
        let Some(record) = verdict.record.clone() else {
            if let Some(error) = verdict.walk.iter().find_map(failure) {
                return Err(error);
            }
            if !self.has(Code::DmarcTwo) && !self.has(Code::DmarcSyntax) {
                let mut finding =
                    Finding::new(Code::DmarcMissing, name, format!("{domain} has no DMARC policy"));
                if let Ok((name, record)) = self.setup.dmarc.publish(domain) {
                    finding = finding.publish(&name, record);
                }
                self.push(finding);
            }
            return Ok(());
        };
        let passes = |m| verdict.alignments().any(|a| a.identifier.mechanism == m && a.passes());
        let legs =
            (passes(postrider_dmarc::Mechanism::Spf), passes(postrider_dmarc::Mechanism::Dkim));
        self.dmarc_ours(name, legs, spf, signed);
        if spf.forger == Outcome::Pass {
            self.dmarc_forged(name, &record).await;
        }
        let policy_domain = verdict.policy_domain.unwrap_or_else(|| domain.clone());
        self.dmarc_targets(&policy_domain, &record).await
    }

    /// Our own mail must pass, and not by SPF alone.
    fn dmarc_ours(&mut self, name: &Name, legs: (bool, bool), spf: SpfFacts, signed: Outcome) {
        let domain = &self.setup.domain;
        let unknown = spf.ours == Outcome::Unknown || signed == Outcome::Unknown;
        let from = self.setup.mail_from();
        match legs {
            (_, true) => {}
            (true, false) => {
                let what = format!("mail from {domain} passes DMARC by SPF alone");
                let fix = Fix::Do(format!("sign with a key of {domain} that is published"));
                self.push(Finding::new(Code::DmarcOnlyOneLeg, name, what).fix(fix));
            }
            (false, false) if unknown => {}
            (false, false) => {
                let what = format!(
                    "mail from {domain} with MAIL FROM of {from} passes neither by SPF nor by DKIM"
                );
                let fix = Fix::Do(format!("sign with a key of {domain} that is published"));
                self.push(Finding::new(Code::DmarcAlignment, name, what).fix(fix));
            }
        }
    }

    /// A stranger's host passes SPF: does it pass DMARC?
    async fn dmarc_forged(&mut self, name: &Name, record: &Record) {
        let domain = &self.setup.domain;
        let forged = [Identifier::spf(domain.clone(), Outcome::Pass)];
        let verdict = evaluate(self.dns, domain, &forged, &Policy::DEFAULT).await;
        let policy = record.policy.unwrap_or(Disposition::None);
        if verdict.alignments().any(postrider_dmarc::Alignment::passes)
            && policy != Disposition::None
        {
            let cause = [Code::SpfPlusAll, Code::SpfIncludeOpen, Code::SpfTooWide];
            let cause = cause.into_iter().find(|c| self.has(*c)).unwrap_or(Code::SpfPlusAll);
            let what = format!("any host can pass DMARC as {domain}: p={policy} protects nothing");
            let finding = Finding::new(Code::DmarcVoidBySpf, name, what);
            let finding =
                finding.seen("MAIL FROM and From of this domain, sent from 198.18.77.66: pass");
            self.push(finding.fix(Fix::Do(format!("mend {cause}"))));
        }
    }

    /// Targets of reports in other domains must agree, and take mail.
    async fn dmarc_targets(
        &mut self,
        domain: &DomainName,
        record: &Record,
    ) -> Result<(), LookupError> {
        let kind = ReportKind::Aggregate;
        let targets = report_destinations(self.dns, domain, &record.aggregate, kind).await;
        for target in targets {
            let Some(host) = target.uri.domain() else {
                continue;
            };
            let owner = Name::from(&host);
            match &target.consent {
                Consent::Refused => {
                    let what = format!("{host} does not say that it takes reports about {domain}");
                    let finding = Finding::new(Code::DmarcRuaConsent, &owner, what);
                    let labels: Vec<&str> = domain.labels().chain(["_report", "_dmarc"]).collect();
                    let text = postrider_resolver::Record::Txt(crate::text::split("v=DMARC1"));
                    self.push(match owner.prepend(labels) {
                        Ok(name) => finding.fix(Fix::Ask {
                            whom: format!("whoever runs the zone of {host}"),
                            name,
                            record: text,
                        }),
                        Err(_) => finding,
                    });
                }
                Consent::Unknown(error) => {
                    self.not_run(&[Code::DmarcRuaConsent, Code::DmarcRuaDead], &owner, error);
                    continue;
                }
                Consent::Own
                | Consent::Granted
                | Consent::Redirected(_)
                | Consent::NoDomain
                | Consent::OverLimit
                | _ => {}
            }
            if target.uri.scheme() == "mailto" && !self.takes_mail(&owner).await? {
                let what = format!("{host}, where reports go, has neither MX nor address");
                let fix = Fix::Do(format!("correct the address {} in rua=", target.uri));
                self.push(Finding::new(Code::DmarcRuaDead, &owner, what).fix(fix));
            }
        }
        Ok(())
    }

    async fn takes_mail(&self, name: &Name) -> Result<bool, LookupError> {
        let mx = self.ask(name, Kind::Mx).await?;
        if !mx.is_denial() {
            let is_null = |r: &postrider_resolver::Record| matches!(r, postrider_resolver::Record::Mx { exchange, .. } if exchange.is_root());
            return Ok(!mx.records().iter().all(is_null));
        }
        Ok(!self.ask(name, Kind::A).await?.is_denial()
            || !self.ask(name, Kind::Aaaa).await?.is_denial())
    }

    /// DMARC text where receivers do not look.
    async fn dmarc_places(&mut self) {
        let host = Name::from(&self.setup.host);
        for place in [self.domain(), host] {
            let answer = match self.ask(&place, Kind::Txt).await {
                Ok(answer) => answer,
                Err(error) => {
                    self.not_run(&[Code::DmarcWrongPlace], &place, &error);
                    continue;
                }
            };
            for record in answer.records() {
                if !postrider_dmarc::is_dmarc_record(super::text_of(record).text()) {
                    continue;
                }
                let what = format!("a DMARC record stands at {place} instead of _dmarc");
                let finding = Finding::new(Code::DmarcWrongPlace, &place, what);
                self.push(finding.remove(&place, record));
            }
        }
    }
}

fn failure(step: &postrider_dmarc::WalkStep) -> Option<LookupError> {
    if let postrider_dmarc::Found::Unknown(error) = &step.found {
        return Some(error.clone());
    }
    None
}
