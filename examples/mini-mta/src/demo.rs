//! `mini-mta demo`: two servers, a real DNS server and a forger on loopback. It is also the end-to-end
//! test: the exit status is 0 only if every outcome was the expected one.

mod acts;
mod dialer;
mod reference;
mod world;

use crate::cli;
use crate::commands::CommandError;
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;
use world::World;

/// What one act was to show, and what it showed.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct Outcome {
    /// What was done.
    pub act: String,
    /// What was to come of it.
    pub expected: String,
    /// What came of it.
    pub got: String,
    /// Whether they agree.
    pub ok: bool,
    /// The id of its trace, where there is one.
    pub trace: Option<String>,
}

/// Plays the demo; false when an outcome was not the expected one.
///
/// # Errors
/// [`CommandError`] when the stage cannot be set: no port, no folder.
pub async fn run(args: &cli::Demo, out: &mut dyn Write) -> Result<bool, CommandError> {
    let temporary = tempfile::tempdir().map_err(CommandError::io("temporary folder"))?;
    let folder: PathBuf = match &args.keep {
        Some(folder) => empty_folder(folder)?,
        None => temporary.path().into(),
    };
    let mut story = Story { out, json: args.json, outcomes: Vec::new() };
    let world = World::set(&folder).await?;
    acts::play(&world, &mut story).await?;
    world.close().await;
    story.end()
}

fn empty_folder(folder: &std::path::Path) -> Result<PathBuf, CommandError> {
    let what = folder.display().to_string();
    std::fs::create_dir_all(folder).map_err(CommandError::io(what.clone()))?;
    let mut entries = std::fs::read_dir(folder).map_err(CommandError::io(what.clone()))?;
    if entries.next().is_some() {
        return Err(CommandError::Other(format!("{what} is not empty")));
    }
    Ok(folder.into())
}

/// Tells what happens, and keeps the outcomes.
pub(crate) struct Story<'a> {
    out: &'a mut dyn Write,
    json: bool,
    outcomes: Vec<Outcome>,
}

impl Story<'_> {
    /// A heading.
    pub(crate) fn act(&mut self, title: &str) -> Result<(), CommandError> {
        let line = "─".repeat(title.chars().count());
        self.say(&format!("\n{title}\n{line}\n"))
    }

    /// A paragraph, a trace, a zone.
    pub(crate) fn say(&mut self, text: &str) -> Result<(), CommandError> {
        if self.json {
            return Ok(());
        }
        writeln!(self.out, "{text}").map_err(CommandError::io("standard output"))
    }

    /// What an act was to show, and whether it did.
    pub(crate) fn expect(
        &mut self,
        act: &str,
        expected: &str,
        got: &str,
        trace: Option<String>,
    ) -> Result<(), CommandError> {
        let ok = got.starts_with(expected);
        self.say(&if ok {
            format!("✓ {act}: {got}")
        } else {
            format!("✗ {act}: {got}, where {expected} was expected")
        })?;
        let (act, expected, got) = (act.into(), expected.into(), got.into());
        self.outcomes.push(Outcome { act, expected, got, ok, trace });
        Ok(())
    }

    fn end(mut self) -> Result<bool, CommandError> {
        let (right, all) = (self.outcomes.iter().filter(|o| o.ok).count(), self.outcomes.len());
        if self.json {
            let json = serde_json::to_string_pretty(&self.outcomes).map_err(CommandError::other)?;
            writeln!(self.out, "{json}").map_err(CommandError::io("standard output"))?;
        }
        self.say(&format!("\n{right} of {all} outcomes were the expected ones"))?;
        Ok(right == all)
    }
}
