//! Values of SMTP beside the shared vocabulary of `postrider-core`.

mod hello;
mod instant;
mod mechanism;
mod params;
pub mod reply;
mod tls;
mod xtext;

pub use hello::{Hello, Protocol};
pub use instant::Instant;
pub use mechanism::{MechanismName, ParseMechanismError};
pub use params::{BodyType, MailAuth, MailParams, RcptParams};
pub use tls::{PeerIdentity, TlsInfo};
pub use xtext::{ParseXtextError, Xtext};
