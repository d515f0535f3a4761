//! Sums up a folder of reports: `cargo run -p postrider-reports --example report_summary -- FOLDER [--json]`
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command")]

use postrider_reports::summary::Summary;
use postrider_reports::{Limits, read};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().ok_or("usage: report_summary FOLDER [--json]")?;
    let as_json = args.next().is_some_and(|arg| arg == "--json");
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    let mut summary = Summary::new();
    for path in paths.iter().filter(|path| path.is_file()) {
        match read(&std::fs::read(path)?, &Limits::DEFAULT) {
            Ok(reading) => summary.add(&reading),
            Err(error) => eprintln!("{}: {error}", path.display()),
        }
    }
    match as_json {
        true => println!("{}", summary.to_json()),
        false => print!("{summary}"),
    }
    Ok(())
}
