//! Zones that we write, loaded by the checkers of BIND and NSD.
//!
//! A program that is not installed is said as `skipped: NAME not installed`; `.ci/run` installs all.

use postrider_core::DomainName;
use postrider_dkim::{KeyRecord, Selector};
use postrider_dns::{Bimi, DkimKey, MtaSts, SetUp, StsMode, Style, TlsRpt, Tlsa, ZonePlan};
use postrider_resolver::ZoneResolver;
use postrider_tests::{installed, run};
use std::process::Command;
use std::time::Duration;

fn domain(text: &str) -> DomainName {
    DomainName::parse(text).expect("a domain")
}

fn rsa(selector: &str, bits: usize) -> DkimKey {
    let key = postrider_dkim::PublicKey::from_record(postrider_dkim::KeyType::Rsa, &spki(bits));
    let record = KeyRecord::new(key.expect("a key"));
    DkimKey::new(Selector::parse(selector).expect("a selector"), record).expect("a good key")
}

/// `RSAPublicKey` of an odd modulus of so many bits, which is all that DNS cares for.
fn spki(bits: usize) -> Vec<u8> {
    let octets = bits / 8;
    let mut modulus = vec![0x02, 0x82];
    modulus.extend(u16::try_from(octets + 1).expect("short").to_be_bytes());
    modulus.push(0);
    modulus.extend((0..octets).map(|i| u8::try_from(i % 251).expect("small") | 0x81));
    modulus.extend([0x02, 0x03, 0x01, 0x00, 0x01]);
    let mut out = vec![0x30, 0x82];
    out.extend(u16::try_from(modulus.len()).expect("short").to_be_bytes());
    out.extend(modulus);
    out
}

/// Everything a plan can hold: keys of 2048 and 4096 bits, an SPF record of more than 300 octets.
fn rich(name: &str) -> SetUp {
    let domain = domain(name);
    let host = domain.child("mx").expect("a host");
    let mut setup = SetUp::new(domain.clone(), host.clone());
    setup.addresses = (1..=20_u8).map(|n| [192, 0, 2, n].into()).collect();
    setup
        .addresses
        .extend((1..=4_u16).map(|n| std::net::IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, n])));
    setup.keys = vec![rsa("r2048", 2048), rsa("r4096", 4096)];
    setup.tlsa = vec![Tlsa::from_spki_sha256([7; 32])];
    let week = Duration::from_secs(7 * 86_400);
    setup.sts = MtaSts::new(StsMode::Enforce, vec![host], week, "20251122").ok();
    setup.tls_reports = TlsRpt::to_postmaster(&domain);
    setup.bimi = Bimi::new("https://example.org/logo.svg", None).ok();
    setup
}

/// The plan as a whole zone: what a name server needs besides stands before it.
fn zone_file(plan: &ZonePlan) -> String {
    let ns = format!("ns1.{}.", plan.domain);
    let text = plan.zone_text(Style::Bind);
    format!(
        "{text}@ 3600 IN SOA {ns} hostmaster.{}. 1 3600 600 604800 600\n@ 3600 IN NS {ns}\nns1 3600 IN A 192.0.2.53\n",
        plan.domain
    )
}

fn plans() -> Vec<ZonePlan> {
    let names = ["example.org", "bücher.example", "mail.例え.example"];
    let mut plans: Vec<ZonePlan> =
        names.iter().map(|n| ZonePlan::for_setup(&rich(n)).expect("a plan")).collect();
    plans.push(ZonePlan::without_mail(&domain("silent.example")).expect("a plan"));
    plans
}

/// Runs a checker as `PROGRAM ZONE FILE` over every plan.
fn checked_by(program: &str) {
    let program = match installed(program) {
        Ok(program) => program,
        Err(skipped) => return println!("{skipped}"),
    };
    let folder = tempfile::tempdir().expect("a folder");
    for plan in plans() {
        let file = folder.path().join("zone");
        std::fs::write(&file, zone_file(&plan)).expect("a file");
        let said = run(Command::new(&program).arg(plan.domain.as_str()).arg(&file));
        println!("{}: {}", plan.domain, said.trim());
    }
}

#[test]
fn named_checkzone_loads_what_we_write() {
    checked_by("named-checkzone");
}

#[test]
fn nsd_checkzone_loads_what_we_write() {
    checked_by("nsd-checkzone");
}

/// `named-checkzone -D` writes the zone as BIND understood it: the texts must be ours.
#[test]
fn bind_reads_the_texts_as_we_meant_them() {
    let program = match installed("named-checkzone") {
        Ok(program) => program,
        Err(skipped) => return println!("{skipped}"),
    };
    let folder = tempfile::tempdir().expect("a folder");
    for plan in plans() {
        let file = folder.path().join("zone");
        std::fs::write(&file, zone_file(&plan)).expect("a file");
        let mut command = Command::new(&program);
        let dump = run(command.args(["-q", "-D", plan.domain.as_str()]).arg(&file));
        let read = ZoneResolver::parse(&dump).unwrap_or_else(|e| panic!("{e}\n{dump}"));
        for planned in &plan.records {
            let same = |(name, ttl, record): (_, u32, _)| {
                (name, ttl, record) == (&planned.name, planned.ttl, &planned.record)
            };
            assert!(read.records().any(same), "{}: {}", planned.name, planned.record);
        }
    }
}

#[test]
fn long_records_are_as_long_as_meant() {
    let plan = ZonePlan::for_setup(&rich("example.org")).expect("a plan");
    let lengths = |prefix: &str| -> Vec<usize> {
        plan.rows()
            .iter()
            .map(|r| &r.value)
            .filter(|v| v.starts_with(prefix))
            .map(String::len)
            .collect()
    };
    assert!(lengths("v=spf1").iter().all(|n| *n > 300), "{:?}", lengths("v=spf1"));
    assert!(lengths("v=DKIM1").iter().any(|n| *n > 700), "{:?}", lengths("v=DKIM1"));
}
