//! Breaking long lines.

/// Writes `head` and `text` as a line; what does not fit `width` columns goes on below, indented as far as
/// `head` is wide.
pub(super) fn hanging(head: &str, text: &str, width: Option<usize>, out: &mut String) {
    out.push_str(head);
    let indent = columns(head);
    let mut column = indent;
    let mut words = text.split(' ').peekable();
    while let Some(word) = words.next() {
        let len = word.chars().count();
        let fits = width.is_none_or(|width| column + len <= width);
        if word.is_empty() && (!fits || column == indent) {
            // One of two spaces at which the line is broken.
            continue;
        }
        if !fits && column > indent {
            // The space in front goes, too.
            while out.ends_with(' ') {
                out.pop();
            }
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            column = indent;
        }
        out.push_str(word);
        column += len;
        if words.peek().is_some() {
            out.push(' ');
            column += 1;
        }
    }
    while out.ends_with(' ') {
        out.pop();
    }
    out.push('\n');
}

/// Columns that `text` takes, escape sequences for colours left out.
fn columns(text: &str) -> usize {
    let mut count = 0;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\x1b' {
            // Up to and with the final `m`.
            let _ = chars.by_ref().find(|c| *c == 'm');
        } else {
            count += 1;
        }
    }
    count
}
