//! RFC 5322 messages as mail systems need them: header fields without copying, authors, Received and Authentication-Results.
