//! From replies and faults to a cause that a sender can read.

use postrider_core::SafeText;
use postrider_smtp::client::{Cause as Fault, End, Unmet};
use postrider_smtp::value::reply::Reply;
use postrider_smtp_tokio::client::{SendError, StepError};
use postrider_spool::Cause;

/// Longest text of a cause, in octets.
const MAX_TEXT: usize = 800;

/// Our own words.
pub(crate) fn ours(status: &'static str, text: &'static str) -> Cause {
    Cause::ours(SafeText::from_static(status), SafeText::from_static(text))
}

/// The words of a server.
pub(crate) fn reply_cause(host: &SafeText, reply: &Reply) -> Cause {
    let status = match reply.enhanced() {
        Some(enhanced) => SafeText::display(&enhanced),
        None if reply.is_permanent() => SafeText::from_static("5.0.0"),
        None if reply.is_done() => SafeText::from_static("2.0.0"),
        None => SafeText::from_static("4.0.0"),
    };
    let text = SafeText::display(reply).truncated(MAX_TEXT);
    Cause::of(host.clone(), status, text)
}

/// A step that failed, in the server's words if it said any.
pub(crate) fn step_cause(host: &SafeText, error: &StepError) -> Cause {
    match error.reply() {
        Some(reply) => reply_cause(host, reply),
        None => fault_cause(host, "4.4.2", error),
    }
}

/// A fault that the server did not put into words.
pub(crate) fn fault_cause(
    host: &SafeText,
    status: &'static str,
    fault: &dyn std::fmt::Display,
) -> Cause {
    let text = SafeText::display(&format_args!("{host}: {fault}")).truncated(MAX_TEXT);
    Cause::ours(SafeText::from_static(status), text)
}

/// Whether TLS itself failed, so that a connection in clear may be tried.
pub(crate) fn is_handshake_failure(error: &StepError) -> bool {
    matches!(end_of(error), Some(End::Handshake(_)))
}

/// Why a step failed, if the machine says so.
fn fault(error: &StepError) -> Option<&Fault> {
    if let StepError::Failed(failed) = error {
        return Some(&failed.cause);
    }
    None
}

fn fault_of_send(error: &SendError) -> Option<&Fault> {
    if let SendError::Step(step) = error {
        return fault(step);
    }
    None
}

fn end_of(error: &StepError) -> Option<&End> {
    if let Some(Fault::Ended(end)) = fault(error) {
        return Some(end);
    }
    None
}

/// What the server lacks for this message.
pub(crate) fn unmet(error: &SendError) -> Option<Unmet> {
    if let Some(Fault::Unmet(unmet)) = fault_of_send(error) {
        return Some(*unmet);
    }
    None
}

/// Whether the message holds what may not be sent.
pub(crate) fn is_content(error: &SendError) -> bool {
    matches!(error, SendError::Step(step) if matches!(end_of(step), Some(End::Content(_))))
}

/// The reply that refused the message, unless it also ends the session (421).
pub(crate) fn refusal(error: &SendError) -> Option<&Reply> {
    if let Some(Fault::Refused(reply)) = fault_of_send(error) {
        return Some(reply).filter(|r| r.code().get() != 421);
    }
    None
}

/// RFC 5321 §4.5.3.1.10: too many recipients; "the server SHOULD use 452", and 552 is to be treated
/// as the same.
pub(crate) fn is_too_many(reply: &Reply) -> bool {
    matches!(reply.code().get(), 452 | 552)
}
