//! Asks a zone file, as `dig` asks a server:
//!
//! `cargo run -p postrider-resolver --example ask -- world.zone _dmarc.example.org TXT`
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use postrider_resolver::{Content, Kind, Name, Question, ZoneResolver};
use std::error::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [file, name, kind] = args.as_slice() else {
        return Err("usage: ask ZONE-FILE NAME TYPE".into());
    };
    let zone = ZoneResolver::parse(std::fs::read(file)?).map_err(|e| e.in_file(file))?;
    let answer = zone.answer(&Question::new(Name::parse(name)?, kind.parse::<Kind>()?))?;
    for alias in &answer.aliases {
        println!("{alias} is an alias");
    }
    match &answer.content {
        Content::Records(records) => {
            for record in records {
                println!("{} {} {kind} {record}", answer.canonical, answer.ttl);
            }
        }
        Content::NoData => println!("{} exists without {kind}", answer.canonical),
        Content::NxDomain => println!("{} does not exist", answer.canonical),
    }
    Ok(())
}
