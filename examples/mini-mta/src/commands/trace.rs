//! `mini-mta trace`

use super::{CommandError, load_config};
use crate::cli;
use crate::clock;
use crate::traces;
use postrider_trace::{
    Charset, Colour, Detail, Filter, Trace, TraceId, View, as_zone, read_lines, render, store,
};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Prints the traces that were asked for; false when there is none.
///
/// # Errors
/// [`CommandError`] when the id is no id, or the trace folder cannot be read.
pub fn run(args: &cli::Trace, out: &mut dyn Write) -> Result<bool, CommandError> {
    let folder = match &args.dir {
        Some(dir) => dir.clone(),
        None => load_config(args.config.as_deref())?.trace.path,
    };
    let files = traces::files(&folder).map_err(CommandError::io(folder.display().to_string()))?;
    let found = match &args.id {
        Some(id) => by_id(id, &folder)?.into_iter().collect(),
        None => last(args, &files)?,
    };
    for trace in &found {
        print(trace, args, out).map_err(CommandError::io("standard output"))?;
    }
    Ok(!found.is_empty())
}

fn by_id(id: &str, folder: &Path) -> Result<Option<Trace>, CommandError> {
    let id: TraceId = id.parse().map_err(CommandError::other)?;
    let path = folder.join(store::file_name(id.time()));
    Ok(if path.exists() { store::find(&read(&path)?, id) } else { None })
}

/// The last traces that match, newest file first, in the order of time.
fn last(args: &cli::Trace, files: &[PathBuf]) -> Result<Vec<Trace>, CommandError> {
    let filter = filter(args);
    let all = if is_filtered(args) { usize::MAX } else { 1 };
    let wanted = args.last.unwrap_or(all);
    let mut found: Vec<Trace> = Vec::new();
    for file in files.iter().rev() {
        let lines = read_lines(&read(file)?);
        let mut older: Vec<Trace> = Trace::group(lines.events);
        older.retain(|t| filter.matches(t));
        older.append(&mut found);
        found = older;
        if found.len() >= wanted {
            break;
        }
    }
    Ok(found.split_off(found.len().saturating_sub(wanted)))
}

fn is_filtered(args: &cli::Trace) -> bool {
    let by_address = args.from.is_some() || args.to.is_some() || args.ip.is_some();
    args.refused || by_address || args.since.is_some()
}

fn filter(args: &cli::Trace) -> Filter {
    let mut filter = Filter::all();
    if args.refused {
        filter = filter.refused();
    }
    if let Some(from) = &args.from {
        filter = filter.from(from);
    }
    if let Some(to) = &args.to {
        filter = filter.to(to);
    }
    if let Some(ip) = args.ip {
        filter = filter.ip(ip);
    }
    match args.since {
        Some(span) => filter.since(clock::now().minus(span.0)),
        None => filter,
    }
}

fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    std::fs::read(path).map_err(CommandError::io(path.display().to_string()))
}

fn print(trace: &Trace, args: &cli::Trace, out: &mut dyn Write) -> std::io::Result<()> {
    if args.json {
        return trace.all().try_for_each(|event| writeln!(out, "{}", event.to_line()));
    }
    if args.as_zone {
        return write!(out, "{}", as_zone(trace));
    }
    writeln!(out, "{}", render(trace, &view(args)))
}

fn view(args: &cli::Trace) -> View {
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    View::new()
        .detail(if args.full { Detail::Full } else { Detail::default() })
        .charset(if args.ascii { Charset::Ascii } else { Charset::default() })
        .colour(if colour { Colour::Ansi } else { Colour::default() })
}
