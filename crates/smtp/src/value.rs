//! Values of SMTP beside the shared vocabulary of `postrider-core`.

mod dsn;
mod hello;
mod instant;
mod mechanism;
mod params;
pub mod reply;
mod schedule;
mod tls;
mod xtext;

pub use dsn::{
    EnvelopeId, MAX_ENVID, MAX_ORCPT, Notify, Occasion, OriginalRecipient, ParseDsnError, Ret,
};
pub use hello::{Hello, Protocol};
pub use instant::Instant;
pub use mechanism::{MechanismName, ParseMechanismError};
pub use params::{BodyType, MailAuth, MailParams, RcptParams};
pub use schedule::{ByMode, DeliverBy, Hold, ParseScheduleError, Priority};
pub use tls::{ChannelBindings, PeerIdentity, TlsInfo};
pub use xtext::{ParseXtextError, Xtext};
