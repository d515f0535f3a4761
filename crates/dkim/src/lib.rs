//! DKIM signing and verifying (RFC 6376, 8301, 8463): Ed25519 and RSA, streaming, with a reason for
//! every verdict.
//!
//! [`Signer`] and [`Verifier`] are machines without I/O: the header goes in, then the body in any
//! pieces, and for the verifier the answers of DNS at any time. A message is read once, whatever the
//! number of keys and signatures, and never held. [`verify`](fn@verify) does it all over a
//! [`Resolver`](postrider_resolver::Resolver).
//!
//! ```
//! use postrider_core::{DomainName, UnixTime};
//! use postrider_dkim::{KeyRecord, Policy, PrivateKey, Selector, SignRequest, Signer, Verifier};
//! use postrider_message::HeaderBlock;
//! use postrider_resolver::{Answer, Content, Record, Txt};
//! use std::sync::Arc;
//!
//! let now = UnixTime::from_secs(1_795_508_500);
//! let key = Arc::new(PrivateKey::from_ed25519_seed(&[7; 32])?);
//! let record = KeyRecord::new(key.public().clone()).to_string(); // goes into DNS
//!
//! let (headers, _) = HeaderBlock::parse(b"From: ann@example.org\r\n\r\n");
//! let request = SignRequest::new(DomainName::parse("example.org")?, Selector::parse("m1")?, key);
//! let mut signer = Signer::new(vec![request], &headers, now)?;
//! signer.body(b"Hello\r\n");
//! let message = [signer.finish()?.concat(), b"From: ann@example.org\r\n\r\n".to_vec()].concat();
//!
//! let (headers, _) = HeaderBlock::parse(&message);
//! let mut verifier = Verifier::new(&Policy::default(), &headers, now);
//! for asked in verifier.questions().to_vec() {
//!     let txt = Record::Txt(Txt::from_strings([record.as_bytes()]));
//!     let answer = Answer::new(asked.question.name, Content::Records(vec![txt]), 300);
//!     verifier.key(asked.id, Ok(answer));
//! }
//! verifier.body(b"Hello");
//! verifier.body(b"\r\n and a footer\r\n");
//! let verdict = verifier.finish().remove(0);
//! assert_eq!(
//!     verdict.to_string(),
//!     "d=example.org s=m1: the body was changed after signing (headers intact)"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | what it holds | RFC |
//! |---|---|---|
//! | [`canon`] | the octets that are hashed | 6376 §3.4 |
//! | [`signature`] | the `DKIM-Signature` field, read | 6376 §3.5, 8616 |
//! | [`record`] | key records, read and written | 6376 §3.6.1 |
//! | [`key`] | public and private keys, [`SigningKey`] | 8301, 8463, 5958, 8017 |
//! | [`verify`](mod@verify), [`verdict`], [`reason`], [`policy`] | verifying, and what it says | 6376 §6, 8601 |
//! | [`story`] | the evidence in lines, and the result for Authentication-Results | 8601 §2.7.1 |
//! | [`diagnose`] | what probably happened to a header or body | |
//! | [`sign`] | signing | 6376 §5 |
//! | [`rotation`] | from an old key to a new one | |
//! | [`copied`] | copies of fields in a signature | 6376 §3.5 |
//! | `keygen` | new keys, with the feature of that name | |
//!
//! Supported: rsa-sha256 and ed25519-sha256; all four canonicalisations; every tag, `z=` for
//! diagnosis; several key records at a name; internationalised domains. Not supported, on purpose:
//! rsa-sha1 (RFC 8301 forbids it), RSA keys under 1024 bits, ADSP. Not yet: ARC, ATPS, `r=` reports.
#![doc(html_root_url = "https://docs.rs/postrider-dkim")]

pub mod algorithm;
mod body_hash;
pub mod canon;
pub mod copied;
mod crypto;
pub mod diagnose;
mod encoding;
mod header_input;
pub mod identity;
pub mod key;
#[cfg(feature = "keygen")]
pub mod keygen;
pub mod policy;
pub mod reason;
pub mod record;
pub mod rotation;
pub mod selector;
pub mod sign;
pub mod signature;
pub mod story;
pub mod verdict;
pub mod verify;

pub use algorithm::{Algorithm, KeyType};
pub use canon::{Canonicalization, Form};
pub use diagnose::{Diagnosis, HeaderDiagnosis};
pub use identity::Auid;
pub use key::{
    KeyError, PrivateKey, PrivateKeyError, PublicKey, PublicKeyError, SigningInput, SigningKey,
};
pub use policy::{DiagnosisLevel, Policy, Switch, TestingKey};
pub use reason::{Reason, Warning};
pub use record::{KeyRecord, KeyRecordError};
pub use selector::{Selector, SelectorError};
pub use sign::{BodyCoverage, HeaderSelection, PendingSignature, SignError, SignRequest, Signer};
pub use signature::{Signature, SignatureError};
pub use story::Story;
pub use verdict::{BodyHashes, Coverage, DkimResult, KeyFacts, Verdict};
pub use verify::{KeyId, KeyQuestion, Verifier, verify};
