//! How aggregate reports travel: file name, subject, mail (RFC 9990).

use super::Aggregate;
use crate::mail::{Addressing, Body, Part, build, dot_atom};
use postrider_core::DomainName;

impl Aggregate {
    /// `receiver!policy-domain!begin!end!id.xml.gz`, the name that RFC 9990 gives the file.
    ///
    /// The id is the report's, reduced to letters, digits, `-` and `_`; it is left out if nothing of
    /// it remains.
    #[must_use]
    pub fn file_name(&self, receiver: &DomainName) -> String {
        let meta = &self.metadata;
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let id: String = meta.report_id.as_str().chars().filter(is_plain).take(64).collect();
        let id = if id.is_empty() { id } else { format!("!{id}") };
        let (begin, end) = (meta.begin.secs(), meta.end.secs());
        format!("{receiver}!{}!{begin}!{end}{id}.xml.gz", self.policy.domain)
    }

    /// The mail that carries the report.
    #[must_use]
    pub fn to_mail(&self, addressing: &Addressing) -> Vec<u8> {
        let (domain, submitter) = (&self.policy.domain, &addressing.submitter);
        let id = dot_atom(self.metadata.report_id.as_str());
        // RFC 9990: "Report Domain:" domain "Submitter:" domain "Report-ID:" id
        let subject = format!(
            "Report Domain: {domain}\r\n Submitter: {submitter}\r\n Report-ID: <{id}@{submitter}>"
        );
        let text = format!(
            "This is a DMARC aggregate report of {submitter} about {domain},\r\n\
             from {} to {}.\r\n",
            self.metadata.begin.rfc5322(),
            self.metadata.end.rfc5322(),
        );
        let packed = self.to_gzip();
        let parts = [
            Part {
                media: "text/plain; charset=us-ascii".into(),
                file_name: None,
                body: Body::Plain(text.as_bytes()),
            },
            Part {
                media: "application/gzip".into(),
                file_name: Some(self.file_name(submitter)),
                body: Body::Packed(&packed),
            },
        ];
        build(addressing, &id, &subject, ("multipart/mixed", &[]), &parts)
    }
}
