//! PEM blocks (RFC 7468), read with the line of each fault.

use crate::encoding::from_base64;
use postrider_core::SafeText;
use zeroize::Zeroizing;

/// A decoded block.
pub(super) struct Block {
    /// The words between `BEGIN` and the dashes.
    pub(super) label: SafeText,
    /// Line of its `BEGIN`, the first line being 1.
    pub(super) line: usize,
    pub(super) der: Result<Zeroizing<Vec<u8>>, Broken>,
}

/// What is wrong within a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// There is no `END` of the same label.
    NoEnd,
    /// A line holds something else than base64.
    Base64 { line: usize },
}

/// The blocks of a text; whatever stands between them is ignored.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut lines = text.lines().map(str::trim).enumerate();
    let mut blocks = Vec::new();
    while let Some((number, line)) = lines.next() {
        if let Some(label) = label(line, "-----BEGIN ") {
            blocks.push(Block {
                label: SafeText::escaped(label.as_bytes()),
                line: number + 1,
                der: content(label, &mut lines),
            });
        }
    }
    blocks
}

fn label<'l>(line: &'l str, edge: &str) -> Option<&'l str> {
    line.strip_prefix(edge)?.strip_suffix("-----")
}

fn content<'l>(
    begun: &str,
    lines: &mut impl Iterator<Item = (usize, &'l str)>,
) -> Result<Zeroizing<Vec<u8>>, Broken> {
    let mut base64 = Zeroizing::new(String::new());
    let mut first = None;
    for (number, line) in lines {
        if label(line, "-----END ") == Some(begun) {
            return from_base64(base64.as_bytes())
                .map(Zeroizing::new)
                .ok_or_else(|| Broken::Base64 { line: first.unwrap_or(number) + 1 });
        }
        // RFC 1421 header lines (`Proc-Type: 4,ENCRYPTED`) belong to encrypted keys.
        let fine = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
        if !line.bytes().all(fine) {
            return Err(match line.contains("-----") {
                true => Broken::NoEnd,
                false => Broken::Base64 { line: number + 1 },
            });
        }
        first.get_or_insert(number);
        base64.push_str(line);
    }
    Err(Broken::NoEnd)
}

/// Writes a block with lines of 64.
#[cfg(feature = "keygen")]
pub(super) fn write(label: &str, der: &[u8]) -> String {
    let base64 = Zeroizing::new(crate::encoding::to_base64(der));
    let mut out = format!("-----BEGIN {label}-----\n");
    for (i, c) in base64.chars().enumerate() {
        if i > 0 && i % 64 == 0 {
            out.push('\n');
        }
        out.push(c);
    }
    out.push_str(&format!("\n-----END {label}-----\n"));
    out
}
