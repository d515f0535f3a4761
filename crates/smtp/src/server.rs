//! The server connection.

pub mod rules;
