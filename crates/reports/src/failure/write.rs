//! Writes a failure report as mail (RFC 6591 §2, RFC 5965 §2).

use super::{AuthFailure, Delivery, Extent, Failure, word_of};
use crate::mail::{Addressing, Body, Part, build};
use std::fmt::Display;

impl Failure {
    /// The mail that carries the report; `id` becomes its `Message-ID`.
    ///
    /// RFC 9991 asks a reporter to leave out what it must not show; nothing is left out here.
    #[must_use]
    pub fn to_mail(&self, addressing: &Addressing, id: &str) -> Vec<u8> {
        let feedback = self.to_fields();
        let about = self.domains.first().map_or_else(|| "a domain".into(), ToString::to_string);
        let text = format!("This is a report about a message of {about}.\r\n");
        let mut parts = vec![
            part("text/plain; charset=us-ascii", text.as_bytes()),
            part("message/feedback-report", feedback.as_bytes()),
        ];
        if let Some(original) = &self.original {
            let media = match original.extent {
                Extent::Whole => "message/rfc822",
                Extent::Header => "text/rfc822-headers",
            };
            parts.push(part(media, &original.octets));
        }
        let subject = format!("Failure report about {about}");
        let media = "multipart/report; report-type=feedback-report";
        build(addressing, id, &subject, (media, &[]), &parts)
    }

    /// The fields of `message/feedback-report`.
    #[must_use]
    pub fn to_fields(&self) -> String {
        let mut to = Fields(String::new());
        to.one("Feedback-Type", Some(&self.feedback));
        to.one("User-Agent", self.user_agent.as_ref());
        to.one("Version", self.version.as_ref());
        to.one("Auth-Failure", self.auth_failure.map(|v| word_of(&AuthFailure::WORDS, &v)));
        let aligned = self.aligned.as_ref().map(|list| match list.is_empty() {
            true => "none".to_owned(),
            false => list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        });
        to.one("Identity-Alignment", aligned);
        to.one("Delivery-Result", self.delivery.map(|v| word_of(&Delivery::WORDS, &v)));
        to.one("Original-Envelope-Id", self.envelope_id.as_ref());
        to.one("Original-Mail-From", self.mail_from.as_ref());
        to.all("Original-Rcpt-To", &self.rcpt_to);
        to.one("Arrival-Date", self.arrival.as_ref());
        to.one("Reporting-MTA", self.reporting_mta.as_ref());
        to.one("Source-IP", self.source_ip);
        to.one("Source-Port", self.source_port);
        to.one("Incidents", self.incidents);
        to.all("Authentication-Results", &self.authentication_results);
        to.all("Reported-Domain", &self.domains);
        to.all("Reported-URI", &self.uris);
        to.one("DKIM-Domain", self.dkim_domain.as_ref());
        to.one("DKIM-Identity", self.dkim_identity.as_ref());
        to.one("DKIM-Selector", self.dkim_selector.as_ref());
        to.all("SPF-DNS", &self.spf_dns);
        for (name, value) in &self.other {
            to.one(name.as_str(), Some(value));
        }
        to.0
    }
}

fn part<'a>(media: &str, octets: &'a [u8]) -> Part<'a> {
    Part { media: media.into(), file_name: None, body: Body::Plain(octets) }
}

/// Lines of `name: value`. No value can hold a line end: they are [`SafeText`] or our own.
struct Fields(String);

impl Fields {
    fn one(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.0.push_str(&format!("{name}: {value}\r\n"));
        }
    }

    fn all(&mut self, name: &str, values: &[impl Display]) {
        for value in values {
            self.one(name, Some(value));
        }
    }
}
