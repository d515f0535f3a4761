use super::*;
use crate::note::Note;

const HEAD: &str = "<feedback><report_metadata><org_name>r</org_name><email>e</email>\
    <report_id>1</report_id><date_range><begin>1</begin><end>2</end></date_range></report_metadata>\
    <policy_published><domain>a.example</domain></policy_published>";

fn read_with(body: &str, limits: &Limits) -> Result<(Aggregate, Vec<Note>), ReadXmlError> {
    let mut notes = Notes::new(limits.notes);
    let report = read_xml(format!("{HEAD}{body}</feedback>").as_bytes(), limits, &mut notes)?;
    Ok((report, notes.into_vec()))
}

fn row(inside: &str) -> String {
    format!(
        "<record><row><source_ip>::1</source_ip><count>1</count>{inside}</row>\
        <identifiers><header_from>a.example</header_from></identifiers></record>"
    )
}

#[test]
fn rows_count_at_the_limit_and_not_beyond() {
    let rows = row("").repeat(3);
    for (most, is_fine) in [(2, false), (3, true), (4, true)] {
        let limits = Limits { rows: most, ..Limits::DEFAULT };
        assert_eq!(read_with(&rows, &limits).is_ok(), is_fine, "{most}");
    }
}

#[test]
fn elements_nest_to_the_limit_and_not_beyond() {
    let body = "<extension><x><y/></x></extension>";
    for (depth, is_fine) in [(3, false), (4, true), (5, true)] {
        let limits = Limits { depth, ..Limits::DEFAULT };
        assert_eq!(read_with(body, &limits).is_ok(), is_fine, "{depth}");
    }
}

#[test]
fn text_counts_at_the_limit_and_not_beyond() {
    let body = format!("<extension>{}</extension>", "x".repeat(50));
    for (text, is_fine) in [(49, false), (50, true), (51, true)] {
        let limits = Limits { text, ..Limits::DEFAULT };
        assert_eq!(read_with(&body, &limits).is_ok(), is_fine, "{text}");
    }
}

#[test]
fn document_type_is_refused() {
    let bomb = b"<!DOCTYPE a [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><feedback>&b;</feedback>";
    let read = read_xml(bomb, &Limits::DEFAULT, &mut Notes::new(1));
    assert!(matches!(read, Err(ReadXmlError::DocType { .. })), "{read:?}");
}

#[test]
fn unknown_entity_is_refused() {
    let read = read_with("<version>&bomb;</version>", &Limits::DEFAULT);
    assert!(matches!(read, Err(ReadXmlError::Entity { .. })), "{read:?}");
}

#[test]
fn row_without_a_count_is_left_out_and_noted() {
    let body = row("").replace("<count>1</count>", "<count>many</count>");
    let (report, notes) = read_with(&body, &Limits::DEFAULT).unwrap();
    assert!(report.records.is_empty());
    assert_eq!(notes.last().unwrap().deviation, Deviation::RowLeftOut);
}

#[test]
fn word_in_upper_case_is_read_and_noted() {
    let body = row("<policy_evaluated><dkim>Pass</dkim></policy_evaluated>");
    let (report, notes) = read_with(&body, &Limits::DEFAULT).unwrap();
    assert!(report.records[0].passes());
    assert_eq!(notes[0].deviation.code(), "case");
}

#[test]
fn repeated_value_is_noted_and_the_first_counts() {
    let body = row("<count>7</count>");
    let (report, notes) = read_with(&body, &Limits::DEFAULT).unwrap();
    assert_eq!(report.records[0].count, 1);
    assert_eq!(notes[0].deviation, Deviation::Repeated);
}

#[test]
fn extension_may_hold_anything() {
    let body = "<extension><arc><sealed>yes</sealed></arc></extension>";
    assert!(read_with(body, &Limits::DEFAULT).unwrap().1.is_empty());
}

#[test]
fn truncated_report_is_refused_with_the_open_element() {
    let read = read_xml(b"<feedback><record>", &Limits::DEFAULT, &mut Notes::new(1));
    assert_eq!(read.unwrap_err().to_string(), "ends within record");
}
