//! What a report from outside may cost.

/// Caps on everything that a report's sender controls; reaching one is an error or a note, never a
/// silence.
///
/// | field | default |
/// |---|---|
/// | `octets` | 16 MiB as received |
/// | `expanded` | 32 MiB, the sum over all containers of one report |
/// | `nesting` | 6 containers within each other |
/// | `parts` | 64 mail parts and archive entries |
/// | `depth` | 32 XML elements within each other |
/// | `text` | 8 KiB in one element or value |
/// | `json` | 4 MiB of JSON, which takes many times that once read |
/// | `rows` | 500 000 rows, results and reasons in them, policies, failures; each counts |
/// | `notes` | 100 notes; the rest is counted |
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Most octets as received.
    pub octets: usize,
    /// Most octets that all containers of a report may unpack to, together.
    pub expanded: usize,
    /// Most containers within each other.
    pub nesting: usize,
    /// Most mail parts and archive entries.
    pub parts: usize,
    /// Most XML elements within each other.
    pub depth: usize,
    /// Most octets of text in one element.
    pub text: usize,
    /// Most octets of a JSON document.
    pub json: usize,
    /// Most rows of a report, with the results and reasons in them; each counts.
    pub rows: usize,
    /// Most notes that are kept.
    pub notes: usize,
}

impl Limits {
    /// The defaults of the table above.
    pub const DEFAULT: Self = Self {
        octets: 16 << 20,
        expanded: 32 << 20,
        nesting: 6,
        parts: 64,
        depth: 32,
        text: 8 << 10,
        json: 4 << 20,
        rows: 500_000,
        notes: 100,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
