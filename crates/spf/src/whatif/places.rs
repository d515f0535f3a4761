//! Where in the operator's own records a check came to its end.

use crate::record::is_spf;
use crate::step::{Event, Step};
use postrider_core::Span;
use postrider_resolver::{Kind, Name, Record};

/// A term of a record.
pub(super) struct Place<'a> {
    pub(super) domain: &'a Name,
    pub(super) text: &'a str,
    pub(super) span: Span,
}

/// The innermost term under evaluation when the check ended that stands in a record at or below
/// `own`.
pub(super) fn last_own<'a>(steps: &'a [Step], own: &Name) -> Option<Place<'a>> {
    let mut open: Vec<(u8, Place<'a>)> = Vec::new();
    let mut records: Vec<(u8, &Name, &str)> = Vec::new();
    for step in steps {
        if let Event::Record { domain, record } = &step.event {
            records.retain(|(depth, ..)| *depth < step.depth);
            records.push((step.depth, domain, record.text()));
        }
        if matches!(step.event, Event::Term { .. } | Event::Ended { .. }) {
            open.retain(|(depth, _)| *depth < step.depth);
        }
        if let Event::Term { span, .. } = &step.event
            && let Some((depth, domain, text)) = records.iter().rfind(|r| r.0 == step.depth)
        {
            open.push((*depth, Place { domain, text, span: *span }));
        }
    }
    open.into_iter().map(|(_, place)| place).rfind(|place| place.domain.is_at_or_under(own))
}

/// The SPF records that were found at a domain, as far as they are text.
pub(super) fn published(steps: &[Step], wanted: &Name) -> Vec<String> {
    let answer = steps.iter().find_map(|step| {
        let Event::Asked { question, answer: Ok(answer) } = &step.event else {
            return None;
        };
        (question.kind == Kind::Txt && question.name == *wanted).then_some(answer)
    });
    let texts = answer.into_iter().flat_map(|a| a.records()).filter_map(|data| {
        let Record::Txt(txt) = data else { return None };
        Some(txt.joined()).filter(|text| is_spf(text))
    });
    texts.map(|text| String::from_utf8_lossy(&text).into_owned()).collect()
}
