//! Writes TLS reports: JSON (RFC 8460 §4), gzip, mail (RFC 8460 §5).

use super::{TlsFailure, TlsPolicy, TlsReport};
use crate::mail::{Addressing, Body, Part, build, dot_atom};
use postrider_core::{DomainName, SafeText, UnixTime};
use serde_json::{Map, Value};

impl TlsReport {
    /// The report as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut root = Map::new();
        put(&mut root, "organization-name", Some(&self.organization));
        let range = [("start-datetime", self.begin), ("end-datetime", self.end)];
        let range: Map<_, _> =
            range.map(|(name, t)| (name.into(), seconds(t).into())).into_iter().collect();
        root.insert("date-range".into(), range.into());
        put(&mut root, "contact-info", self.contact.as_ref());
        put(&mut root, "report-id", Some(&self.report_id));
        root.insert("policies".into(), self.policies.iter().map(policy).collect());
        Value::from(root).to_string()
    }

    /// `sender!policy-domain!begin!end!id.json.gz` (RFC 8460 §5.1).
    #[must_use]
    pub fn file_name(&self, sender: &DomainName) -> String {
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let id: String = self.report_id.as_str().chars().filter(is_plain).take(64).collect();
        let id = if id.is_empty() { id } else { format!("!{id}") };
        let (begin, end) = (self.begin.secs(), self.end.secs());
        format!("{sender}!{}!{begin}!{end}{id}.json.gz", self.about())
    }

    /// The mail that carries the report.
    #[must_use]
    pub fn to_mail(&self, addressing: &Addressing) -> Vec<u8> {
        let (about, submitter) = (self.about(), addressing.submitter.to_string());
        let id = dot_atom(self.report_id.as_str());
        // RFC 8460 §5.3
        let subject = format!(
            "Report Domain: {about}\r\n Submitter: {submitter}\r\n Report-ID: <{id}@{submitter}>"
        );
        let text = format!("This is a TLS report of {submitter} about {about}.\r\n");
        let packed = crate::container::compress(self.to_json().as_bytes());
        let parts = [
            Part {
                media: "text/plain; charset=us-ascii".into(),
                file_name: None,
                body: Body::Plain(text.as_bytes()),
            },
            Part {
                media: "application/tlsrpt+gzip".into(),
                file_name: Some(self.file_name(&addressing.submitter)),
                body: Body::Packed(&packed),
            },
        ];
        let extra = [("TLS-Report-Domain", about.as_str()), ("TLS-Report-Submitter", &submitter)];
        let media = "multipart/report; report-type=tlsrpt";
        build(addressing, &id, &subject, (media, &extra), &parts)
    }

    /// The domain that the report is about: that of its first policy.
    fn about(&self) -> String {
        let first = self.policies.iter().find_map(|p| p.domain.as_ref());
        first.map_or_else(|| "unknown".into(), ToString::to_string)
    }
}

fn policy(of: &TlsPolicy) -> Value {
    let mut policy = Map::new();
    put(&mut policy, "policy-type", of.kind);
    put_all(&mut policy, "policy-string", &of.strings);
    put(&mut policy, "policy-domain", of.domain.as_ref());
    put_all(&mut policy, "mx-host", &of.mx_hosts);
    let mut summary = Map::new();
    put_count(&mut summary, "total-successful-session-count", of.successful);
    put_count(&mut summary, "total-failure-session-count", of.failed);
    let mut root = Map::new();
    root.insert("policy".into(), policy.into());
    root.insert("summary".into(), summary.into());
    if !of.failures.is_empty() {
        root.insert("failure-details".into(), of.failures.iter().map(failure).collect());
    }
    root.into()
}

fn failure(of: &TlsFailure) -> Value {
    let mut root = Map::new();
    put(&mut root, "result-type", of.result);
    put(&mut root, "sending-mta-ip", of.sending_ip);
    put(&mut root, "receiving-mx-hostname", of.receiving_mx.as_ref());
    put(&mut root, "receiving-mx-helo", of.receiving_helo.as_ref());
    put(&mut root, "receiving-ip", of.receiving_ip);
    put_count(&mut root, "failed-session-count", of.sessions);
    put(&mut root, "additional-information", of.information.as_ref());
    put(&mut root, "failure-reason-code", of.reason_code.as_ref());
    root.into()
}

fn put(to: &mut Map<String, Value>, name: &str, value: Option<impl ToString>) {
    if let Some(value) = value {
        to.insert(name.into(), value.to_string().into());
    }
}

fn put_count(to: &mut Map<String, Value>, name: &str, value: Option<u64>) {
    if let Some(value) = value {
        to.insert(name.into(), value.into());
    }
}

fn put_all(to: &mut Map<String, Value>, name: &str, values: &[SafeText]) {
    if !values.is_empty() {
        to.insert(name.into(), values.iter().map(|v| Value::from(v.as_str())).collect());
    }
}

/// RFC 3339 without a fraction.
fn seconds(time: UnixTime) -> String {
    let text = time.rfc3339();
    text.split_once('.').map_or_else(|| text.clone(), |(whole, _)| format!("{whole}Z"))
}
