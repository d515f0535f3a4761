//! Taking a person out of stored lines.

use postrider_core::Mailbox;

/// What stands where an address was.
const FORGOTTEN: &[u8] = b"(forgotten)";

/// `file` without `address`, and how often it stood there.
///
/// Works on the text of the lines, so that torn ones are cleaned, too. ASCII case is ignored; an address that
/// only ends or begins like the one to forget stays.
#[must_use]
pub fn forget(file: &[u8], address: &Mailbox) -> (Vec<u8>, usize) {
    let needle = in_json(&address.to_string());
    let needle = needle.as_bytes();
    let mut out = Vec::with_capacity(file.len());
    let mut count = 0;
    let mut rest = file;
    while let Some((&first, after_first)) = rest.split_first() {
        match rest.split_at_checked(needle.len()) {
            Some((here, after))
                if here.eq_ignore_ascii_case(needle) && stands_alone(&out, after) =>
            {
                out.extend_from_slice(FORGOTTEN);
                count += 1;
                rest = after;
            }
            Some(_) | None => {
                out.push(first);
                rest = after_first;
            }
        }
    }
    (out, count)
}

/// The text as it stands between the quotes of a JSON string.
fn in_json(text: &str) -> String {
    serde_json::Value::from(text).to_string().trim_matches('"').to_owned()
}

/// Whether an address between `before` and `after` is no part of a longer one.
fn stands_alone(before: &[u8], after: &[u8]) -> bool {
    let starts = !before.last().is_some_and(|&b| is_local(b));
    let ends = match after {
        [b'.', next, ..] => !next.is_ascii_alphanumeric(),
        [next, ..] => !next.is_ascii_alphanumeric() && *next != b'-',
        [] => true,
    };
    starts && ends
}

/// Octets that go on a local part to the left; those that texts put around an address are not among them.
const fn is_local(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b >= 0x80 || matches!(b, b'.' | b'+' | b'-' | b'_' | b'%' | b'!')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forgotten(text: &str) -> (String, usize) {
        let address = Mailbox::parse(b"anna@example.org").unwrap();
        let (out, count) = forget(text.as_bytes(), &address);
        (String::from_utf8(out).unwrap(), count)
    }

    #[test]
    fn address_is_replaced_in_any_case_and_everywhere() {
        assert_eq!(
            forgotten(r#"{"rcpt":"Anna@Example.org","say":"to <anna@example.org>."}"#),
            (r#"{"rcpt":"(forgotten)","say":"to <(forgotten)>."}"#.to_owned(), 2)
        );
    }

    #[test]
    fn longer_addresses_stay() {
        for other in [
            "joanna@example.org",
            "j.anna@example.org",
            "anna@example.org.uk",
            "anna@example.organic",
            "anna@example.org-x.example",
        ] {
            assert_eq!(forgotten(other), (other.to_owned(), 0));
        }
    }

    #[test]
    fn quoted_local_parts_are_found_as_json_writes_them() {
        let address = Mailbox::parse(br#""john doe"@example.org"#).unwrap();
        let line = br#"{"rcpt":"\"john doe\"@example.org"}"#;
        let (out, count) = forget(line, &address);
        assert_eq!((out.as_slice(), count), (&br#"{"rcpt":"(forgotten)"}"#[..], 1));
    }
}
