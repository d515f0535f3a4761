//! Reads zone text (RFC 1035 §5, RFC 2308 §4 for `$TTL`, RFC 3597 §5 for `\#`).

use super::error::{Expected, ZoneError, ZoneErrors, ZoneFault};
use super::fields::{self, Fields};
use super::scan::{Entry, Form, Token, scan};
use super::{FaultKinds, Forced, Trust, ZoneResolver, directive, rdata};
use crate::{Kind, Name, Record};
use postrider_core::SafeText;

/// Seconds a record may be kept where the text says nothing at all about it.
pub const DEFAULT_TTL: u32 = 3600;
/// Largest ttl (RFC 2181 §8).
pub const MAX_TTL: u32 = 2_147_483_647;
/// Most faults reported for one text; reading stops there.
pub const MAX_ERRORS: usize = 100;

/// A record of a type that mail does not ask for: its name exists, its data is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skipped {
    /// Line, from 1.
    pub line: usize,
    /// The record's owner.
    pub name: Name,
    /// Its type, as written.
    pub kind: SafeText,
}

/// One thing that text says about the world.
pub(super) enum Item {
    Record(Name, u32, Record),
    Node(Name),
    Force(Name, FaultKinds, Forced),
    Trust(Name, Trust),
}

impl ZoneResolver {
    /// Reads zone text: RFC 1035 with `$ORIGIN`, `$TTL`, parentheses, quotes, escapes, several
    /// strings, ttl and class in any order, ttl units, and `\#` data (RFC 3597).
    ///
    /// Names without a final dot lie below the origin, which is the root until `$ORIGIN` says
    /// otherwise. A record without ttl has that of `$TTL`, else of the record before it, else
    /// [`DEFAULT_TTL`]. Records of types that mail does not ask for (SRV, CAA, DNSSEC's own and so
    /// on) make their name exist and are otherwise skipped, see [`load`](Self::load); DNAME,
    /// `$INCLUDE` and `$GENERATE` are faults.
    ///
    /// What records cannot say stands in comments that other tools ignore. A name is relative like
    /// any other; without types a line concerns all of them, with `!TYPE` all but those:
    ///
    /// ```text
    /// ;!timeout NAME [TYPE…]         no answer in time
    /// ;!servfail NAME [TYPE…]        server failure; also bogus (DNSSEC), refused, malformed,
    ///                                alias-loop, not-encodable
    /// ;!error "TEXT" NAME [TYPE…]    any other failure
    /// ;!nxdomain NAME [TTL] [TYPE…]  denied, whatever the records say; also nodata
    /// ;!exists NAME                  exists without records
    /// ;!secure ZONE                  answers are validated from here down
    /// ;!insecure ZONE                … and from here down they are not
    /// ```
    ///
    /// # Errors
    /// [`ZoneErrors`] with every fault of the text, up to [`MAX_ERRORS`].
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, ZoneErrors> {
        let mut zone = Self::new();
        zone.load(text, &Name::root())?;
        Ok(zone)
    }

    /// Adds the records of zone text to this world; names are relative to `origin` until `$ORIGIN`
    /// says otherwise. Gives the records that were skipped.
    ///
    /// # Errors
    /// As [`parse`](Self::parse); nothing is added then.
    pub fn load(
        &mut self,
        text: impl AsRef<[u8]>,
        origin: &Name,
    ) -> Result<Vec<Skipped>, ZoneErrors> {
        let (entries, errors) = scan(text.as_ref());
        let mut reader = Reader {
            origin: origin.clone(),
            owner: None,
            default_ttl: None,
            last_ttl: None,
            items: Vec::new(),
            skipped: Vec::new(),
        };
        let mut errors = errors;
        for entry in &entries {
            errors.extend(reader.entry(entry).err());
            if errors.len() >= MAX_ERRORS {
                break;
            }
        }
        if !errors.is_empty() {
            errors.sort_by_key(|e| (e.line, e.column));
            errors.truncate(MAX_ERRORS);
            return Err(ZoneErrors::new(errors));
        }
        for item in reader.items {
            match item {
                Item::Record(name, ttl, record) => self.insert(name, ttl, record),
                Item::Node(name) => self.insert_node(name),
                Item::Force(name, kinds, forced) => self.force(name, kinds, forced),
                Item::Trust(zone, trust) => self.trust(zone, trust),
            }
        }
        Ok(reader.skipped)
    }
}

struct Reader {
    origin: Name,
    owner: Option<Name>,
    /// Of `$TTL`.
    default_ttl: Option<u32>,
    /// Of the record before.
    last_ttl: Option<u32>,
    items: Vec<Item>,
    skipped: Vec<Skipped>,
}

impl Reader {
    fn entry(&mut self, entry: &Entry<'_>) -> Result<(), ZoneError> {
        let origin = self.origin.clone();
        let mut fields = Fields::new(&entry.tokens, entry.end, &origin);
        let is_control = entry.tokens.first().is_some_and(|t| t.raw.starts_with(b"$"));
        match entry.form {
            _ if entry.is_broken => {
                // Its owner still counts for the lines that follow.
                if entry.form == Form::Full && !is_control {
                    self.owner = fields.name().ok();
                }
                Ok(())
            }
            Form::Directive => {
                self.items.push(directive::read(&mut fields)?);
                Ok(())
            }
            Form::Full if is_control => self.control(&mut fields),
            Form::Full => {
                // A wrong owner is worse than none: the lines that repeat it would be misplaced.
                self.owner = None;
                self.owner = Some(fields.name()?);
                self.record(&mut fields)
            }
            Form::Indented => self.record(&mut fields),
        }
    }

    fn control(&mut self, fields: &mut Fields<'_>) -> Result<(), ZoneError> {
        let word = fields.next(Expected::Name)?;
        if word.raw.eq_ignore_ascii_case(b"$ORIGIN") {
            self.origin = fields.name()?;
        } else if word.raw.eq_ignore_ascii_case(b"$TTL") {
            let token = fields.next(Expected::Ttl)?;
            let ttl = fields::ttl(token.raw).ok_or_else(|| fields::wrong(token, Expected::Ttl))?;
            self.default_ttl = Some(ttl);
        } else {
            let fault = ZoneFault::Control(fields::shown(word));
            return Err(word.place.error(fault));
        }
        fields.finish()
    }

    /// `[ttl] [class] type data`, the first two in any order.
    fn record(&mut self, fields: &mut Fields<'_>) -> Result<(), ZoneError> {
        let Some(owner) = self.owner.clone() else {
            return Err(fields.place().error(ZoneFault::NoOwner));
        };
        let mut ttl = None;
        let mut class = false;
        loop {
            let token = fields.next(Expected::Type)?;
            if ttl.is_none() && token.raw.first().is_some_and(u8::is_ascii_digit) {
                let read = fields::ttl(token.raw);
                ttl = Some(read.ok_or_else(|| fields::wrong(token, Expected::Ttl))?);
            } else if !class && is_class(token)? {
                class = true;
            } else {
                return self.typed(owner, ttl, token, fields);
            }
        }
    }

    fn typed(
        &mut self,
        owner: Name,
        ttl: Option<u32>,
        token: &Token<'_>,
        fields: &mut Fields<'_>,
    ) -> Result<(), ZoneError> {
        self.last_ttl = ttl.or(self.default_ttl).or(self.last_ttl);
        match record_type(token)? {
            Some(kind) => {
                let record = rdata::record(kind, fields)?;
                fields.finish()?;
                let ttl = self.last_ttl.unwrap_or(DEFAULT_TTL);
                self.items.push(Item::Record(owner, ttl, record));
            }
            None => {
                self.items.push(Item::Node(owner.clone()));
                self.skipped.push(Skipped {
                    line: token.place.line,
                    name: owner,
                    kind: fields::shown(token),
                });
            }
        }
        Ok(())
    }
}

fn is_class(token: &Token<'_>) -> Result<bool, ZoneError> {
    if token.raw.eq_ignore_ascii_case(b"IN") {
        return Ok(true);
    }
    let other = ["CH", "HS", "CS"].iter().any(|c| token.raw.eq_ignore_ascii_case(c.as_bytes()));
    match other {
        true => Err(token.place.error(ZoneFault::Class(fields::shown(token)))),
        false => Ok(false),
    }
}

/// Types whose records mail can do without.
const SKIPPED: &[&str] = &[
    "AFSDB",
    "APL",
    "CAA",
    "CDNSKEY",
    "CDS",
    "CERT",
    "CSYNC",
    "DHCID",
    "DNSKEY",
    "DS",
    "EUI48",
    "EUI64",
    "HINFO",
    "HIP",
    "HTTPS",
    "IPSECKEY",
    "KEY",
    "KX",
    "LOC",
    "NAPTR",
    "NSEC",
    "NSEC3",
    "NSEC3PARAM",
    "OPENPGPKEY",
    "RP",
    "RRSIG",
    "SIG",
    "SMIMEA",
    "SPF",
    "SRV",
    "SSHFP",
    "SVCB",
    "URI",
    "ZONEMD",
];

/// The type, if it is one of ours; `None` for one to skip.
fn record_type(token: &Token<'_>) -> Result<Option<Kind>, ZoneError> {
    let text = std::str::from_utf8(token.raw).unwrap_or_default();
    if let Ok(kind) = text.parse::<Kind>() {
        return Ok(Some(kind));
    }
    let upper = text.to_ascii_uppercase();
    if SKIPPED.contains(&&*upper) {
        return Ok(None);
    }
    match upper.strip_prefix("TYPE").map(str::parse::<u16>) {
        Some(Ok(DNAME)) => {}
        Some(Ok(number)) => return Ok(Kind::from_number(number)),
        _ if upper == "DNAME" => {}
        _ => return Err(fields::wrong(token, Expected::Type)),
    }
    Err(token.place.error(ZoneFault::Type(fields::shown(token))))
}

/// The type that redirects all names below it (RFC 6672).
const DNAME: u16 = 39;

#[cfg(test)]
mod tests;
