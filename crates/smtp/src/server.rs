//! The server connection.
