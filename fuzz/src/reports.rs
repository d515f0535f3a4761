//! Targets of `postrider-reports`.

use crate::Body;
use postrider_reports::mail::Addressing;
use postrider_reports::summary::Summary;
use postrider_reports::{Limits, Report, read};

pub(crate) const TARGETS: &[(&str, Body)] =
    &[("report_any", any), ("report_feedback", feedback), ("report_tls", tls), ("report_xml", xml)];

/// What can be read can be written, reads as the same, and can be summed up on one line each.
fn any(data: &[u8]) {
    let limits = Limits::DEFAULT;
    let Ok(reading) = read(data, &limits) else {
        return;
    };
    assert!(reading.notes.len() <= limits.notes + 1);
    for note in &reading.notes {
        assert!(!note.to_string().chars().any(char::is_control), "{note:?}");
    }
    let mut summary = Summary::new();
    summary.add(&reading);
    assert!(summary.to_string().chars().all(|c| c == '\n' || !c.is_control()));

    let written = match &reading.report {
        Report::Aggregate(report) => report.to_gzip(),
        Report::Tls(report) => report.to_json().into_bytes(),
        Report::Failure(report) => {
            let fields = report.to_fields();
            assert!(!fields.contains("\r\n\r\n"));
            report.to_mail(&addressing(), "1")
        }
    };
    let again = read(&written, &limits).expect("our own writing");
    if let (Report::Aggregate(_) | Report::Tls(_), wanted) = (&again.report, &reading.report) {
        assert_eq!(again.report, *wanted);
    }
}

/// The octets as the body of a report in XML.
fn xml(data: &[u8]) {
    let head = b"<feedback><report_metadata><date_range><begin>1</begin><end>2</end></date_range>\
        </report_metadata><policy_published><domain>a.example</domain></policy_published><record>";
    any(&[head, data, b"</record></feedback>"].concat());
    any(data);
}

/// The octets as the machine-readable part of a failure report.
fn feedback(data: &[u8]) {
    let head = b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\n";
    any(&[head, data, b"\n--b--\n"].concat());
}

/// The octets as the policies of a TLS report.
fn tls(data: &[u8]) {
    let head = br#"{"date-range":{"start-datetime":"2026-01-01T00:00:00Z","end-datetime":"2026-01-01T23:59:59Z"},"policies":["#;
    any(&[head.as_slice(), data, b"]}"].concat());
    any(data);
}

fn addressing() -> Addressing {
    let mailbox = postrider_core::Mailbox::parse(b"a@a.example").expect("a mailbox");
    let domain = postrider_core::DomainName::parse("a.example").expect("a domain");
    Addressing::new(mailbox.clone(), mailbox, domain, postrider_core::UnixTime::from_secs(0))
}
