//! Targets of `postrider-dns`.

use crate::Body;
use postrider_dns::Code;
use postrider_dns::lint::{Lint, RecordKind, lint};

pub(crate) const TARGETS: &[(&str, Body)] = &[("dns_lint", record)];

const KINDS: [RecordKind; 9] = [
    RecordKind::Spf,
    RecordKind::Dkim,
    RecordKind::Dmarc,
    RecordKind::Mx,
    RecordKind::MtaStsTxt,
    RecordKind::MtaStsPolicy,
    RecordKind::TlsRpt,
    RecordKind::Bimi,
    RecordKind::Tlsa,
];

/// Findings lie within the text and can be shown, a correction removes its finding, and the linter
/// calls malformed exactly what the verifiers refuse.
fn record(data: &[u8]) {
    for kind in KINDS {
        let found = lint(kind, data);
        for l in &found {
            assert!(l.span.start <= l.span.end && l.span.end <= data.len(), "{l:?}");
            assert!(!l.render(data).is_empty());
            if let Some(fixed) = l.corrected(data) {
                assert!(count(&lint(kind, &fixed), l.code) < count(&found, l.code), "{l:?}");
            }
        }
        let malformed = |codes: &[Code]| found.iter().any(|l| codes.contains(&l.code));
        if kind == RecordKind::Spf && postrider_spf::is_spf(data) {
            let refused = postrider_spf::Record::parse(data).is_err();
            assert_eq!(refused, malformed(&[Code::SpfSyntax, Code::SpfMacro]));
        }
        if kind == RecordKind::Dkim {
            let refused = postrider_dkim::KeyRecord::parse(data).is_err();
            assert_eq!(refused, malformed(&[Code::DkimSyntax, Code::DkimKeyType]));
        }
    }
}

fn count(all: &[Lint], code: Code) -> usize {
    all.iter().filter(|l| l.code == code).count()
}
