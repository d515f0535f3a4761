//! Zone text and recordings over the worlds of all suites: text is read back equal, and a recorded
//! evaluation replays to the same story.

use crate::corpora::{Case, Corpora, Suite};
use crate::zone;
use postrider_core::UnixTime;
use postrider_resolver::{RecordingResolver, Resolver, ZoneResolver, block_on};
use postrider_spf::{Identity, Limits, Sender, Session, check};
use serde_json::Value;

/// All suites of this area.
pub fn suites(corpora: &Corpora) -> Vec<Suite> {
    vec![
        Suite {
            name: "zone-text",
            cases: worlds(corpora).chain([reference_story(corpora)]).collect(),
        },
        Suite { name: "spf-replay", cases: recordings(corpora).collect() },
    ]
}

/// Suites whose vectors have a `dns` list.
const WORLDS: &[&str] = &[
    "dkim-chasquid",
    "dkim-dkimpy",
    "dkim-go-msgauth",
    "dkim-mail-auth",
    "dkim-mimekit",
    "dkim-opendkim",
    "dkim-rspamd",
    "dmarc-extreport",
    "dmarc-kumomta",
    "dmarc-mail-auth",
    "dmarc-mox",
    "dmarc-rfc9989-appB",
    "e2e-rspamd",
    "spf-albertito",
    "spf-mail-auth",
    "spf-openspf-rfc7208",
    "spf-rspamd",
    "spoofing-espoofer",
];

fn worlds(corpora: &Corpora) -> impl Iterator<Item = Case> {
    rows(corpora, WORLDS.iter().copied()).map(|(id, row)| {
        Case::new(id, move || {
            let world = zone::of(&row);
            let text = world.to_string();
            match ZoneResolver::parse(&text) {
                Ok(read) if read == world => Ok(()),
                Ok(read) => Err(format!("written\n{text}read\n{read}")),
                Err(errors) => Err(format!("{errors}\nof\n{text}")),
            }
        })
    })
}

/// A zone file as its owner wrote it.
fn reference_story(corpora: &Corpora) -> Case {
    let text = corpora.read("reference-story/zone.txt");
    Case::new("reference-story", move || {
        let world = ZoneResolver::parse(text).map_err(|e| e.to_string())?;
        let records = world.records().count();
        match records {
            11 => Ok(()),
            _ => Err(format!("{records} records, 11 expected")),
        }
    })
}

fn recordings(corpora: &Corpora) -> impl Iterator<Item = Case> {
    let suites = WORLDS.iter().copied().filter(|s| s.starts_with("spf-"));
    rows(corpora, suites).map(|(id, row)| {
        Case::new(id, move || {
            let recorder = RecordingResolver::new(zone::of(&row));
            let lived = story(&recorder, &row);
            let text = recorder.to_zone().to_string();
            let replayed = ZoneResolver::parse(&text).map_err(|e| e.to_string())?;
            let told = story(&replayed, &row);
            match lived == told {
                true => Ok(()),
                false => Err(format!("lived\n{lived}replayed\n{told}from\n{text}")),
            }
        })
    })
}

/// The SPF evaluation of a vector, step by step.
fn story<R: Resolver>(resolver: &R, row: &Value) -> String {
    let text = |field: &str| row[field].as_str().expect("text");
    let now = UnixTime::from_secs(1_795_508_500);
    let session = Session::new(
        text("ip").parse().expect("an address"),
        text("helo").as_bytes(),
        Sender::parse(text("mailfrom").as_bytes()),
        &now,
    );
    let mut steps = Vec::new();
    let limits = Limits::rfc7208();
    let outcome = check(resolver, &session, Identity::MailFrom, &limits, &mut steps);
    let outcome = block_on(outcome).expect("no waiting");
    format!("{steps:#?}\n{outcome}\n")
}

/// Each vector with its id, which begins with its suite.
fn rows<'a>(
    corpora: &'a Corpora,
    suites: impl Iterator<Item = &'static str> + 'a,
) -> impl Iterator<Item = (String, Value)> + 'a {
    suites.flat_map(|suite| {
        let rows = corpora.rows(format!("{suite}/cases.jsonl"));
        rows.into_iter()
            .filter(|row| row["dns"].is_array())
            .map(move |row| (format!("{suite}/{}", row["id"].as_str().expect("an id")), row))
    })
}
