//! What happens on stage, act by act, and what each is to show.

use super::dialer::call;
use super::world::{ALICE, BOB, LAPTOP, Party, STRANGER, World, is_delivered, shown};
use super::{Story, reference};
use crate::commands::CommandError;
use crate::config::Role;
use crate::letter::{Answer, Letter, Sender};
use postrider_core::Host;
use postrider_dns::Style;
use postrider_smtp_tokio::client::Tls;
use postrider_smtp_tokio::tls::ClientTls;
use postrider_trace::Trace;
use std::net::{IpAddr, SocketAddr};

/// All acts in order.
pub(super) async fn play(world: &World, story: &mut Story<'_>) -> Result<(), CommandError> {
    records(world, story)?;
    honest(world, story).await?;
    forged(world, story).await?;
    relayed(world, story).await?;
    hidden(world, story).await?;
    reference::play(world, story).await
}

fn records(world: &World, story: &mut Story<'_>) -> Result<(), CommandError> {
    story.act("1  The records that Alice publishes (mini-mta dns)")?;
    story.say(&world.alice.plan.zone_text(Style::Bind))?;
    story.say(&format!(
        "A real DNS server on {} answers with these, with Bob's, and with the reverse names.",
        world.dns.local_addr()
    ))
}

async fn honest(world: &World, story: &mut Story<'_>) -> Result<(), CommandError> {
    let (alice, bob) = (&world.alice, &world.bob);
    story.act("2  Alice writes to Bob: signed, sent by MX, verified, delivered")?;
    let letter =
        Letter::new(&alice.user, &bob.user, "Lunch?", "Bob,\r\n\r\nlunch on Friday?\r\n\r\nAlice")?;
    let submission = socket(alice, Role::Submissions)?;
    let stream = call(submission, LAPTOP, SocketAddr::new(ALICE, 465))
        .await
        .map_err(CommandError::io("Alice's server"))?;
    let laptop = Sender {
        hello: host("[192.0.2.200]")?,
        login: Some((alice.user.clone(), alice.password.clone())),
        tls: Tls::Implicit,
        roots: Some(roots(alice)?),
    };
    let answer = laptop.send(stream, alice.hostname.as_str(), &letter).await?;
    story.expect("Alice's server accepts it from her", "250 2.0.0", &answer.reply, id(&answer))?;
    let mail = bob.mail("new").await;
    let sent = finished(alice, &answer).await;
    let received = bob.last_trace().await;
    for (party, trace) in [("Alice's server", &sent), ("Bob's server", &received)] {
        story.say(&format!("\nThe trace on {party}:\n"))?;
        story.say(&trace.as_ref().map_or_else(|| "none".to_owned(), shown))?;
    }
    for algorithm in ["ed25519-sha256", "rsa-sha256"] {
        let signed = sent.as_ref().and_then(|t| said(t, "sign:", algorithm));
        expect_said(story, &format!("signed by {algorithm}"), "signed", signed)?;
    }
    for check in ["spf", "dkim:1", "dkim:2", "dmarc"] {
        expect_out(story, check, "pass", received.as_ref())?;
    }
    expect_complete(story, "Alice's trace is complete", sent.as_ref())?;
    expect_complete(story, "Bob's trace is complete", received.as_ref())?;
    let results =
        mail.as_deref().and_then(results_field).unwrap_or_else(|| "nothing came".to_owned());
    story.expect("Bob's Maildir holds it, with", "Authentication-Results:", &results, None)
}

async fn forged(world: &World, story: &mut Story<'_>) -> Result<(), CommandError> {
    story.act("3  A stranger writes to Bob in Alice's name")?;
    let letter = Letter::new(
        &world.alice.user,
        &world.bob.user,
        "Urgent",
        "Please pay this invoice today.",
    )?;
    let answer = from_outside(world, STRANGER, "bulk.stranger.example", &letter).await?;
    show(world, story, &answer).await?;
    story.expect(
        "the forgery is refused",
        "550 5.7.1 DMARC policy of alice.example",
        &answer.reply,
        id(&answer),
    )?;
    let trace = finished(&world.bob, &answer).await;
    expect_out(story, "spf", "fail", trace.as_ref())?;
    expect_out(story, "dmarc", "fail", trace.as_ref())?;
    expect_complete(story, "its trace is complete", trace.as_ref())
}

async fn relayed(world: &World, story: &mut Story<'_>) -> Result<(), CommandError> {
    story.act("4  A stranger tries to send through Bob's server to somebody else")?;
    let letter =
        Letter::new("offers@stranger.example", "victim@elsewhere.example", "Offer", "Buy now.")?;
    let answer = from_outside(world, STRANGER, "bulk.stranger.example", &letter).await?;
    show(world, story, &answer).await?;
    story.expect("relaying is refused", "550 5.7.1 relaying denied", &answer.reply, id(&answer))
}

async fn hidden(world: &World, story: &mut Story<'_>) -> Result<(), CommandError> {
    story.act("5  The forgery once more, through a forwarder that hides the client")?;
    let letter = Letter::new(
        &world.alice.user,
        &world.bob.user,
        "Urgent",
        "Please pay this invoice today.",
    )?;
    let socket = world
        .bob
        .running
        .address_of("mx-hidden")
        .ok_or_else(|| CommandError::other("no listener without PROXY protocol"))?;
    let stream =
        tokio::net::TcpStream::connect(socket).await.map_err(CommandError::io("Bob's server"))?;
    let stranger = outsider(world, "bulk.stranger.example")?;
    let answer = stranger.send(stream, world.bob.hostname.as_str(), &letter).await?;
    show(world, story, &answer).await?;
    story.say("SPF cannot be decided for 127.0.0.1, so DMARC's policy is not applied: unknown is not fail.\n")?;
    story.expect("it is not refused for a guess", "250 2.0.0", &answer.reply, id(&answer))?;
    let trace = finished(&world.bob, &answer).await;
    expect_out(story, "spf", "unknown", trace.as_ref())
}

pub(super) async fn from_outside(
    world: &World,
    source: IpAddr,
    hello: &str,
    letter: &Letter,
) -> Result<Answer, CommandError> {
    let stream = call(socket(&world.bob, Role::Mx)?, source, SocketAddr::new(BOB, 25))
        .await
        .map_err(CommandError::io("Bob's server"))?;
    outsider(world, hello)?.send(stream, world.bob.hostname.as_str(), letter).await
}

fn outsider(world: &World, hello: &str) -> Result<Sender, CommandError> {
    Ok(Sender {
        hello: host(hello)?,
        login: None,
        tls: Tls::Opportunistic,
        roots: Some(roots(&world.bob)?),
    })
}

pub(super) async fn show(
    world: &World,
    story: &mut Story<'_>,
    answer: &Answer,
) -> Result<(), CommandError> {
    match finished(&world.bob, answer).await {
        Some(trace) => story.say(&shown(&trace)),
        None => story.say(&format!("no trace for: {}", answer.reply)),
    }
}

/// The trace of what was answered, when it is refused or delivered.
async fn finished(party: &Party, answer: &Answer) -> Option<Trace> {
    let refused = !answer.reply.starts_with('2');
    party.trace(answer.id?, |t| refused || is_delivered(t)).await
}

fn socket(party: &Party, role: Role) -> Result<SocketAddr, CommandError> {
    let missing = || {
        CommandError::Other(format!("{} has no listener of role {}", party.domain, role.as_str()))
    };
    party.running.address(role).ok_or_else(missing)
}

fn roots(party: &Party) -> Result<ClientTls, CommandError> {
    ClientTls::with_extra_roots(&party.certificate).map_err(CommandError::other)
}

fn host(text: &str) -> Result<Host, CommandError> {
    text.parse().map_err(CommandError::other)
}

pub(super) fn id(answer: &Answer) -> Option<String> {
    answer.id.map(|id| id.to_string())
}

/// What a check whose name begins so says, if it speaks of `word`.
fn said(trace: &Trace, check: &str, word: &str) -> Option<String> {
    let speaks = |e: &&postrider_trace::Event| {
        e.check_name().starts_with(check)
            && e.say.as_ref().is_some_and(|s| s.as_str().contains(word))
    };
    Some(trace.all().find(speaks)?.say.as_ref()?.to_string())
}

fn expect_said(
    story: &mut Story<'_>,
    act: &str,
    expected: &str,
    got: Option<String>,
) -> Result<(), CommandError> {
    story.expect(act, expected, got.as_deref().unwrap_or("nothing"), None)
}

fn expect_out(
    story: &mut Story<'_>,
    check: &str,
    expected: &str,
    trace: Option<&Trace>,
) -> Result<(), CommandError> {
    let event = trace.and_then(|t| t.check(check));
    let got = event.map_or_else(
        || "no event".to_owned(),
        |e| format!("{}: {}", e.out, e.say.as_ref().map_or("", |s| s.as_str())),
    );
    story.expect(check, expected, &got, None)
}

/// A complete trace has no gap in its numbers and a decision at its end.
fn expect_complete(
    story: &mut Story<'_>,
    act: &str,
    trace: Option<&Trace>,
) -> Result<(), CommandError> {
    let got = match trace {
        None => "no trace".to_owned(),
        Some(t) => {
            let (gaps, events) = (t.gaps().count(), t.all().count());
            let decided = t.all().any(postrider_trace::Event::is_decision);
            if gaps == 0 && decided {
                format!("complete: {events} events, none missing")
            } else {
                format!("{gaps} gaps")
            }
        }
    };
    story.expect(act, "complete", &got, None)
}

/// The Authentication-Results field of a stored message, unfolded; a Maildir has lines without CR.
fn results_field(mail: &str) -> Option<String> {
    let mut lines = mail.lines().skip_while(|l| !l.starts_with("Authentication-Results:"));
    let first = lines.next()?.to_owned();
    let folded = lines.take_while(|l| l.starts_with([' ', '\t']));
    Some(folded.fold(first, |field, line| format!("{field} {}", line.trim())))
}
