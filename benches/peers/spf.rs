//! SPF beside mail-auth: the same record, and the same check with all answers in memory.
//!
//! mail-auth keeps parsed records in its cache, so its check from text is the check and the four records
//! parsed as well. Ours reads the text each time. The allocations of one run of each are printed first.

use criterion::{Criterion, criterion_group, criterion_main};
use mail_auth::dns::{Negative, TxtRecordParser};
use mail_auth::spf::SpfRecord;
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{
    DnsCache, MessageAuthenticator, Mx, Parameters, RecordSet, ResolverCache, SpfResult, TxtRecord,
};
use postrider_core::UnixTime;
use postrider_resolver::{
    Answer, Kind, LookupError, Name, Question, Resolver, ZoneResolver, block_on,
};
use postrider_spf::{Identity, Limits, Record, Sender, Session, Verdict, check};
use std::alloc::{GlobalAlloc, Layout, System};
use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Counts allocations.
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Eleven `ip4` terms.
const RECORD: &[u8] = b"v=spf1 ip4:198.51.100.0/24 ip4:198.51.101.0/24 ip4:198.51.102.0/24 \
    ip4:198.51.103.7 ip4:198.51.104.0/22 ip4:198.51.108.9 ip4:203.0.113.0/25 ip4:203.0.113.128/26 \
    ip4:203.0.113.200 ip4:203.0.113.201 ip4:203.0.113.202 -all";

/// The records of the check.
const RECORDS: [(&str, &str); 4] = [
    ("bank.example", "v=spf1 include:esp1.example include:esp2.example mx a:web.example -all"),
    ("esp1.example", "v=spf1 ip4:198.51.100.0/24 ip4:198.51.101.0/24 ip6:2001:db8:1::/48 -all"),
    ("esp2.example", "v=spf1 include:esp3.example ip4:198.51.102.0/24 -all"),
    ("esp3.example", "v=spf1 ip4:198.51.103.0/24 ip4:198.51.104.0/22 ~all"),
];

const HOSTS: [(&str, Ipv4Addr); 3] = [
    ("mx1.example", Ipv4Addr::new(203, 0, 113, 1)),
    ("mx2.example", Ipv4Addr::new(203, 0, 113, 2)),
    ("web.example", Ipv4Addr::new(192, 0, 2, 66)),
];

const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 66));

/// Answers found by their question, as a warm cache would.
struct Warm(HashMap<Question, Answer>);

impl Resolver for Warm {
    async fn lookup(&self, question: Question) -> Result<Answer, LookupError> {
        self.0.get(&question).cloned().ok_or(LookupError::Refused)
    }
}

fn ours() -> Warm {
    let mut text = String::from("$ORIGIN .\n$TTL 300\n");
    for (name, record) in RECORDS {
        text.push_str(&format!("{name} TXT \"{record}\"\n"));
    }
    for (name, address) in HOSTS {
        text.push_str(&format!("{name} A {address}\n"));
    }
    text.push_str("bank.example MX 10 mx1.example\nbank.example MX 20 mx2.example\n");
    let zone = ZoneResolver::parse(text).expect("zone text");
    let questions = RECORDS
        .map(|(name, _)| (name, Kind::Txt))
        .into_iter()
        .chain(HOSTS.map(|(name, _)| (name, Kind::A)))
        .chain([("bank.example", Kind::Mx)]);
    let answers = questions.map(|(name, kind)| {
        let question = Question::new(Name::parse(name).expect("a name"), kind);
        let answer = zone.answer(&question).expect("an answer");
        (question, answer)
    });
    Warm(answers.collect())
}

/// A map behind mail-auth's trait.
struct Map<K, V>(HashMap<K, V>);

impl<K: Hash + Eq, V: Clone> ResolverCache<K, V> for Map<K, V> {
    fn get<Q>(&self, name: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.0.get(name).cloned()
    }

    fn remove<Q>(&self, _: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: K, _: V, _: Instant) {}
}

type Kept<T> = Map<Box<str>, Result<RecordSet<T>, Negative>>;

/// mail-auth's warm cache.
struct Theirs {
    txt: Map<Box<str>, TxtRecord>,
    mx: Kept<Mx>,
    ipv4: Kept<Ipv4Addr>,
    ipv6: Kept<Ipv6Addr>,
    ptr: Map<IpAddr, Result<RecordSet<Box<str>>, Negative>>,
}

impl DnsCache for Theirs {
    type Txt = Map<Box<str>, TxtRecord>;
    type Mx = Kept<Mx>;
    type Ipv4 = Kept<Ipv4Addr>;
    type Ipv6 = Kept<Ipv6Addr>;
    type Ptr = Map<IpAddr, Result<RecordSet<Box<str>>, Negative>>;

    fn txt(&self) -> Option<&Self::Txt> {
        Some(&self.txt)
    }

    fn mx(&self) -> Option<&Self::Mx> {
        Some(&self.mx)
    }

    fn ipv4(&self) -> Option<&Self::Ipv4> {
        Some(&self.ipv4)
    }

    fn ipv6(&self) -> Option<&Self::Ipv6> {
        Some(&self.ipv6)
    }

    fn ptr(&self) -> Option<&Self::Ptr> {
        Some(&self.ptr)
    }
}

fn set<T>(records: impl Into<Arc<[T]>>) -> Result<RecordSet<T>, Negative> {
    Ok(RecordSet { records: records.into(), dnssec_status: Default::default() })
}

fn theirs() -> Theirs {
    let key = |name: &str| format!("{name}.").into_boxed_str();
    let record = |text: &str| TxtRecord::Spf(Arc::new(their_record(text.as_bytes())));
    let host = |name: &str, preference| Mx { exchanges: [key(name)].into(), preference };
    let hosts = vec![host("mx1.example", 10), host("mx2.example", 20)];
    Theirs {
        txt: Map(RECORDS.map(|(name, text)| (key(name), record(text))).into()),
        mx: Map([(key("bank.example"), set(hosts))].into()),
        ipv4: Map(HOSTS.map(|(name, address)| (key(name), set([address]))).into()),
        ipv6: Map(HashMap::new()),
        ptr: Map(HashMap::new()),
    }
}

fn their_record(text: &[u8]) -> SpfRecord {
    SpfRecord::parse(text).expect("a record")
}

/// How often `run` allocates.
fn allocations<T>(name: &str, mut run: impl FnMut() -> T) {
    black_box(run());
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    black_box(run());
    println!("{name}: {} allocations", ALLOCATIONS.load(Ordering::Relaxed) - before);
}

fn spf(c: &mut Criterion) {
    let mut row = |name: &str, run: &mut dyn FnMut()| {
        allocations(name, &mut *run);
        c.bench_function(name, |b| b.iter(&mut *run));
    };
    row("parse 11 ip4/postrider", &mut || {
        black_box(Record::parse(black_box(RECORD)).expect("a record"));
    });
    row("parse 11 ip4/mail-auth", &mut || {
        black_box(their_record(black_box(RECORD)));
    });

    let warm = ours();
    let questions: Vec<_> = warm.0.keys().cloned().collect();
    row("8 bare look-ups/postrider", &mut || {
        for question in &questions {
            let _ = black_box(block_on(warm.lookup(black_box(question.clone()))));
        }
    });
    let now = UnixTime::from_secs(1_795_508_500);
    let sender = Sender::parse(b"news@bank.example");
    let session = Session::new(CLIENT, b"mail.bank.example", sender, &now);
    let limits = Limits::rfc7208();
    row("check from text, 8 look-ups/postrider", &mut || {
        let untraced = &mut ();
        let check = check(&warm, black_box(&session), Identity::MailFrom, &limits, untraced);
        let outcome = block_on(check).expect("no waiting");
        assert_eq!(outcome.verdict, Verdict::Pass);
        black_box(outcome);
    });

    let cache = theirs();
    let authenticator = MessageAuthenticator::new_cloudflare().expect("a resolver");
    let their_check = || {
        let input = SpfParameters::mail_from(
            black_box(CLIENT),
            "mail.bank.example",
            "mx.receiver.example",
            "news@bank.example",
        );
        let check = authenticator.verify_spf(Parameters::new(input).with_cache(&cache));
        let output = block_on(check).expect("no waiting");
        assert_eq!(output.result(), SpfResult::Pass);
        black_box(output);
    };
    row("check from parsed, 8 look-ups/mail-auth", &mut || their_check());
    row("check from text, 8 look-ups/mail-auth", &mut || {
        for (_, text) in RECORDS {
            black_box(Arc::new(their_record(black_box(text.as_bytes()))));
        }
        their_check();
    });
}

criterion_group!(benches, spf);
criterion_main!(benches);
