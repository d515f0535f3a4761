//! What an application decides.

use bytes::Bytes;
use postrider_core::{ForwardPath, ReversePath, SafeText};
use postrider_smtp::codec::data::BodyStats;
use postrider_smtp::rule::Why;
use postrider_smtp::sasl::{Credentials, Mechanism};
use postrider_smtp::server::trace::TraceSink;
use postrider_smtp::server::{Framing, Query, Talk, Verdict};
use postrider_smtp::value::reply::standard;
use postrider_smtp::value::{Hello, MailParams, Protocol, RcptParams, TlsInfo};
use std::future::{Future, ready};
use std::net::SocketAddr;

/// The application's side of one connection. Each method is one event of
/// [`server::Connection`](postrider_smtp::server::Connection), in order, one at a time; nothing is read
/// from the peer while one is under way.
///
/// A method that takes longer than
/// [`Timeouts::verdict`](postrider_smtp::server::Timeouts::verdict) is dropped where it waits, and the
/// client is told 451. What must not be dropped half way belongs in a task of its own.
#[expect(unused_variables, reason = "the names tell what the parameters are")]
pub trait Handler: Send {
    /// Where the machine's trace goes. Asked once, at the start.
    fn trace(&mut self) -> Option<Box<dyn TraceSink + Send>> {
        None
    }

    /// Somebody connected; behind a PROXY header and implicit TLS.
    fn connected(
        &mut self,
        peer: SocketAddr,
        local: SocketAddr,
        talk: Talk,
    ) -> impl Future<Output = Verdict> + Send {
        ready(Verdict::Accept)
    }

    /// TLS protects what follows; what was said before is forgotten.
    fn tls(&mut self, info: &TlsInfo) -> impl Future<Output = ()> + Send {
        ready(())
    }

    /// The TLS handshake failed; the connection ends.
    fn handshake_failed(&mut self, why: SafeText) -> impl Future<Output = ()> + Send {
        ready(())
    }

    /// EHLO or HELO.
    fn hello(&mut self, who: Hello, protocol: Protocol) -> impl Future<Output = Verdict> + Send {
        ready(Verdict::Accept)
    }

    /// Somebody shows a password. Believes nobody unless implemented.
    fn authenticate(
        &mut self,
        mechanism: Mechanism,
        who: Credentials,
    ) -> impl Future<Output = Verdict> + Send {
        ready(Verdict::Reject(standard::AUTH_FAILED.reply()))
    }

    /// MAIL.
    fn mail(
        &mut self,
        from: ReversePath,
        params: MailParams,
    ) -> impl Future<Output = Verdict> + Send;

    /// RCPT; `index` recipients were accepted before.
    fn rcpt(
        &mut self,
        to: ForwardPath,
        params: RcptParams,
        index: usize,
    ) -> impl Future<Output = Verdict> + Send;

    /// DATA: the last chance to refuse before the message is received.
    fn begin(&mut self, framing: Framing) -> impl Future<Output = Verdict> + Send {
        ready(Verdict::Accept)
    }

    /// A part of the message, without transparency dots: a slice of the read buffer. The next is read
    /// when this returns. A fault, such as a full disk, is kept for [`end`](Self::end).
    fn body(&mut self, chunk: Bytes) -> impl Future<Output = ()> + Send;

    /// The message is complete. Accept only what is safe (RFC 5321 §6.1).
    fn end(&mut self, stats: BodyStats) -> impl Future<Output = Verdict> + Send;

    /// VRFY, EXPN or HELP, if the configuration gives them to the application.
    fn query(&mut self, query: Query) -> impl Future<Output = Verdict> + Send {
        ready(Verdict::Accept)
    }

    /// The client gave the transaction up (RSET, EHLO).
    fn reset(&mut self) -> impl Future<Output = ()> + Send {
        ready(())
    }

    /// The transaction failed for a reason that is not the application's. A message that was being
    /// received is not complete and never will be.
    fn aborted(&mut self, why: Why) -> impl Future<Output = ()> + Send {
        ready(())
    }

    /// The connection is over. The last call.
    fn closed(&mut self, why: &Why) -> impl Future<Output = ()> + Send {
        ready(())
    }
}
