//! Writes aggregate reports as XML (RFC 9990 appendix A, RFC 7489 appendix C).

use super::read::NAMESPACE;
use super::words::Word;
use super::{
    Aggregate, DkimAuth, Evaluated, Identifiers, Metadata, PolicyPublished, Reason, Row,
    SpecVersion, SpfAuth,
};
use std::fmt::{Display, Write};

impl Aggregate {
    /// The report as XML in UTF-8.
    ///
    /// What is set is written: reporters put `np` into reports of the older form, and it is of use.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut xml = Xml { out: String::new(), depth: 0 };
        xml.out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let root = match self.spec {
            SpecVersion::Rfc9990 => format!("feedback xmlns=\"{NAMESPACE}\""),
            SpecVersion::Rfc7489 => "feedback".to_owned(),
        };
        xml.within(&root, |xml| {
            xml.leaf("version", "1.0");
            xml.within("report_metadata", |xml| metadata(xml, &self.metadata));
            xml.within("policy_published", |xml| policy(xml, &self.policy));
            for record in &self.records {
                xml.within("record", |xml| row(xml, record));
            }
        });
        xml.out
    }

    /// The report as XML, gzipped: what RFC 9990 sends.
    #[must_use]
    pub fn to_gzip(&self) -> Vec<u8> {
        crate::container::compress(self.to_xml().as_bytes())
    }
}

struct Xml {
    out: String,
    depth: usize,
}

impl Xml {
    fn indent(&mut self) {
        self.out.extend(std::iter::repeat_n("  ", self.depth));
    }

    /// An element with others in it; `tag` may hold attributes of ours.
    fn within(&mut self, tag: &str, inside: impl FnOnce(&mut Self)) {
        self.indent();
        // Writing into a String does not fail.
        let _ = writeln!(self.out, "<{tag}>");
        self.depth += 1;
        inside(self);
        self.depth -= 1;
        self.indent();
        let name = tag.split(' ').next().unwrap_or(tag);
        let _ = writeln!(self.out, "</{name}>");
    }

    fn leaf(&mut self, name: &str, value: impl Display) {
        self.indent();
        let text = value.to_string();
        let _ = writeln!(self.out, "<{name}>{}</{name}>", quick_xml::escape::escape(text.as_str()));
    }

    fn optional(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.leaf(name, value);
        }
    }
}

fn metadata(xml: &mut Xml, meta: &Metadata) {
    xml.leaf("org_name", &meta.org_name);
    xml.leaf("email", &meta.email);
    xml.optional("extra_contact_info", meta.extra_contact.as_ref());
    xml.leaf("report_id", &meta.report_id);
    xml.within("date_range", |xml| {
        xml.leaf("begin", meta.begin.secs());
        xml.leaf("end", meta.end.secs());
    });
    for error in &meta.errors {
        xml.leaf("error", error);
    }
    xml.optional("generator", meta.generator.as_ref());
}

fn policy(xml: &mut Xml, policy: &PolicyPublished) {
    xml.leaf("domain", &policy.domain);
    xml.optional("discovery_method", policy.discovery);
    xml.optional("p", policy.policy);
    xml.optional("sp", policy.subdomains);
    xml.optional("np", policy.nonexistent);
    xml.optional("adkim", policy.dkim_mode.map(word));
    xml.optional("aspf", policy.spf_mode.map(word));
    xml.optional("testing", policy.testing.map(word));
    xml.optional("pct", policy.percent);
    xml.optional("fo", policy.failure_options.as_ref());
}

fn row(xml: &mut Xml, row: &Row) {
    xml.within("row", |xml| {
        xml.leaf("source_ip", row.source_ip);
        xml.leaf("count", row.count);
        xml.within("policy_evaluated", |xml| evaluated(xml, &row.evaluated));
    });
    xml.within("identifiers", |xml| identifiers(xml, &row.identifiers));
    xml.within("auth_results", |xml| {
        for found in &row.dkim {
            xml.within("dkim", |xml| dkim(xml, found));
        }
        for found in &row.spf {
            xml.within("spf", |xml| spf(xml, found));
        }
    });
}

fn evaluated(xml: &mut Xml, evaluated: &Evaluated) {
    xml.optional("disposition", evaluated.disposition);
    xml.optional("dkim", evaluated.dkim);
    xml.optional("spf", evaluated.spf);
    for Reason { kind, comment } in &evaluated.reasons {
        xml.within("reason", |xml| {
            xml.optional("type", *kind);
            xml.optional("comment", comment.as_ref());
        });
    }
}

fn identifiers(xml: &mut Xml, names: &Identifiers) {
    xml.optional("header_from", names.header_from.as_ref());
    xml.optional("envelope_from", names.envelope_from.as_ref());
    xml.optional("envelope_to", names.envelope_to.as_ref());
}

fn dkim(xml: &mut Xml, found: &DkimAuth) {
    xml.optional("domain", found.domain.as_ref());
    xml.optional("selector", found.selector.as_ref());
    xml.optional("result", found.result);
    xml.optional("human_result", found.human_result.as_ref());
}

fn spf(xml: &mut Xml, found: &SpfAuth) {
    xml.optional("domain", found.domain.as_ref());
    xml.optional("scope", found.scope);
    xml.optional("result", found.result);
    xml.optional("human_result", found.human_result.as_ref());
}

/// The letter of a value whose `Display` is for people.
fn word<W: Word + PartialEq>(value: W) -> &'static str {
    W::WORDS.iter().find(|(_, v)| *v == value).map_or("", |(word, _)| *word)
}
