//! `mini-mta dns`: the records that this configuration needs, to be published.

use super::{CommandError, load_config, read_zone};
use crate::cli::{self, Format};
use crate::config::{Config, SigningKey};
use crate::resolver;
use postrider_core::{DomainName, SafeText};
use postrider_dkim::KeyRecord;
use postrider_dmarc::Disposition;
use postrider_dns::{Difference, DkimKey, Dmarc, Mx, SetUp, Style, ZonePlan};
use std::io::Write;
use std::net::IpAddr;
use std::path::Path;

/// Prints the records of each domain; with `--check` the difference to DNS, and false if there is one.
///
/// # Errors
/// [`CommandError`] when there is no configuration, or a key cannot be published.
pub async fn run(args: &cli::Dns, out: &mut dyn Write) -> Result<bool, CommandError> {
    let config = load_config(args.config.as_deref())?;
    let domains = match &args.domain {
        Some(domain) => vec![domain.clone()],
        None => config.server.local_domains.clone(),
    };
    let mut same = true;
    for domain in domains {
        let plan = plan(&config, &domain, &args.address)?;
        if args.check {
            let differences = difference(&config, &plan, args.zone.as_deref()).await?;
            same &= print(&differences, out)?;
        } else {
            let text = text(&plan, args.format)?;
            writeln!(out, "{text}").map_err(CommandError::io("standard output"))?;
        }
    }
    Ok(same)
}

/// Everything that a domain of this server needs in DNS.
///
/// # Errors
/// [`CommandError`] when a key cannot be published.
pub fn plan(
    config: &Config,
    domain: &DomainName,
    addresses: &[IpAddr],
) -> Result<ZonePlan, CommandError> {
    ZonePlan::for_setup(&set_up(config, domain, addresses)?).map_err(CommandError::other)
}

/// This server as the builder and the doctor know it.
///
/// # Errors
/// [`CommandError`] when a key cannot be published.
pub(super) fn set_up(
    config: &Config,
    domain: &DomainName,
    addresses: &[IpAddr],
) -> Result<SetUp, CommandError> {
    let host = config.server.hostname.clone();
    let mut setup = SetUp::new(domain.clone(), host.clone());
    setup.addresses = addresses.to_vec();
    setup.mx = Mx::to(host);
    setup.keys = keys(&config.sign, domain)?;
    setup.dmarc = Dmarc::builder(Disposition::Reject).build().map_err(CommandError::other)?;
    Ok(setup)
}

fn keys(keys: &[SigningKey], domain: &DomainName) -> Result<Vec<DkimKey>, CommandError> {
    keys.iter()
        .filter(|k| domain.is_at_or_under(&k.domain))
        .map(|k| {
            let record = KeyRecord::new(k.key.public().clone());
            DkimKey::new(k.selector.clone(), record).map_err(CommandError::other)
        })
        .collect()
}

fn text(plan: &ZonePlan, format: Format) -> Result<String, CommandError> {
    match format {
        Format::Bind => Ok(plan.zone_text(Style::Bind)),
        Format::Panel => Ok(plan.zone_text(Style::Panel)),
        Format::Json => serde_json::to_string_pretty(plan).map_err(CommandError::other),
    }
}

/// The plan against real DNS, or against a zone file.
async fn difference(
    config: &Config,
    plan: &ZonePlan,
    zone: Option<&Path>,
) -> Result<Vec<Difference>, CommandError> {
    let Some(file) = zone else {
        return Ok(plan.diff(&resolver::from_config(&config.dns)?).await);
    };
    Ok(plan.diff(&read_zone(file)?).await)
}

fn print(differences: &[Difference], out: &mut dyn Write) -> Result<bool, CommandError> {
    for difference in differences {
        let line = SafeText::display(difference);
        writeln!(out, "{line}").map_err(CommandError::io("standard output"))?;
    }
    Ok(differences.iter().all(|d| d.state.is_same()))
}
