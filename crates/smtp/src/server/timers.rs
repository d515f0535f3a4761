//! Which deadlines run where, and what they do when they are due.

use super::clock::Timer;
use super::connection::Connection;
use super::rules;
use super::state::{Slot, State};
use crate::rule::Rule;
use crate::value::reply::standard;

impl Connection {
    /// Starts and stops timers for where the connection stands now.
    pub(super) fn set_timers(&mut self) {
        if matches!(self.state, State::Closed) {
            return;
        }
        if self.flow.lines != self.lines.ended() {
            self.flow.lines = self.lines.ended();
            self.clock.stop(Timer::Command);
            self.clock.stop(Timer::Idle);
        }
        let (now, spans) = (self.now, self.cfg.timeouts);
        let free = self.slot.is_none();
        let commands = free && matches!(self.state, State::Command | State::Sasl(..));
        let content = free && self.state.is_content();
        let waiting = matches!(self.slot, Some(Slot::Waiting(..)));
        let partial = self.flow.partial;
        let open = self.window() > 0;
        let handshake = matches!(self.state, State::AwaitTls(_));
        let proxy = matches!(self.state, State::Proxy);
        for (timer, wanted, span) in [
            (Timer::Command, commands && partial, spans.command),
            (Timer::Idle, commands && !partial, spans.idle),
            // While the window is full it is not the client who is slow.
            (Timer::BodyIdle, content && open, spans.body_idle),
            (Timer::Body, content, spans.body),
            (Timer::Verdict, waiting, spans.verdict),
            (Timer::Handshake, handshake, spans.handshake),
            (Timer::Proxy, proxy, spans.proxy),
        ] {
            self.clock.keep(timer, wanted.into(), now, span);
        }
    }

    pub(super) fn fire(&mut self, timer: Timer) {
        match timer {
            Timer::Banner => self.ask_to_greet(),
            Timer::Verdict => self.give_up_on_verdict(),
            Timer::Tarpit => self.end_tarpit(),
            Timer::Proxy => self.close(None, self.why(rules::TIME_PROXY)),
            Timer::Handshake => self.close(None, self.why(rules::TIME_HANDSHAKE)),
            Timer::Session => self.time_out(rules::TIME_SESSION),
            Timer::Command => self.time_out(rules::TIME_COMMAND),
            Timer::Idle => self.time_out(rules::TIME_IDLE),
            Timer::BodyIdle => self.time_out(rules::TIME_BODY_IDLE),
            Timer::Body => self.time_out(rules::TIME_BODY),
        }
    }

    fn time_out(&mut self, rule: Rule) {
        // A reply in clear would stand in the way of a handshake.
        let silent = matches!(self.state, State::AwaitTls(_) | State::Proxy);
        let reply = (!silent).then(|| standard::TIMED_OUT.into());
        self.close(reply, self.why(rule));
    }
}
