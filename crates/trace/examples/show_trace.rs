//! Shows the traces in a file of JSON lines, given on standard input.
//!
//! ```text
//! cargo run -p postrider-trace --example show_trace -- --full < 2026-11-24.jsonl
//! ```

use postrider_trace::{Charset, Detail, Trace, View, read_lines, render};
use std::io::{Read, Write};

fn main() -> std::io::Result<()> {
    let mut view = View::new();
    for argument in std::env::args().skip(1) {
        view = match argument.as_str() {
            "--full" => view.detail(Detail::Full),
            "--ascii" => view.charset(Charset::Ascii),
            other => return Err(std::io::Error::other(format!("unknown argument {other}"))),
        };
    }
    let mut file = Vec::new();
    std::io::stdin().read_to_end(&mut file)?;
    let lines = read_lines(&file);
    let mut out = std::io::stdout();
    for trace in Trace::group(lines.events) {
        writeln!(out, "{}", render(&trace, &view))?;
    }
    for bad in lines.bad {
        writeln!(std::io::stderr(), "line {}: {}", bad.line, bad.error)?;
    }
    Ok(())
}
