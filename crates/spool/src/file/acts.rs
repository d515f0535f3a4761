//! What an operator does to messages, as changes on disk.

use crate::engine::{Act, Filter};
use crate::error::SpoolError;
use crate::file::index::{Fence, Message};
use crate::file::log::{Change, Row};
use crate::file::pool::lock;
use crate::file::store::Store;
use crate::state::{Cause, RcptResult, RcptState};
use postrider_core::{Id, SafeText, UnixTime};
use std::sync::Arc;

/// Does `act` to all that match; returns how many, and which of them ended.
pub(crate) fn act(
    store: &Store,
    filter: &Filter,
    act: Act,
    now: UnixTime,
) -> (Vec<Id>, Result<u64, SpoolError>) {
    let ids: Vec<Id> = lock(&store.index).matching(filter, None).collect();
    let mut ended = Vec::new();
    let mut count = 0;
    for id in ids {
        match act_on(store, id, act, now) {
            Ok(Done::Ended) => ended.push(id),
            Ok(Done::Changed) => {}
            Ok(Done::Nothing) => continue,
            Err(error) => return (ended, Err(error)),
        }
        count += 1;
    }
    (ended, Ok(count))
}

enum Done {
    Nothing,
    Changed,
    Ended,
}

fn act_on(store: &Store, id: Id, act: Act, now: UnixTime) -> Result<Done, SpoolError> {
    let Some(file) = lock(&store.index).get(id).map(|m| Arc::clone(&m.file)) else {
        return Ok(Done::Nothing);
    };
    let mut file = lock(&file);
    let change = lock(&store.index).get(id).and_then(|m| change(m, act, now));
    let Some(change) = change else {
        return Ok(Done::Nothing);
    };
    store.append(id, &mut file, &change)?;
    let fence = match act {
        Act::Bounce | Act::Delete => Fence::All,
        Act::Hold | Act::Release | Act::RetryNow => Fence::None,
    };
    match lock(&store.index).apply(id, &change, fence) {
        true => Ok(Done::Ended),
        false => Ok(Done::Changed),
    }
}

/// The change that an act makes of a message; nothing if it is so already.
fn change(message: &Message, act: Act, now: UnixTime) -> Option<Change> {
    let held = match act {
        Act::Hold => Some(true),
        Act::Release | Act::Bounce => Some(false),
        Act::RetryNow | Act::Delete => None,
    };
    let held = held.filter(|held| *held != message.states.held);
    let states = message.states.rcpts.iter().zip(&message.states.attempts);
    let row = |(n, (state, &att)): (usize, (&RcptState, &u32))| {
        let state = next_state(state, act, now)?;
        Some(Row { att, result: RcptResult { n, state } })
    };
    let r: Vec<_> = states.enumerate().filter_map(row).collect();
    (held.is_some() || !r.is_empty()).then_some(Change { at: now, held, r })
}

fn next_state(state: &RcptState, act: Act, now: UnixTime) -> Option<RcptState> {
    match (act, state) {
        (Act::RetryNow, RcptState::Due { cause, .. }) => {
            Some(RcptState::Due { due: now, cause: cause.clone() })
        }
        (Act::RetryNow, RcptState::Owed { cause, .. }) => {
            Some(RcptState::Owed { due: now, cause: cause.clone() })
        }
        (Act::Bounce, RcptState::Due { cause, .. }) => {
            Some(RcptState::Owed { due: now, cause: cause.clone().unwrap_or_else(given_up) })
        }
        (Act::Delete, RcptState::Due { .. } | RcptState::Owed { .. }) => Some(RcptState::Deleted),
        _ => None,
    }
}

fn given_up() -> Cause {
    Cause::ours(
        SafeText::from_static("5.0.0"),
        SafeText::from_static("returned by the operator of this server before it was sent"),
    )
}
