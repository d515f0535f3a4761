//! `mini-mta doctor`: what is wrong with the published domain, as far as DNS and configuration tell.

use super::{CommandError, dns, load_config, read_zone};
use crate::cli;
use crate::clock;
use crate::resolver;
use postrider_dns::audit::{Finding, audit};
use postrider_dns::{Level, SetUp};
use std::io::Write;

/// Prints the findings, worst first, and gives the worst level; none where all is fine.
///
/// # Errors
/// [`CommandError`] when there is no configuration, or the zone file cannot be read.
pub async fn run(args: &cli::Doctor, out: &mut dyn Write) -> Result<Option<Level>, CommandError> {
    let config = load_config(args.config.as_deref())?;
    let domains = match &args.domain {
        Some(domain) => vec![domain.clone()],
        None => config.server.local_domains.clone(),
    };
    let mut worst = None;
    for domain in domains {
        let setup = dns::set_up(&config, &domain, &args.address)?;
        let mut findings = examine(&setup, args, &config.dns).await?;
        findings.sort_by_key(|f| std::cmp::Reverse(f.level));
        worst = worst.max(findings.iter().map(|f| f.level).max());
        print(&setup, &findings, args, out)?;
    }
    Ok(worst)
}

async fn examine(
    setup: &SetUp,
    args: &cli::Doctor,
    dns: &crate::config::Dns,
) -> Result<Vec<Finding>, CommandError> {
    match &args.offline {
        Some(file) => Ok(audit(setup, &read_zone(file)?, clock::now()).await),
        None => Ok(audit(setup, &resolver::from_config(dns)?, clock::now()).await),
    }
}

fn print(
    setup: &SetUp,
    findings: &[Finding],
    args: &cli::Doctor,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let text = if args.json {
        serde_json::to_string_pretty(findings).map_err(CommandError::other)?
    } else {
        let count = |level| findings.iter().filter(|f| f.level == level).count();
        let mut text = format!(
            "{}  ✗ {} broken  ! {} risky  i {} notes  – {} not run\n",
            setup.domain,
            count(Level::Broken),
            count(Level::Risky),
            count(Level::Note),
            count(Level::NotRun)
        );
        for finding in findings {
            text.push_str(&format!("\n{finding}"));
        }
        text
    };
    writeln!(out, "{}", text.trim_end()).map_err(CommandError::io("standard output"))
}
