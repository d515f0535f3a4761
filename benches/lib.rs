//! Shared inputs of the benches: the same messages for every row, made from a fixed seed.

/// Sizes of message bodies, by the name of their row.
pub const SIZES: [(&str, usize); 4] =
    [("1KiB", 1 << 10), ("10KiB", 10 << 10), ("100KiB", 100 << 10), ("1MiB", 1 << 20)];

/// Prose of `len` octets or a little more: words, lines of 60 to 75 octets, CRLF, now and then two
/// spaces, a tab, a blank at the end of a line, an empty line.
#[must_use]
pub fn prose(len: usize) -> Vec<u8> {
    const WORDS: [&str; 12] = [
        "mail",
        "the",
        "server",
        "of",
        "a",
        "house",
        "signs",
        "what",
        "leaves",
        "and",
        "explains",
        "everything",
    ];
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    let mut text = Vec::with_capacity(len + 80);
    let mut column = 0;
    while text.len() < len {
        let word = WORDS[usize::try_from(next() % 12).unwrap_or(0)];
        text.extend_from_slice(word.as_bytes());
        column += word.len() + 1;
        match next() % 100 {
            0 => text.extend_from_slice(b"  "),
            1 => text.push(b'\t'),
            _ if column > 60 => {
                let end: &[u8] = match next() % 20 {
                    0 => b" \r\n",
                    1 => b"\r\n\r\n",
                    _ => b"\r\n",
                };
                text.extend_from_slice(end);
                column = 0;
            }
            _ => text.push(b' '),
        }
    }
    text.extend_from_slice(b"\r\n");
    text
}

/// A header as mail programs write it.
pub const HEADER: &[u8] = b"From: Ann Example <ann@example.org>\r\n\
To: Bob <bob@example.net>\r\n\
Subject: A subject of the usual length, for once\r\n\
Date: Tue, 24 Nov 2026 08:21:40 +0000\r\n\
Message-ID: <20261124082140.1234@example.org>\r\n\
MIME-Version: 1.0\r\n\
Content-Type: text/plain; charset=utf-8\r\n\
\r\n";
