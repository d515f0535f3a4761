//! Header fields made canonical (RFC 6376 §3.4.1–3.4.2).

use super::Form;
use postrider_message::Field;

/// Appends one field in canonical form, with its CRLF.
pub fn field(form: Form, field: &Field<'_>, out: &mut Vec<u8>) {
    octets(form, field.raw_name, field.raw_value, out);
}

/// Appends `raw_name ":" raw_value CRLF` in canonical form; the value is given without its CRLF.
pub fn octets(form: Form, raw_name: &[u8], raw_value: &[u8], out: &mut Vec<u8>) {
    match form {
        Form::Simple => {
            out.extend_from_slice(raw_name);
            out.push(b':');
            out.extend_from_slice(raw_value);
        }
        Form::Relaxed => relaxed(raw_name, raw_value, out),
    }
    out.extend_from_slice(b"\r\n");
}

/// RFC 6376 §3.4.2: name in lower case, unfolded, runs of white space one SP, none at either end of
/// the value and none around the colon.
fn relaxed(raw_name: &[u8], raw_value: &[u8], out: &mut Vec<u8>) {
    let end = raw_name.iter().rposition(|b| !is_wsp(*b));
    let name = raw_name.get(..end.map_or(0, |i| i + 1));
    out.extend(name.unwrap_or_default().iter().map(u8::to_ascii_lowercase));
    out.push(b':');
    let mut rest = raw_value;
    let mut blank = false;
    let start = out.len();
    loop {
        match rest {
            [] => return,
            [b' ' | b'\t', after @ ..] => {
                blank = true;
                rest = after;
            }
            // Unfolding removes the CRLF, and the white space behind it counts.
            [b'\r', b'\n', after @ ..] if matches!(after, [b' ' | b'\t', ..] | []) => rest = after,
            [first, after @ ..] => {
                if blank && out.len() > start {
                    out.push(b' ');
                }
                blank = false;
                out.push(*first);
                rest = after;
            }
        }
    }
}

const fn is_wsp(b: u8) -> bool {
    matches!(b, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(form: Form, name: &[u8], value: &[u8]) -> String {
        let mut out = Vec::new();
        octets(form, name, value, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn examples_of_rfc_6376_section_3_4_5() {
        assert_eq!(canonical(Form::Relaxed, b"A", b" X"), "a:X\r\n");
        assert_eq!(canonical(Form::Relaxed, b"B ", b" Y\t\r\n\tZ  "), "b:Y Z\r\n");
        assert_eq!(canonical(Form::Simple, b"A", b" X"), "A: X\r\n");
        assert_eq!(canonical(Form::Simple, b"B ", b" Y\t\r\n\tZ  "), "B : Y\t\r\n\tZ  \r\n");
    }

    #[test]
    fn only_space_and_tab_are_white_space() {
        assert_eq!(canonical(Form::Relaxed, b"a", b"\x0b x \x0c "), "a:\x0b x \x0c\r\n");
        assert_eq!(canonical(Form::Relaxed, b"a", b"x\ny\rz"), "a:x\ny\rz\r\n");
    }

    #[test]
    fn an_empty_value_stays_a_field() {
        assert_eq!(canonical(Form::Relaxed, b"A", b""), "a:\r\n");
        assert_eq!(canonical(Form::Relaxed, b"A", b" \t\r\n "), "a:\r\n");
    }
}
