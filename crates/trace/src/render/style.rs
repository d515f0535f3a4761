//! How a trace is shown.

/// How a trace is shown.
///
/// ```
/// use postrider_trace::{Charset, Detail, View};
///
/// let view = View::new().detail(Detail::Full).charset(Charset::Ascii).width(100);
/// # let _ = view;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct View {
    pub(crate) detail: Detail,
    pub(crate) charset: Charset,
    pub(crate) colour: Colour,
    pub(crate) width: Option<usize>,
}

/// How much of each event is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Detail {
    /// One line.
    #[default]
    Brief,
    /// Also look-ups, inputs, evidence, and what rules read.
    Full,
}

/// Which characters are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Charset {
    /// Marks such as ✓ and ■.
    #[default]
    Unicode,
    /// US-ASCII alone.
    Ascii,
}

/// Whether marks are coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Colour {
    /// No escape sequences.
    #[default]
    Never,
    /// Escape sequences of ECMA-48, as terminals know them.
    Ansi,
}

impl View {
    /// Brief, with Unicode marks, without colour, lines as long as they are.
    pub fn new() -> Self {
        Self::default()
    }

    /// With this much of each event.
    pub const fn detail(mut self, detail: Detail) -> Self {
        self.detail = detail;
        self
    }

    /// With these characters.
    pub const fn charset(mut self, charset: Charset) -> Self {
        self.charset = charset;
        self
    }

    /// With or without colour.
    pub const fn colour(mut self, colour: Colour) -> Self {
        self.colour = colour;
        self
    }

    /// With lines broken at `columns`, at least 40.
    pub const fn width(mut self, columns: usize) -> Self {
        self.width = Some(if columns < 40 { 40 } else { columns });
        self
    }

    pub(crate) fn paint_mark(&self, mark: char) -> String {
        let code = match mark {
            '✓' => "32",
            '✗' => "31",
            '!' | '?' => "33",
            '■' | '▶' => "1",
            _ => "",
        };
        self.paint(&mark.to_string(), code)
    }

    /// `text` in bold.
    pub(crate) fn bold(&self, text: &str) -> String {
        self.paint(text, "1")
    }

    fn paint(&self, text: &str, code: &str) -> String {
        if self.colour == Colour::Never || code.is_empty() {
            return text.to_owned();
        }
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    /// The whole text in the view's characters.
    pub(crate) fn finish(&self, text: String) -> String {
        if self.charset == Charset::Unicode {
            return text;
        }
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match plain(c) {
                Some(plain) => out.push_str(plain),
                None if c.is_ascii() => out.push(c),
                None => out.extend(c.escape_unicode()),
            }
        }
        out
    }
}

/// What stands for our own marks in US-ASCII.
const fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        '✓' => "+",
        '✗' => "x",
        '–' | '—' | '─' => "-",
        '·' => ".",
        '▶' => ">",
        '■' => "#",
        '└' => "`",
        '⇄' => "<->",
        '→' => "->",
        '…' => "...",
        '\u{a0}' => " ",
        _ => return None,
    })
}
