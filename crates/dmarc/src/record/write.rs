//! Writes a record; tags that have their default value are left out.

use super::{Disposition, FailureOptions, FailureWhen, Mode, Psd, Record, Testing};
use crate::uri::Uri;
use std::fmt;

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("v=DMARC1")?;
        let policies = [("p", self.policy), ("sp", self.subdomains), ("np", self.nonexistent)];
        for (tag, policy) in policies {
            if let Some(policy) = policy {
                policy_tag(f, tag, policy)?;
            }
        }
        for (tag, mode) in [("adkim", self.dkim_mode), ("aspf", self.spf_mode)] {
            if mode == Mode::Strict {
                write!(f, "; {tag}=s")?;
            }
        }
        f.write_str(match self.psd {
            Psd::Yes => "; psd=y",
            Psd::No => "; psd=n",
            Psd::Unsaid => "",
        })?;
        f.write_str(match self.testing {
            Testing::On => "; t=y",
            Testing::Off => "",
        })?;
        uris(f, "rua", &self.aggregate)?;
        uris(f, "ruf", &self.failure)?;
        if self.failure_options != FailureOptions::default() {
            write!(f, "; fo={}", self.failure_options)?;
        }
        Ok(())
    }
}

fn policy_tag(f: &mut fmt::Formatter<'_>, tag: &str, policy: Disposition) -> fmt::Result {
    write!(f, "; {tag}={policy}")
}

fn uris(f: &mut fmt::Formatter<'_>, tag: &str, uris: &[Uri]) -> fmt::Result {
    for (i, uri) in uris.iter().enumerate() {
        match i {
            0 => write!(f, "; {tag}={uri}")?,
            _ => write!(f, ",{uri}")?,
        }
    }
    Ok(())
}

impl fmt::Display for FailureOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.when {
            FailureWhen::All => "0",
            FailureWhen::Any => "1",
        })?;
        f.write_str(if self.dkim { ":d" } else { "" })?;
        f.write_str(if self.spf { ":s" } else { "" })
    }
}
