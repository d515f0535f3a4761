//! DANE, MTA-STS, TLSRPT and BIMI, as far as DNS tells.

use super::{Audit, Finding, Fix, RecordSpan};
use crate::code::Code;
use crate::lint::{RecordKind, lint};
use postrider_resolver::{Kind, LookupError, Name, Record, Resolver};

const DANE: &[Code] = &[Code::DaneSyntax, Code::DaneMismatch, Code::DaneUnsigned, Code::DaneUsage];
const STS: &[Code] = &[Code::StsRecord, Code::StsTwo];
const TLSRPT: &[Code] = &[Code::TlsrptMissing, Code::TlsrptSyntax, Code::TlsrptTwo];
const BIMI: &[Code] = &[Code::BimiSyntax, Code::BimiTwo];

impl<R: Resolver> Audit<'_, R> {
    pub(super) async fn tls(&mut self) {
        if let Ok(name) = crate::tlsa::name(&self.setup.host)
            && let Err(error) = self.dane(&name).await
        {
            self.not_run(DANE, &name, &error);
        }
        let text = [
            (RecordKind::MtaStsTxt, &["_mta-sts"][..], STS),
            (RecordKind::TlsRpt, &["_smtp", "_tls"], TLSRPT),
            (RecordKind::Bimi, &["default", "_bimi"], BIMI),
        ];
        for (kind, labels, codes) in text {
            let Ok(name) = self.domain().prepend(labels.iter().copied()) else {
                continue;
            };
            match self.ask(&name, Kind::Txt).await {
                Err(error) => self.not_run(codes, &name, &error),
                Ok(answer) => {
                    self.lint(kind, &name, answer.records());
                    if kind == RecordKind::TlsRpt && answer.is_denial() {
                        self.tlsrpt_missing(&name);
                    }
                }
            }
        }
        self.sts_policy().await;
    }

    async fn dane(&mut self, name: &Name) -> Result<(), LookupError> {
        let answer = self.ask(name, Kind::Tlsa).await?;
        if answer.is_denial() {
            return Ok(());
        }
        self.lint(RecordKind::Tlsa, name, answer.records());
        let wanted: Vec<Record> = self.setup.tlsa.iter().map(crate::Tlsa::record).collect();
        if !wanted.is_empty() && !answer.records().iter().any(|r| wanted.contains(r)) {
            let what = format!("no TLSA record at {name} is that of our certificate");
            let mut finding = Finding::new(Code::DaneMismatch, name, what);
            for record in answer.records() {
                finding = finding.remove(name, record);
            }
            for record in wanted {
                finding = finding.publish(name, record);
            }
            self.push(finding);
        }
        if !answer.authentic {
            let what = format!("the answer for {name} is not signed");
            let fix = Fix::Do("sign the zone (DNSSEC), or take the TLSA records out".into());
            self.push(Finding::new(Code::DaneUnsigned, name, what).fix(fix));
        }
        Ok(())
    }

    fn tlsrpt_missing(&mut self, name: &Name) {
        let what = format!("no TLSRPT record at {name}");
        let mut finding = Finding::new(Code::TlsrptMissing, name, what);
        let domain = &self.setup.domain;
        let reports = self.setup.tls_reports.clone();
        let reports = reports.or_else(|| crate::TlsRpt::to_postmaster(domain));
        if let Some((name, record)) = reports.and_then(|rpt| rpt.publish(domain).ok()) {
            finding = finding.publish(&name, record);
        }
        self.push(finding);
    }

    /// Our own policy file against the exchangers in DNS.
    async fn sts_policy(&mut self) {
        let Some(sts) = &self.setup.sts else {
            return;
        };
        let domain = self.domain();
        let text = sts.policy_text().into_bytes();
        for found in lint(RecordKind::MtaStsPolicy, &text) {
            let what = format!("MTA-STS policy of {domain}: {}", found.what);
            let mut finding = Finding::new(found.code, &domain, what).with_level(found.level);
            finding.spans.push(RecordSpan { text: text.clone(), span: found.span });
            self.push(finding);
        }
        let answer = match self.ask(&domain, Kind::Mx).await {
            Ok(answer) => answer,
            Err(error) => return self.not_run(&[Code::StsMx], &domain, &error),
        };
        for record in answer.records() {
            let Record::Mx { exchange, .. } = record else {
                continue;
            };
            if !exchange.is_root() && !sts.mx().iter().any(|mx| Name::from(mx) == *exchange) {
                let what =
                    format!("the exchanger {exchange} is not in the MTA-STS policy of {domain}");
                let fix = Fix::Do(format!("add mx: {exchange} to the policy, and change its id"));
                self.push(Finding::new(Code::StsMx, &domain, what).fix(fix));
            }
        }
    }
}
