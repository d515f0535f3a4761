//! The `.env` file: the envelope on its first line, a change of states on each later one.
//!
//! ```text
//! line = 8HEXDIG SP json LF     ; CRC-32C of the JSON
//! ```

use crate::envelope::Envelope;
use crate::state::{RcptResult, RcptState, moment};
use crate::top::TopFields;
use postrider_core::{Id, UnixTime};
use serde::{Deserialize, Serialize};

/// The format that is written.
pub(crate) const VERSION: u32 = 1;

/// The first line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) v: u32,
    pub(crate) id: Id,
    /// Octets of the body file.
    pub(crate) size: u64,
    /// CRC-32C of the body file.
    pub(crate) crc: u32,
    #[serde(default, skip_serializing_if = "TopFields::is_empty")]
    pub(crate) top: TopFields,
    pub(crate) env: Envelope,
}

/// A later line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Change {
    #[serde(with = "moment")]
    pub(crate) at: UnixTime,
    /// Whether the message is held from now on; nothing if that stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) held: Option<bool>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) r: Vec<Row>,
}

/// The new state of one recipient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    /// Attempts made so far.
    pub(crate) att: u32,
    #[serde(flatten)]
    pub(crate) result: RcptResult,
}

/// All that the lines say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Log {
    pub(crate) head: Head,
    pub(crate) states: States,
    /// Lines read.
    pub(crate) lines: usize,
    /// Octets up to the end of the last good line.
    pub(crate) good: u64,
    /// Whether octets follow that are no line: a write that a crash tore.
    pub(crate) torn: bool,
}

/// What the changes add up to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct States {
    pub(crate) held: bool,
    pub(crate) rcpts: Vec<RcptState>,
    pub(crate) attempts: Vec<u32>,
}

/// Why a log cannot be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadLog {
    /// This line, counted from 1.
    Line(usize),
    /// A format of the future.
    Newer(u32),
}

impl States {
    /// As accepted.
    pub(crate) fn new(env: &Envelope) -> Self {
        let due = RcptState::Due { due: env.received, cause: None };
        Self {
            held: env.hold.is_some(),
            rcpts: vec![due; env.rcpts.len()],
            attempts: vec![0; env.rcpts.len()],
        }
    }

    /// Whether nothing remains to be done.
    pub(crate) fn is_settled(&self) -> bool {
        self.rcpts.iter().all(RcptState::is_settled)
    }

    /// Nothing changes if a row names a recipient that does not exist.
    pub(crate) fn apply(&mut self, change: &Change) -> Option<()> {
        if change.r.iter().any(|row| row.result.n >= self.rcpts.len()) {
            return None;
        }
        self.held = change.held.unwrap_or(self.held);
        for row in &change.r {
            *self.rcpts.get_mut(row.result.n)? = row.result.state.clone();
            *self.attempts.get_mut(row.result.n)? = row.att;
        }
        Some(())
    }

    /// One change that leads here from the beginning.
    pub(crate) fn snapshot(&self, at: UnixTime) -> Change {
        let rows = self.rcpts.iter().zip(&self.attempts).enumerate();
        let row = |(n, (state, &att)): (usize, (&RcptState, &u32))| Row {
            att,
            result: RcptResult { n, state: state.clone() },
        };
        Change { at, held: Some(self.held), r: rows.map(row).collect() }
    }
}

/// One line with its check sum.
pub(crate) fn line(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let json = serde_json::to_vec(value)?;
    let mut line = format!("{:08x} ", crc32c::crc32c(&json)).into_bytes();
    line.extend_from_slice(&json);
    line.push(b'\n');
    Ok(line)
}

/// The JSON of a line, if its check sum is right. The line comes without its LF.
fn checked(line: &[u8]) -> Option<&[u8]> {
    let (crc, json) = line.split_at_checked(9)?;
    let crc = crc.strip_suffix(b" ")?;
    // As `line` writes it and no other way, so that no changed octet goes unseen.
    (crc == format!("{:08x}", crc32c::crc32c(json)).as_bytes()).then_some(json)
}

/// The first line alone.
pub(crate) fn parse_head(octets: &[u8]) -> Result<Head, BadLog> {
    let end = octets.iter().position(|&b| b == b'\n');
    let json = end.and_then(|end| octets.get(..end)).and_then(checked).ok_or(BadLog::Line(1))?;
    #[derive(Deserialize)]
    struct Format {
        v: u32,
    }
    let format: Format = serde_json::from_slice(json).map_err(|_| BadLog::Line(1))?;
    if format.v > VERSION {
        return Err(BadLog::Newer(format.v));
    }
    serde_json::from_slice(json).map_err(|_| BadLog::Line(1))
}

/// Reads a whole file. Octets behind the last good line are a torn write only if no line follows
/// them: anything else means that the disk lost data.
pub(crate) fn parse(octets: &[u8]) -> Result<Log, BadLog> {
    let head = parse_head(octets)?;
    let mut states = States::new(&head.env);
    let mut log = None;
    let (mut at, mut lines) = (0, 0);
    for raw in octets.split_inclusive(|&b| b == b'\n') {
        let json = raw.strip_suffix(b"\n").and_then(checked);
        let Some(json) = json else {
            let last = at + raw.len() == octets.len();
            log = last.then_some(true);
            if !last {
                return Err(BadLog::Line(lines + 1));
            }
            break;
        };
        lines += 1;
        at += raw.len();
        if lines == 1 {
            continue;
        }
        let change: Change = serde_json::from_slice(json).map_err(|_| BadLog::Line(lines))?;
        states.apply(&change).ok_or(BadLog::Line(lines))?;
    }
    Ok(Log {
        head,
        states,
        lines,
        good: u64::try_from(at).unwrap_or(u64::MAX),
        torn: log.unwrap_or(false),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::{IncomingKind, Rcpt};
    use crate::state::Cause;
    use postrider_core::{ForwardPath, ReversePath, SafeText};
    use proptest::prelude::*;

    pub(crate) fn sample() -> (Head, Vec<Change>) {
        let t = UnixTime::from_millis(1_795_508_500_150);
        let mut env = Envelope::new(IncomingKind::Inbound, ReversePath::Null, t);
        for to in ["<a@example.org>", "<b@example.net>"] {
            env.rcpts.push(Rcpt::new(ForwardPath::parse(to.as_bytes()).unwrap()));
        }
        let head = Head {
            v: VERSION,
            id: "D21JJQD838RB".parse().unwrap(),
            size: 3,
            crc: 7,
            top: TopFields::new("Received: x\r\n\ty\r\n").unwrap(),
            env,
        };
        let cause = Cause::of(
            SafeText::from_static("mx.example"),
            SafeText::from_static("4.7.0"),
            SafeText::from_static("421 4.7.0 \"später\""),
        );
        let delivered = RcptState::Delivered { cause: None };
        let due = RcptState::Due { due: t, cause: Some(cause) };
        let row =
            |n, state: &RcptState| Row { att: 2, result: RcptResult { n, state: state.clone() } };
        let changes = vec![
            Change { at: t, held: None, r: vec![row(0, &delivered), row(1, &due)] },
            Change { at: t, held: Some(true), r: vec![] },
        ];
        (head, changes)
    }

    fn file() -> Vec<u8> {
        let (head, changes) = sample();
        let mut out = line(&head).unwrap();
        changes.iter().for_each(|c| out.extend(line(c).unwrap()));
        out
    }

    #[test]
    fn lines_add_up() {
        let (head, changes) = sample();
        let log = parse(&file()).unwrap();
        assert_eq!(log.head, head);
        assert!(log.states.held && !log.torn && !log.states.is_settled());
        assert_eq!(log.states.attempts, [2, 2]);
        assert_eq!(log.states.rcpts[1], changes[0].r[1].result.state);
        assert_eq!((log.lines, usize::try_from(log.good)), (3, Ok(file().len())));
        let mut fresh = States::new(&head.env);
        fresh.apply(&log.states.snapshot(head.env.received)).unwrap();
        assert_eq!(fresh, log.states);
    }

    #[test]
    fn a_torn_tail_is_cut_wherever_it_is_torn() {
        let whole = file();
        let second = line(&sample().0).unwrap().len() + line(&sample().1[0]).unwrap().len();
        for len in second + 1..whole.len() {
            let log = parse(&whole[..len]).unwrap();
            assert!(log.torn && !log.states.held, "{len}");
            assert_eq!(usize::try_from(log.good), Ok(second));
        }
        let first = line(&sample().0).unwrap().len();
        for len in 0..first {
            assert_eq!(parse(&whole[..len]), Err(BadLog::Line(1)), "{len}");
        }
    }

    #[test]
    fn a_flipped_octet_never_changes_what_is_read() {
        let whole = file();
        let right = parse(&whole).unwrap();
        for at in 0..whole.len() {
            for bit in [1, 0x20, 0x80] {
                let mut bad = whole.clone();
                bad[at] ^= bit;
                if let Ok(log) = parse(&bad) {
                    assert!(log.torn, "octet {at}");
                    assert_eq!(log.head, right.head);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_octets_are_read_without_panic(octets: Vec<u8>) {
            prop_assert!(parse(&octets).is_err());
        }

        #[test]
        fn any_states_survive_their_lines(picks in proptest::collection::vec((0..5_u8, 0..9_u32, any::<i32>()), 2)) {
            let (head, changes) = sample();
            let cause = changes[0].r[1].result.state.cause().unwrap().clone();
            let state = |(kind, _, secs): &(u8, u32, i32)| match kind {
                0 => RcptState::Due { due: UnixTime::from_secs((*secs).into()), cause: None },
                1 => RcptState::Owed { due: UnixTime::from_secs((*secs).into()), cause: cause.clone() },
                2 => RcptState::Delivered { cause: Some(cause.clone()) },
                3 => RcptState::Failed { cause: cause.clone() },
                _ => RcptState::Deleted,
            };
            let rows = picks.iter().enumerate().map(|(n, pick)| Row {
                att: pick.1,
                result: RcptResult { n, state: state(pick) },
            });
            let change = Change { at: head.env.received, held: None, r: rows.collect() };
            let octets = [line(&head).unwrap(), line(&change).unwrap()].concat();
            let log = parse(&octets).unwrap();
            prop_assert_eq!(&log.states.rcpts, &picks.iter().map(state).collect::<Vec<_>>());
            prop_assert_eq!(&log.states.attempts, &picks.iter().map(|p| p.1).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_format_of_the_future_is_told_apart() {
        let (mut head, _) = sample();
        head.v = 2;
        assert_eq!(parse(&line(&head).unwrap()), Err(BadLog::Newer(2)));
    }

    #[test]
    fn a_row_for_nobody_is_refused() {
        let (head, mut changes) = sample();
        changes[0].r[0].result.n = 2;
        let mut out = line(&head).unwrap();
        out.extend(line(&changes[0]).unwrap());
        assert_eq!(parse(&out), Err(BadLog::Line(2)));
    }
}
