//! Shows the header of a message: `show < message.eml`.

use postrider_message::{HeaderBlock, author_domains, decode_words, hop_count};
use std::io::{Read, Write};

fn main() -> std::io::Result<()> {
    let mut octets = Vec::new();
    std::io::stdin().read_to_end(&mut octets)?;
    let (header, faults) = HeaderBlock::parse(&octets);
    let mut out = std::io::stdout();
    for field in &header {
        writeln!(out, "{:>6}  {}: {}", field.offset, field.name, decode_words(field.raw_value))?;
    }
    for fault in &faults {
        writeln!(out, " fault  {fault}")?;
    }
    let authors = author_domains(&header);
    for domain in &authors.domains {
        writeln!(out, "author  {domain}")?;
    }
    for problem in &authors.problems {
        writeln!(out, "author  {problem}")?;
    }
    writeln!(out, "  hops  {}", hop_count(&header))
}
