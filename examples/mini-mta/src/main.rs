//! The command line of mini-mta.
#![expect(clippy::print_stderr, reason = "a command line program says what is wrong there")]

use clap::Parser;
use mini_mta::cli::{Cli, Command};
use mini_mta::commands::{CommandError, dns, doctor, explain, keygen, serve, trace};

use mini_mta::demo;
use postrider_dns::Level;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = BufWriter::new(std::io::stdout().lock());
    let done = run(&cli.command, &mut out);
    let flushed = out.flush().map_err(CommandError::io("standard output"));
    match done.and_then(|code| flushed.map(|()| code)) {
        Ok(code) => code,
        // A reader that has seen enough, such as `head`, is no fault.
        Err(CommandError::Io { source, .. }) if source.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Exit status 0: fine; 1: a negative answer; errors become 2.
fn run(command: &Command, out: &mut dyn Write) -> Result<ExitCode, CommandError> {
    match command {
        Command::Serve(args) => runtime()?.block_on(serve::run(args)).map(|()| ExitCode::SUCCESS),
        Command::Demo(args) => runtime()?.block_on(demo::run(args, out)).map(answer),
        Command::Keygen(args) => {
            keygen::run(args, &mut std::io::stdin().lock(), out, &mut std::io::stderr())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Dns(args) => runtime()?.block_on(dns::run(args, out)).map(answer),
        Command::Doctor(args) => runtime()?.block_on(doctor::run(args, out)).map(severity),
        Command::Explain(args) => runtime()?.block_on(explain::run(args, out)).map(answer),
        Command::Trace(args) => trace::run(args, out).map(answer),
        _ => Err(CommandError::Other("this command is not built in".into())),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CommandError::io("cannot start the runtime"))
}

/// 2: something is broken; 1: something is risky.
fn severity(worst: Option<Level>) -> ExitCode {
    match worst {
        Some(Level::Broken) => ExitCode::from(2),
        Some(Level::Risky) => ExitCode::from(1),
        _ => ExitCode::SUCCESS,
    }
}

fn answer(yes: bool) -> ExitCode {
    if yes { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
