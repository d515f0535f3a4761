//! Chapters of the RFCs through the public API.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "helpers of tests may panic"
)]

mod diagnosis;
mod golden;
mod keys;
mod laws;
#[cfg(feature = "serde")]
mod machine;
mod policy;
mod rfc6376;
mod rfc8463;
mod rules;
mod signing;
mod story;
mod support;
