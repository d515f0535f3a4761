//! The Postrider [`Resolver`](postrider_resolver::Resolver) over hickory, for real DNS; and a DNS
//! server that answers from any `Resolver`.
//!
//! ```no_run
//! use postrider_resolver::{Kind, Name, Question, Resolver};
//! use postrider_resolver_hickory::{Config, HickoryResolver};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let resolver = HickoryResolver::new(Config::system()?);
//! let question = Question::new(Name::parse("example.org")?, Kind::Mx);
//! match resolver.lookup(question).await {
//!     Ok(answer) => println!("{:?}, for {} s", answer.content, answer.ttl),
//!     Err(unknown) => println!("not known: {unknown}"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`config`] | name servers, time, trust in the AD bit |
//! | [`resolver`] | [`HickoryResolver`]: servers in order, aliases, result codes |
//! | `server` | `ZoneServer` (feature `server`): a zone as a real DNS server on loopback |
//!
//! **DNS look-ups made:** one question per look-up; more only where a server leaves an alias
//! unresolved. **Not done:** caching (wrap it), search domains, hosts file, own DNSSEC validation:
//! the configured servers validate, and [`TrustAd`] says which of them are believed.
#![doc(html_root_url = "https://docs.rs/postrider-resolver-hickory")]

pub mod config;
mod reply;
pub mod resolver;
#[cfg(feature = "server")]
pub mod server;
mod transport;
mod wire;

pub use config::{Config, SystemConfigError, TrustAd};
pub use resolver::HickoryResolver;
#[cfg(feature = "server")]
pub use server::ZoneServer;
