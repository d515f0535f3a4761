//! Published suites and vectors as data-driven tests: one named trial per vector.
//!
//! The data stays outside the repository; `POSTRIDER_CORPORA` names its folder. Without it the
//! suites that need it are listed as skipped. After the trials, each suite prints `name N/N`.
//! `ledger.toml` names every vector whose expectation we contradict, with the reason from the RFC; a
//! vector of the ledger that passes all the same is a failure, so the ledger cannot rot.

mod corpora;
mod dkim;
mod dmarc;
mod ledger;
mod lint;
mod message;
mod reports;
mod resolver;
mod smtp;
mod smtp_replies;
mod spf;
mod together;
mod zone;

use corpora::Corpora;
use ledger::Ledger;
use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = Arguments::from_args();
    let Some(corpora) = Corpora::from_env() else {
        println!("skipped: POSTRIDER_CORPORA is not set, so the published suites are not run");
        return libtest_mimic::run(&args, Vec::new()).exit_code();
    };
    let ledger = Ledger::load();
    let suites = [
        resolver::suites,
        spf::suites,
        dkim::suites,
        dmarc::suites,
        message::suites,
        reports::suites,
        smtp::suites,
        together::suites,
        smtp_replies::suites,
        lint::suites,
    ];
    let trials: Vec<Trial> = suites
        .iter()
        .flat_map(|suites| suites(&corpora))
        .flat_map(|suite| suite.into_trials(&ledger))
        .collect();
    let conclusion = libtest_mimic::run(&args, trials);
    ledger.print_scores();
    conclusion.exit_code()
}
