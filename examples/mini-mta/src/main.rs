//! The command line of mini-mta.
fn main() {}
