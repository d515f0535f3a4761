//! Serves a zone file as real DNS, until interrupted:
//!
//! `cargo run -p postrider-resolver-hickory --features server --example serve -- world.zone 127.0.0.1:5353`
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use postrider_resolver::ZoneResolver;
use postrider_resolver_hickory::ZoneServer;
use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [file, address] = args.as_slice() else {
        return Err("usage: serve ZONE-FILE ADDRESS:PORT".into());
    };
    let zone = ZoneResolver::parse(std::fs::read(file)?).map_err(|e| e.in_file(file))?;
    let server = ZoneServer::bind(address.parse()?, Arc::new(zone)).await?;
    println!("{file} is served at {}", server.local_addr());
    std::future::pending().await
}
