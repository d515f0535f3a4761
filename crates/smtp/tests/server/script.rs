//! Dialogs as text. One file is one connection; a line is one of
//!
//! ```text
//! # what the dialog proves
//! config: tls=required auth=offered smtputf8=no limits=no queries=app proxies=192.0.2.0/24
//!         banner=5s wire=keep long-line=reject ehlo=lenient path-space=lenient errors=2 message=10
//! split: none                    the outcome may depend on how octets arrive
//! C: text                        the client sends a line; escapes are \r \n \t \0 \\ \xNN
//! C~ text                        the client sends octets without CRLF
//! S: 250 2.0.0 ok                the server sends this line; a last "..." stands for any rest
//! S* 250                         the server sends a reply of one or more lines with this code
//! S-                             the server sends nothing
//! R: ok.noop                     the last reply was given by this rule
//! A: rcpt reject 550 5.1.1 no    the next question of a kind gets this verdict
//! E: Rcpt <a@b.example>          this event came, after those named before; a last "..." as above
//! B: text                        all content so far, with escapes
//! T: 30s                         time passes; also: tls, eof, shutdown
//! *100 C: text                   the same as this line a hundred times
//! ```

use super::driver::{Driver, Kind, Plan, config};
use postrider_core::{Network, SafeText, Secret, UnixTime};
use postrider_smtp::command::Lenient;
use postrider_smtp::sasl::Mechanism;
use postrider_smtp::sasl::scram::Nonce;
use postrider_smtp::sasl::server::ScramSecret;
use postrider_smtp::server::{
    Auth, ByMinimum, Config, HoldLimits, LongLine, Offer, OnFault, Queries, Service, Tls, Verdict,
};
use postrider_smtp::value::reply::{Code, Enhanced, Reply, Status};
use std::num::NonZeroU32;
use std::time::Duration;

const KINDS: [Kind; 8] = ["connected", "hello", "auth", "mail", "rcpt", "begin", "end", "query"];

/// How a script went.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) sent: Vec<String>,
    pub(crate) events: Vec<String>,
    pub(crate) rules: Vec<&'static str>,
}

/// Whether a script may be cut anywhere.
pub(crate) fn splits(script: &str) -> bool {
    !script.lines().any(|line| line == "split: none")
}

/// Runs a script with pieces of at most `piece` octets.
///
/// # Panics
/// Where the dialog differs from the script.
pub(crate) fn run(script: &str, piece: usize) -> Outcome {
    let config = configure(script);
    let mut run = Run {
        driver: Driver::new(config),
        piece,
        pending: Vec::new(),
        lines: Vec::new(),
        seen: 0,
        told: 0,
    };
    for (number, line) in script.lines().enumerate() {
        let at = format!("line {}: {line}", number + 1);
        let (times, line) = repeated(line);
        (0..times).for_each(|_| run.line(line, &at));
    }
    run.flush();
    run.take();
    let rest = &run.lines[run.seen..];
    assert!(rest.is_empty(), "unexpected at the end: {rest:?}");
    Outcome { sent: run.lines, events: run.driver.events.clone(), rules: run.driver.rules() }
}

struct Run {
    driver: Driver,
    piece: usize,
    /// What the client sends before it next listens.
    pending: Vec<u8>,
    /// Lines the server sent; `seen` of them are accounted for.
    lines: Vec<String>,
    seen: usize,
    /// Events that are accounted for.
    told: usize,
}

impl Run {
    fn line(&mut self, line: &str, at: &str) {
        let (mark, text) = line.split_at_checked(2).unwrap_or((line, ""));
        let text = text.strip_prefix(' ').unwrap_or(text);
        match mark {
            "" => {}
            _ if line.starts_with('#')
                || line.starts_with("config:")
                || line.starts_with("split:") => {}
            "C:" => self.pending.extend([unescape(text), b"\r\n".to_vec()].concat()),
            "C~" => self.pending.extend(unescape(text)),
            "A:" => self.plan(text),
            "S:" | "S*" | "S-" => self.sent(mark, text, at),
            "R:" => {
                let finals = self.lines[..self.seen].iter();
                let replies = finals.filter(|line| is_final(line)).count();
                let rules = self.driver.reply_rules();
                assert_eq!(rules.get(replies.wrapping_sub(1)), Some(&text), "{at}");
            }
            "E:" => self.event(text, at),
            "B:" => {
                self.flush();
                let content = String::from_utf8_lossy(&self.driver.content).into_owned();
                assert_eq!(content, String::from_utf8_lossy(&unescape(text)), "{at}");
            }
            "T:" => {
                self.flush();
                match text {
                    "tls" => self.driver.tls(),
                    "eof" => self.driver.eof(),
                    "shutdown" => {
                        self.driver.connection.shutdown(self.driver.now);
                        self.driver.pump();
                    }
                    span => self.driver.wait(seconds(span)),
                }
            }
            _ => panic!("not a script: {at}"),
        }
    }

    /// The server sent a line, a reply, or nothing.
    fn sent(&mut self, mark: &str, text: &str, at: &str) {
        self.flush();
        if mark == "S-" {
            self.take();
            let rest = self.lines.get(self.seen..).unwrap_or_default();
            assert!(rest.is_empty(), "{at}\ngot {rest:?}");
            return;
        }
        loop {
            let line = self.next_line(at);
            let fits = match mark {
                "S*" => line.starts_with(text),
                _ => matches(&line, text),
            };
            assert!(fits, "{at}\ngot {line}");
            if mark == "S:" || is_final(&line) {
                return;
            }
        }
    }

    fn event(&mut self, text: &str, at: &str) {
        self.flush();
        let mut events = self.driver.events.iter().skip(self.told);
        match events.position(|event| matches(event, text)) {
            Some(found) => self.told += found + 1,
            None => panic!("{at}\nin {:?}", self.driver.events),
        }
    }

    fn flush(&mut self) {
        let octets = std::mem::take(&mut self.pending);
        self.driver.send_in(&octets, self.piece);
        self.driver.pump();
    }

    fn take(&mut self) {
        let sent = self.driver.take_sent();
        self.lines.extend(sent.split_terminator("\r\n").map(str::to_owned));
    }

    fn next_line(&mut self, at: &str) -> String {
        self.take();
        let line = self.lines.get(self.seen).cloned();
        self.seen += 1;
        line.unwrap_or_else(|| panic!("{at}\ngot nothing; events {:?}", self.driver.events))
    }

    fn plan(&mut self, text: &str) {
        self.flush();
        let (kind, verdict) = text.split_once(' ').unwrap();
        let kind = KINDS.into_iter().find(|k| *k == kind).unwrap();
        self.driver.plan(kind, plan(verdict));
    }
}

fn repeated(line: &str) -> (usize, &str) {
    match line.strip_prefix('*').and_then(|rest| rest.split_once(' ')) {
        Some((times, line)) => (times.parse().unwrap(), line),
        None => (1, line),
    }
}

fn plan(text: &str) -> Plan {
    match text {
        "silent" => Plan::Silent,
        text => Plan::Answer(verdict(text)),
    }
}

fn verdict(text: &str) -> Verdict {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    match (word, rest) {
        ("accept", "") => Verdict::Accept,
        ("accept", text) => Verdict::AcceptWith(reply(text)),
        ("scram", password) => Verdict::Scram {
            secret: Box::new(ScramSecret::from_password(
                &Secret::new(password.to_owned()),
                b"salt",
                NonZeroU32::new(4096).unwrap(),
            )),
            nonce: Nonce::from_random([0; Nonce::OCTETS]),
        },
        ("each", texts) => Verdict::PerRcpt(texts.split(" | ").map(reply).collect()),
        ("reject", text) => Verdict::Reject(reply(text)),
        ("close", text) => Verdict::Close(reply(text)),
        ("delay", text) => {
            let (span, later) = text.split_once(' ').unwrap();
            Verdict::Delay(seconds(span), Box::new(verdict(later)))
        }
        _ => panic!("not a verdict: {text}"),
    }
}

fn reply(text: &str) -> Reply {
    let mut words = text.splitn(3, ' ');
    let code = Code::parse(words.next().unwrap().as_bytes()).unwrap();
    let second = words.next().unwrap_or_default();
    match Enhanced::parse(second.as_bytes()) {
        Some(enhanced) => {
            let text = SafeText::display(&words.next().unwrap_or_default());
            Reply::new(Status::new(code, Some(enhanced)).unwrap(), text)
        }
        None => {
            let text = text.split_once(' ').map_or("", |(_, text)| text);
            Reply::new(code.alone(), SafeText::display(&text))
        }
    }
}

fn seconds(text: &str) -> Duration {
    let number = text.strip_suffix('s').unwrap_or_else(|| panic!("not seconds: {text}"));
    Duration::from_secs(number.parse().unwrap())
}

/// The last line of a reply.
fn is_final(line: &str) -> bool {
    line.as_bytes().get(3) == Some(&b' ')
}

fn matches(got: &str, want: &str) -> bool {
    match want.strip_suffix("...") {
        Some(start) => got.starts_with(start),
        None => got == want,
    }
}

fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.bytes();
    while let Some(b) = rest.next() {
        out.push(match b {
            b'\\' => match rest.next() {
                Some(b'r') => b'\r',
                Some(b'n') => b'\n',
                Some(b't') => b'\t',
                Some(b'0') => 0,
                Some(b'\\') => b'\\',
                Some(b'x') => {
                    let digits: String = rest.by_ref().take(2).map(char::from).collect();
                    u8::from_str_radix(&digits, 16).unwrap()
                }
                other => panic!("unknown escape {other:?}"),
            },
            b => b,
        });
    }
    out
}

fn configure(script: &str) -> Config {
    let mut config = config();
    let lines = script.lines().filter_map(|line| line.strip_prefix("config:"));
    for (key, value) in lines.flat_map(str::split_whitespace).map(|w| w.split_once('=').unwrap()) {
        set(&mut config, key, value);
    }
    config
}

fn set(config: &mut Config, key: &str, value: &str) {
    let lenient = || {
        if value == "lenient" { Lenient::Yes } else { Lenient::No }
    };
    let offer = || {
        if value == "yes" { Offer::Yes } else { Offer::No }
    };
    let on_fault = || {
        if value == "keep" { OnFault::Keep } else { OnFault::Reject }
    };
    let mechanisms = || Mechanism::PASSWORD.to_vec();
    match key {
        "tls" => {
            config.tls = match value {
                "offered" => Tls::Offered,
                "required" => Tls::Required,
                "implicit" => Tls::Implicit,
                _ => Tls::Off,
            }
        }
        "auth" if value == "required" => config.auth = Auth::Required(mechanisms()),
        "auth" if value == "scram" => {
            let both = vec![Mechanism::ScramSha256Plus, Mechanism::ScramSha256];
            config.auth = Auth::Offered(both);
        }
        "auth" if value == "plain" => config.auth = Auth::Offered(vec![Mechanism::Plain]),
        "auth" => config.auth = Auth::Offered(mechanisms()),
        "smtputf8" => config.extensions.smtputf8 = offer(),
        "limits" => config.extensions.limits = offer(),
        "service" => config.service = Service::Lmtp,
        "dsn" => config.extensions.dsn = offer(),
        "chunking" => config.extensions.chunking = offer(),
        "binarymime" => config.extensions.binarymime = offer(),
        "by" => config.extensions.deliver_by = Some(ByMinimum::Seconds(value.parse().unwrap())),
        "hold" => {
            let until = UnixTime::parse_rfc3339("2026-12-31T00:00:00Z").unwrap();
            config.extensions.hold = Some(HoldLimits { seconds: value.parse().unwrap(), until });
        }
        "requiretls" => config.extensions.requiretls = offer(),
        "queries" => config.queries = Queries::Application,
        "proxies" => config.proxies = vec![value.parse::<Network>().unwrap()],
        "banner" => config.timeouts.banner = seconds(value),
        "session" => config.timeouts.session = seconds(value),
        "wire" => {
            config.wire.bare_cr = on_fault();
            config.wire.bare_lf = on_fault();
            config.wire.nul = on_fault();
        }
        "long-line" => config.wire.long_line = LongLine::Reject,
        "ehlo" => config.leniency.ehlo = lenient(),
        "path-space" => config.leniency.path_space = lenient(),
        "errors" => config.limits.errors = value.parse().unwrap(),
        "useless" => config.limits.useless = value.parse().unwrap(),
        "message" => config.limits.message = value.parse().unwrap(),
        "discard" => config.limits.message_discard = value.parse().unwrap(),
        "line-discard" => config.limits.line_discard = value.parse().unwrap(),
        "recipients" => config.limits.recipients = value.parse().unwrap(),
        "transactions" => config.limits.transactions = value.parse().unwrap(),
        "window" => config.limits.body_window = value.parse().unwrap(),
        _ => panic!("not a setting: {key}"),
    }
}
