//! Every rule that a server connection answers by. A test reaches each of them.

crate::rule::rules! {
    GREETING = "greet.ready", "RFC 5321 §3.1", "The greeting.";
    GREETING_REFUSED = "greet.refused", "RFC 5321 §3.1", "Only QUIT is of use after a greeting of 554.";
    HELLO = "hello.ok", "RFC 5321 §4.1.1.1", "EHLO or HELO is accepted.";
    ACCEPTED = "app.accepted", "application", "The application accepted.";
    REJECTED = "app.rejected", "application", "The application rejected.";
    CLOSED = "app.closed", "application", "The application closed the connection.";
    SILENT = "app.silent", "RFC 5321 §4.2.3", "The application did not answer in time.";
    MISPLACED = "app.misplaced-verdict", "RFC 5321 §4.2.1", "The application's reply does not fit its verdict.";
    SHUTDOWN = "app.shutdown", "RFC 5321 §3.8", "The server goes down.";
    RSET = "ok.rset", "RFC 5321 §4.1.1.5", "RSET.";
    NOOP = "ok.noop", "RFC 5321 §4.1.1.9", "NOOP.";
    QUIT = "ok.quit", "RFC 5321 §4.1.1.10", "QUIT.";
    VRFY = "query.vrfy", "RFC 5321 §3.5.3", "VRFY without an answer.";
    EXPN = "query.expn", "RFC 5321 §3.5.3", "EXPN is not offered.";
    HELP = "query.help", "RFC 5321 §4.1.1.8", "HELP.";

    LINE_TOO_LONG = "line.too-long", "RFC 5321 §4.5.3.1.4", "A line above its limit.";
    LINE_BROKEN = "line.broken", "RFC 5321 §2.3.8", "A line with a bare CR, a bare LF or a NUL.";
    LINE_ENDLESS = "line.endless", "RFC 5321 §4.5.3.1.4", "A refused line that did not end.";
    UNKNOWN_VERB = "syntax.verb", "RFC 5321 §4.2.4", "A verb that no RFC knows.";
    NOT_IMPLEMENTED = "syntax.not-implemented", "RFC 5321 §4.2.4", "A verb that is not offered.";
    ARGUMENT = "syntax.argument", "RFC 5321 §4.1.1", "An argument that is missing or malformed.";
    HELLO_NAME = "syntax.hello", "RFC 5321 §4.1.1.1", "EHLO or HELO without a domain or literal.";
    SENDER = "syntax.sender", "RFC 5321 §4.1.2", "MAIL without a reverse path.";
    RECIPIENT = "syntax.recipient", "RFC 5321 §4.1.2", "RCPT without a forward path.";
    PARAMETER = "param.syntax", "RFC 5321 §4.1.2", "A parameter that cannot be read.";
    PARAMETER_UNKNOWN = "param.unknown", "RFC 5321 §4.1.1.11", "A parameter that was not announced.";
    PARAMETER_TWICE = "param.twice", "RFC 5321 §4.1.1.11", "A parameter given twice.";
    NOT_SMTP = "line.not-smtp", "RFC 9325 §3.7", "The client speaks HTTP, or TLS in clear.";

    SEQ_HELLO = "seq.hello-first", "RFC 5321 §4.1.4", "A mail transaction before EHLO or HELO.";
    SEQ_NESTED = "seq.nested-mail", "RFC 5321 §4.1.4", "MAIL within a transaction.";
    SEQ_MAIL = "seq.mail-first", "RFC 5321 §4.1.4", "RCPT or DATA before MAIL.";
    SEQ_RCPT = "seq.rcpt-first", "RFC 5321 §4.1.4", "DATA before RCPT.";
    NO_RECIPIENTS = "seq.no-valid-recipients", "RFC 5321 §3.3", "DATA when every recipient was refused.";
    LMTP_HELLO = "lmtp.hello", "RFC 2033 §4.1", "EHLO or HELO where LMTP is spoken.";
    UTF8_ADDRESS = "address.utf8", "RFC 6531 §3.5", "An address outside US-ASCII without SMTPUTF8.";

    TLS_READY = "tls.ready", "RFC 3207 §4", "STARTTLS is accepted.";
    TLS_OFF = "tls.off", "RFC 3207 §4", "STARTTLS is not offered, or TLS is already there.";
    TLS_TRANSACTION = "tls.in-transaction", "RFC 3207 §4", "STARTTLS within a transaction.";
    TLS_PIPELINED = "tls.pipelined", "RFC 3207 §4.2", "Octets behind STARTTLS.";
    TLS_NEEDED = "tls.needed", "RFC 3207 §4", "The command needs TLS first.";

    AUTH_OFF = "auth.off", "RFC 4954 §4", "AUTH is not offered.";
    AUTH_ORDER = "auth.order", "RFC 4954 §4", "AUTH before EHLO, within a transaction, or twice.";
    AUTH_MECHANISM = "auth.mechanism", "RFC 4954 §4", "A mechanism that is not offered.";
    AUTH_CHALLENGE = "auth.challenge", "RFC 4954 §4", "The mechanism goes on.";
    AUTH_CANCELLED = "auth.cancelled", "RFC 4954 §4", "The client cancelled.";
    AUTH_MALFORMED = "auth.malformed", "RFC 4954 §4", "A line that the mechanism cannot read.";
    AUTH_PROOF = "auth.proof", "RFC 5802 §3", "A proof or a channel binding that does not match.";
    AUTH_LINE = "auth.line-too-long", "RFC 4954 §4", "A SASL line above its limit.";
    AUTH_NEEDED = "auth.needed", "RFC 4954 §6", "The command needs AUTH first.";
    AUTH_FAILURES = "limit.auth-failures", "RFC 4954 §4", "Too many attempts failed.";

    BODY_BEGIN = "data.begin", "RFC 5321 §4.1.1.4", "Content may come.";
    BODY_FAULT = "data.fault", "RFC 5321 §2.3.8", "Content with a bare CR, a bare LF or a NUL.";
    BODY_LONG_LINE = "data.long-line", "RFC 5321 §4.5.3.1.6", "Content with a line above the limit.";
    BODY_DISCARD = "limit.discard", "RFC 5321 §4.5.3.1.9", "A refused message that did not end.";

    CHUNK = "bdat.chunk", "RFC 3030 §2", "A chunk is complete and another follows.";
    CHUNK_SIZE = "bdat.size", "RFC 3030 §2", "A chunk whose size cannot be read.";
    SEQ_CHUNKS = "seq.within-chunks", "RFC 3030 §2", "RCPT or DATA behind BDAT.";
    BINARY_DATA = "seq.binary-data", "RFC 3030 §3", "DATA where the content is binary.";

    SCHEDULE = "limit.schedule", "RFC 2852 §3", "BY=, HOLDFOR= or HOLDUNTIL= beyond what was announced.";
    SIZE_DECLARED = "limit.size-declared", "RFC 1870 §6.1", "SIZE= above the limit.";
    SIZE = "limit.size", "RFC 1870 §6.3", "A message above the limit.";
    RECIPIENTS = "limit.recipients", "RFC 5321 §4.5.3.1.10", "Too many recipients.";
    TRANSACTIONS = "limit.transactions", "RFC 9422 §4.1", "Too many messages.";
    ERRORS = "limit.errors", "RFC 5321 §4.3.2", "Too many refused commands.";
    JUNK = "limit.junk", "RFC 5321 §4.3.2", "Too many commands that do nothing.";

    PROXY = "proxy.malformed", "PROXY protocol §2", "A trusted peer sent no valid PROXY header.";
    EOF = "end.eof", "RFC 5321 §3.8", "The client closed the connection.";
    TIME_PROXY = "time.proxy", "PROXY protocol §2", "The PROXY header did not come in time.";
    TIME_HANDSHAKE = "time.handshake", "RFC 3207 §4", "The TLS handshake did not end in time.";
    TIME_COMMAND = "time.command", "RFC 5321 §4.5.3.2.7", "A line did not end in time.";
    TIME_IDLE = "time.idle", "RFC 5321 §4.5.3.2.7", "No command came in time.";
    TIME_BODY_IDLE = "time.body-idle", "RFC 5321 §4.5.3.2.5", "Content stopped coming.";
    TIME_BODY = "time.body", "RFC 5321 §4.5.3.2.5", "Content did not end in time.";
    TIME_SESSION = "time.session", "RFC 5321 §4.5.3.2.7", "The connection lasted too long.";
}
