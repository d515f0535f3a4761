//! A thin mail server made of the Postrider crates.
