//! Messages for every implementation to agree on, made from a fixed seed.

/// How many there are.
pub const COUNT: usize = 200;

/// Octets of the largest bodies.
const LARGEST: usize = 5 << 20;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap_or(0)
    }

    fn pick<'a>(&mut self, from: &[&'a [u8]]) -> &'a [u8] {
        from[self.below(from.len())]
    }
}

/// Message `number`: all lines end in CRLF and none is longer than 998 octets, as in SMTP.
pub fn message(number: usize) -> Vec<u8> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ (number as u64 + 1) << 32);
    let mut out = header(number, &mut random);
    let size = size(number, &mut random);
    let end = out.len() + size;
    while out.len() < end {
        line(&mut random, &mut out);
    }
    for _ in 0..number % 4 {
        let tail = random.pick(&[b"\r\n", b" \r\n", b"\t \t\r\n"]);
        out.extend_from_slice(if size == 0 { b"\r\n" } else { tail });
    }
    out
}

/// Mostly small, since it is the odd text that matters; some empty, a few large.
fn size(number: usize, random: &mut Random) -> usize {
    match number {
        0..10 => 0,
        197.. => LARGEST,
        190..197 => (256 << 10) + random.below(512 << 10),
        150..190 => random.below(64 << 10),
        _ => random.below(2 << 10),
    }
}

fn header(number: usize, random: &mut Random) -> Vec<u8> {
    const FOLDS: [&[u8]; 5] = [b" ", b"  ", b"\t", b"\r\n ", b" \r\n\t  "];
    const WORDS: [&[u8]; 5] = [
        b"invoice",
        b"of",
        b"=?utf-8?q?gr=C3=BC=C3=9Fe?=",
        "Gr\u{fc}\u{df}e".as_bytes(),
        b"(a=b;c)",
    ];
    let mut out =
        b"Received: from a.example by b.example;\r\n\tTue, 24 Nov 2026 08:21:40 +0000\r\n".to_vec();
    out.extend_from_slice(random.pick(&[b"From: Ann", b"FROM:  \"Ann, A.\"", b"from:\tAnn"]));
    out.extend_from_slice(random.pick(&FOLDS));
    out.extend_from_slice(b"<ann@peer.example>\r\nTo:");
    for i in 0..=random.below(12) {
        out.extend_from_slice(if i > 0 { b"," } else { b"" });
        out.extend_from_slice(random.pick(&FOLDS));
        out.extend_from_slice(format!("bob{i}@example.org").as_bytes());
    }
    out.extend_from_slice(b"\r\nSubject:");
    for _ in 0..random.below(20) {
        out.extend_from_slice(random.pick(&FOLDS));
        out.extend_from_slice(random.pick(&WORDS));
    }
    out.extend_from_slice(random.pick(&[b"\r\n", b"  \r\n"]));
    out.extend_from_slice(format!("Message-ID: <{number}@peer.example>\r\n").as_bytes());
    out.extend_from_slice(b"Date: Tue, 24 Nov 2026 08:21:40 +0000\r\n\r\n");
    out
}

fn line(random: &mut Random, out: &mut Vec<u8>) {
    const WORDS: [&[u8]; 9] = [
        b"mail",
        b"a",
        b"signs",
        b"=3D",
        b"\xe4\xf6\xfc",
        "\u{2603}".as_bytes(),
        b"\xff",
        b"--",
        b".",
    ];
    const GAPS: [&[u8]; 5] = [b" ", b" ", b"  ", b"\t", b" \t "];
    const ENDS: [&[u8]; 6] = [b"", b"", b"", b" ", b"\t", b" \t  "];
    match random.below(16) {
        0 => {}
        1 => out.extend_from_slice(random.pick(&[b".", b"..", b".. dots", b"From the start"])),
        2 => out.extend_from_slice(random.pick(&ENDS)),
        3 => out.extend(std::iter::repeat_n(b'x', 998)),
        _ => {
            for i in 0..random.below(20) {
                out.extend_from_slice(if i > 0 { random.pick(&GAPS) } else { b"" });
                out.extend_from_slice(random.pick(&WORDS));
            }
            out.extend_from_slice(random.pick(&ENDS));
        }
    }
    out.extend_from_slice(b"\r\n");
}
