//! How steps fail and how a connection ends.

use super::connection::{Connection, Phase};
use super::event::{Cause, End, Event, Failed, Stage};
use super::log::Said;
use crate::value::reply::Reply;

impl Connection {
    /// A step failed and the connection stays.
    pub(super) fn fail(&mut self, at: Stage, cause: Cause) {
        let usable = true;
        self.event(Event::Failed(Failed { at, cause, usable }));
    }

    /// A step failed by a reply after which the connection is of no use.
    pub(super) fn refuse_and_end(&mut self, at: Stage, reply: Reply) {
        if at != Stage::Idle {
            let cause = Cause::Refused(reply.clone());
            let usable = false;
            self.event(Event::Failed(Failed { at, cause, usable }));
        }
        self.close(End::ServerClosing(reply));
    }

    pub(super) fn out_of_step(&mut self, at: Stage, reply: Reply) {
        self.end_at(at, End::OutOfStep { at: Some(at), reply });
    }

    /// The connection ends; a step that was under way fails with it.
    pub(super) fn end(&mut self, end: End) {
        self.end_at(self.stage(), end);
    }

    /// The connection ends in a step that is not in flight any more.
    pub(super) fn end_at(&mut self, at: Stage, end: End) {
        if self.is_closed() {
            return;
        }
        if at != Stage::Idle && end != End::Quit {
            let cause = Cause::Ended(end.clone());
            let usable = false;
            self.event(Event::Failed(Failed { at, cause, usable }));
        }
        self.close(end);
    }

    fn close(&mut self, end: End) {
        self.note(Said::Ended(end.clone()));
        self.phase = Phase::Closed;
        self.flight.clear();
        self.out.clear();
        self.ended = Some(end.clone());
        self.event(Event::Closed(end));
    }
}
