//! [`HickoryResolver`]: the servers in order, the aliases that they leave, the codes as they are.

use crate::config::Config;
use crate::reply::{self, Reply};
use crate::transport::{Failure, Path, Validation, exchange};
use crate::wire;
use hickory_proto::op::{Message, Query, ResponseCode};
use postrider_core::SafeText;
use postrider_resolver::zone::MAX_ALIASES;
use postrider_resolver::{Answer, Kind, LookupError, Name, Question, Resolver};
use std::net::SocketAddr;

/// Asks recursive DNS servers.
///
/// Servers are tried in the order of [`Config::servers`]: one that fails, refuses or keeps silent
/// is passed over for the next; those that kept silent are tried again until
/// [`Config::attempts`] rounds are through. If nobody answers, the error is that of the first server
/// which at least said something. Needs a tokio runtime with I/O and time.
#[derive(Clone, Debug)]
pub struct HickoryResolver {
    config: Config,
}

/// A message and whether its AD bit counts.
struct Heard {
    message: Message,
    authentic: bool,
}

impl HickoryResolver {
    /// Asks as `config` says.
    #[must_use]
    pub const fn new(config: Config) -> Self {
        Self { config }
    }

    /// The settings.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Asks the servers for one name, and reads what the first usable response says.
    async fn ask(&self, name: &Name, kind: Kind) -> Result<(Reply, bool), LookupError> {
        let encoded = wire::to_name(name).ok_or(LookupError::NotEncodable)?;
        let query = Query::query(encoded, wire::record_type(kind));
        let mut said = None;
        let mut servers = self.config.servers.clone();
        for _ in 0..self.config.attempts.max(1) {
            let mut silent = Vec::new();
            for server in servers {
                let error = match self.ask_server(server, &query).await {
                    Ok(heard) => match reply::read(&heard.message, name, kind) {
                        Ok(reply) => return Ok((reply, heard.authentic)),
                        Err(error) => error,
                    },
                    Err(error) => error,
                };
                if error == LookupError::Timeout {
                    silent.push(server);
                } else {
                    said = said.or(Some(error));
                }
            }
            servers = silent;
        }
        Err(said.unwrap_or(LookupError::Timeout))
    }

    async fn ask_server(&self, server: SocketAddr, query: &Query) -> Result<Heard, LookupError> {
        let trusted = self.config.trust_ad.includes(server.ip());
        let mut path = Path {
            server,
            timeout: self.config.timeout,
            payload: Some(self.config.payload.max(512)),
            validation: if trusted { Validation::Asked } else { Validation::NotAsked },
        };
        let mut message = exchange(path, query).await.map_err(error)?;
        // RFC 6891 §7: a server that does not know EDNS answers FORMERR.
        if message.metadata.response_code == ResponseCode::FormErr {
            path.payload = None;
            message = exchange(path, query).await.map_err(error)?;
        }
        let authentic = trusted && message.metadata.authentic_data;
        Ok(Heard { message, authentic })
    }
}

fn error(failure: Failure) -> LookupError {
    match failure {
        Failure::Timeout => LookupError::Timeout,
        Failure::Malformed => LookupError::Malformed,
        Failure::NotEncodable => LookupError::NotEncodable,
        Failure::Io(text) => LookupError::Other(SafeText::escaped(text.as_bytes())),
    }
}

impl Resolver for HickoryResolver {
    async fn lookup(&self, question: Question) -> Result<Answer, LookupError> {
        let mut name = question.name;
        let mut aliases = Vec::new();
        let mut ttl = u32::MAX;
        let mut authentic = true;
        loop {
            let (reply, validated) = self.ask(&name, question.kind).await?;
            authentic &= validated;
            match reply {
                Reply::End { aliases: more, canonical, content, ttl: last } => {
                    aliases.extend(more);
                    let mut answer = Answer::new(canonical, content, ttl.min(last));
                    answer.authentic = authentic;
                    answer.aliases = aliases;
                    return Ok(answer);
                }
                Reply::Alias { aliases: more, target, ttl: part } => {
                    ttl = ttl.min(part);
                    aliases.extend(more);
                    if aliases.contains(&target) || aliases.len() > MAX_ALIASES {
                        return Err(LookupError::AliasLoop);
                    }
                    name = target;
                }
            }
        }
    }
}
