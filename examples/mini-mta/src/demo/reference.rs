//! The reference story: what its author published, what that did to him, and what he should have.

use super::Story;
use super::acts::{from_outside, id, show};
use super::world::{STORY, STRANGER, World};
use crate::clock;
use crate::commands::CommandError;
use crate::letter::Letter;
use postrider_core::DomainName;
use postrider_dkim::keygen::{KeySpec, generate};
use postrider_dkim::{KeyRecord, PrivateKey, Selector, SignRequest, Signer, SigningKey};
use postrider_message::HeaderBlock;
use postrider_resolver::{Name, Record, Txt, ZoneResolver};
use std::net::IpAddr;
use std::sync::Arc;

const ZONE: &str = include_str!("reference-story.zone");
const SELECTORS: [(&str, KeySpec); 2] =
    [("202505e", KeySpec::Ed25519), ("202505r", KeySpec::Rsa2048)];
const REFUSED: &str = "550 5.7.1 DMARC policy of example.org";
const ACCEPTED: &str = "250 2.0.0";

/// Who sends: the address and the name in EHLO.
type From = (IpAddr, &'static str);
const HIS_SERVER: From = (STORY, "mail.example.org");
const A_STRANGER: From = (STRANGER, "bulk.stranger.example");

/// Plays the story to its end.
pub(super) async fn play(world: &World, story: &mut Story<'_>) -> Result<(), CommandError> {
    story.act("6  The reference story: two SPF records, each with +all, beside p=reject")?;
    let mut scene = Scene { world, story, keys: keys()? };
    let honest = scene.sign(&letter("Minutes", "The minutes of Monday.")?)?;
    let mut changed = honest.clone();
    changed.octets.extend_from_slice(b"-- \r\nSent through a list that adds a footer\r\n");
    let forged = letter("Urgent", "Please pay this invoice today.")?;

    scene.publish(ZONE)?;
    let what = "his own mail, signed: SPF is an error, so all rests on the signature";
    scene.send(HIS_SERVER, &honest, what, ACCEPTED).await?;
    let what =
        "the same with a footer added on the way: nothing is left (\"sometimes DMARC failed\")";
    scene.send(HIS_SERVER, &changed, what, REFUSED).await?;
    let what = "a forgery: refused, because two records count as none";
    scene.send(A_STRANGER, &forged, what, REFUSED).await?;

    scene.story.say("\nNow he merges the two records, and keeps +all:\n")?;
    scene.publish(&one_record("v=spf1 a mx ra=postmaster +all"))?;
    let what = "the forgery again: any host passes SPF, and so DMARC, in his name";
    scene.send(A_STRANGER, &forged, what, ACCEPTED).await?;

    scene.story.say("\nAnd at last one record that names his server and nobody else:\n")?;
    scene.publish(&one_record("v=spf1 mx ra=postmaster -all"))?;
    let what = "his mail with the footer: the signature breaks, SPF carries it";
    scene.send(HIS_SERVER, &changed, what, ACCEPTED).await?;
    let what = "the forgery: refused, as the domain asks";
    scene.send(A_STRANGER, &forged, what, REFUSED).await
}

struct Scene<'w, 's, 'o> {
    world: &'w World,
    story: &'s mut Story<'o>,
    /// The published keys are his; the demo signs with its own at the same selectors.
    keys: Vec<(Selector, Arc<PrivateKey>)>,
}

impl Scene<'_, '_, '_> {
    /// Publishes a zone of his, with our keys in the place of his, and shows its policies.
    fn publish(&mut self, text: &str) -> Result<(), CommandError> {
        let written = ZoneResolver::parse(text).map_err(CommandError::other)?;
        let ours = self.key_names()?;
        let mut zone = ZoneResolver::new();
        for (name, ttl, record) in written.records().filter(|(name, _, _)| !ours.contains(name)) {
            zone.insert(name.clone(), ttl, record.clone());
        }
        for (name, (_, key)) in ours.into_iter().zip(&self.keys) {
            let text = KeyRecord::new(key.public().clone()).to_string();
            zone.insert(name, 600, Record::Txt(Txt::from_strings([text.as_bytes()])));
        }
        self.world.publish(zone);
        let policy =
            |l: &&str| !l.starts_with(';') && (l.contains("v=spf1") || l.contains("v=DMARC1"));
        let shown: String = text.lines().filter(policy).map(|l| format!("  {l}\n")).collect();
        self.story.say(&shown)
    }

    fn key_names(&self) -> Result<Vec<Name>, CommandError> {
        let domain = domain()?;
        let name = |(s, _): &(Selector, Arc<PrivateKey>)| {
            s.under_domainkey(&domain).map_err(CommandError::other)
        };
        self.keys.iter().map(name).collect()
    }

    fn sign(&self, letter: &Letter) -> Result<Letter, CommandError> {
        let domain = domain()?;
        let (block, _) = HeaderBlock::parse(&letter.octets);
        let request = |(selector, key): &(Selector, Arc<PrivateKey>)| {
            let key: Arc<dyn SigningKey> = key.clone();
            SignRequest::new(domain.clone(), selector.clone(), key)
        };
        let requests = self.keys.iter().map(request).collect();
        let mut signer =
            Signer::new(requests, &block, clock::now()).map_err(CommandError::other)?;
        signer.body(letter.octets.get(block.body_offset()..).unwrap_or_default());
        let fields = signer.finish().map_err(CommandError::other)?.concat();
        Ok(Letter { octets: [fields, letter.octets.clone()].concat(), ..letter.clone() })
    }

    async fn send(
        &mut self,
        (source, hello): From,
        letter: &Letter,
        what: &str,
        expected: &str,
    ) -> Result<(), CommandError> {
        let answer = from_outside(self.world, source, hello, letter).await?;
        show(self.world, self.story, &answer).await?;
        self.story.expect(what, expected, &answer.reply, id(&answer))?;
        self.story.say("")
    }
}

fn domain() -> Result<DomainName, CommandError> {
    DomainName::parse("example.org").map_err(CommandError::other)
}

fn letter(subject: &str, text: &str) -> Result<Letter, CommandError> {
    Letter::new("me@example.org", "bob@bob.example", subject, text)
}

fn keys() -> Result<Vec<(Selector, Arc<PrivateKey>)>, CommandError> {
    let key = |(selector, spec): &(&str, KeySpec)| {
        let selector = Selector::parse(selector).map_err(CommandError::other)?;
        Ok((selector, Arc::new(generate(*spec).map_err(CommandError::other)?.key)))
    };
    SELECTORS.iter().map(key).collect()
}

/// His zone with one SPF record in the place of two.
fn one_record(spf: &str) -> String {
    let mut lines: Vec<String> =
        ZONE.lines().filter(|l| !l.contains("v=spf1 ")).map(str::to_owned).collect();
    lines.push(format!("@                     IN TXT   \"{spf}\""));
    lines.join("\n") + "\n"
}
