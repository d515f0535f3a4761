//! Numbers events and gives them their ids.

use crate::event::{Draft, Event};
use crate::id::{SessionId, TraceId};
use crate::sink::TraceSink;
use postrider_core::{Id, UnixTime};
use std::fmt;
use std::sync::Arc;

/// Most events of one trace. Decisions are recorded all the same.
pub const MAX_EVENTS: u32 = 512;

/// Records the events of one session, message or delivery attempt: numbers them from 1 without gaps
/// and hands them to a sink.
///
/// Events of the session are recorded once; a reader shows them in front of each of its messages.
///
/// ```
/// use postrider_trace::{Draft, MemorySink, Out, Recorder, SessionId, Stage};
/// use postrider_core::{IdSource, UnixTime};
/// use std::sync::Arc;
///
/// let now = UnixTime::from_millis(1_795_508_500_150);
/// let mut ids = IdSource::new(7, None);
/// let sink = Arc::new(MemorySink::new());
///
/// let mut session = Recorder::session(SessionId::new(ids.next(now)), sink.clone());
/// session.record(now, Draft::check(Stage::Connect, "connect", Out::Info).given("ip", "192.0.2.66"));
/// let mut message = session.message(ids.next(now));
/// message.record(now, Draft::skipped(Stage::Spf, "spf", "role-submission"));
///
/// let events = sink.events();
/// assert_eq!((events[0].n, events[1].n), (1, 1));
/// assert_eq!(events[1].sess, events[0].sess);
/// ```
pub struct Recorder {
    sess: Option<SessionId>,
    msg: Option<Id>,
    att: Option<u32>,
    recorded: u32,
    left_out: u32,
    sink: Arc<dyn TraceSink>,
}

impl Recorder {
    /// Records what belongs to a session.
    #[must_use]
    pub fn session(id: SessionId, sink: Arc<dyn TraceSink>) -> Self {
        Self::new(Some(id), None, None, sink)
    }

    /// Records a message of this session.
    #[must_use]
    pub fn message(&self, id: Id) -> Self {
        Self::new(self.sess, Some(id), None, Arc::clone(&self.sink))
    }

    /// Records a message that came without a session, such as a notice of our own.
    #[must_use]
    pub fn local_message(id: Id, sink: Arc<dyn TraceSink>) -> Self {
        Self::new(None, Some(id), None, sink)
    }

    /// Records delivery attempt `number`, from 1, of a message.
    #[must_use]
    pub fn attempt(id: Id, number: u32, sink: Arc<dyn TraceSink>) -> Self {
        Self::new(None, Some(id), Some(number), sink)
    }

    fn new(
        sess: Option<SessionId>,
        msg: Option<Id>,
        att: Option<u32>,
        sink: Arc<dyn TraceSink>,
    ) -> Self {
        Self { sess, msg, att, recorded: 0, left_out: 0, sink }
    }

    /// The id by which the trace is found.
    #[must_use]
    pub fn trace_id(&self) -> Option<TraceId> {
        match (self.msg, self.sess) {
            (Some(id), _) => Some(TraceId::Message(id)),
            (None, Some(session)) => Some(TraceId::Session(session)),
            (None, None) => None,
        }
    }

    /// Records an event that happened at `now`.
    ///
    /// Behind [`MAX_EVENTS`] only decisions are recorded; the first of them says `truncated`.
    pub fn record(&mut self, now: UnixTime, draft: Draft) {
        if self.recorded >= MAX_EVENTS && !draft.is_decision() {
            self.left_out = self.left_out.saturating_add(1);
            return;
        }
        self.recorded = self.recorded.saturating_add(1);
        let mut event: Event = draft.finish();
        event.n = self.recorded;
        event.t = now;
        event.sess = self.sess;
        event.msg = self.msg;
        event.att = self.att;
        event.truncated |= std::mem::take(&mut self.left_out) > 0;
        self.sink.event(&event);
    }

    /// Events recorded so far.
    #[must_use]
    pub const fn recorded(&self) -> u32 {
        self.recorded
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("sess", &self.sess)
            .field("msg", &self.msg)
            .field("att", &self.att)
            .field("recorded", &self.recorded)
            .finish_non_exhaustive()
    }
}
