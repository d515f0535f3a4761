//! Data of any type as octets: `\# LENGTH HEX` (RFC 3597 §5).

use super::error::{Expected, ZoneError, ZoneFault};
use super::fields::Fields;
use crate::{Kind, Name, Record, Soa, Txt};

/// Reads what follows `\#`.
pub(super) fn record(kind: Kind, fields: &mut Fields<'_>) -> Result<Record, ZoneError> {
    let announced = fields.number::<u16>(Expected::Short)?.into();
    let place = fields.place();
    let data = fields.hex()?;
    if data.len() != announced {
        let found = data.len();
        return Err(place.error(ZoneFault::Length { announced, found }));
    }
    decode(kind, &data).ok_or_else(|| place.error(ZoneFault::Data(kind)))
}

/// A record from its wire form; no compression, as RFC 3597 §4 wants.
fn decode(kind: Kind, data: &[u8]) -> Option<Record> {
    let mut wire = Wire(data);
    let record = match kind {
        Kind::A => Record::A(wire.array::<4>()?.into()),
        Kind::Aaaa => Record::Aaaa(wire.array::<16>()?.into()),
        Kind::Mx => {
            Record::Mx { preference: u16::from_be_bytes(wire.array()?), exchange: wire.name()? }
        }
        Kind::Txt => {
            let mut strings = Vec::new();
            while !wire.0.is_empty() {
                strings.push(wire.string()?);
            }
            Record::Txt(Txt::from_strings(strings))
        }
        Kind::Ptr => Record::Ptr(wire.name()?),
        Kind::Cname => Record::Cname(wire.name()?),
        Kind::Ns => Record::Ns(wire.name()?),
        Kind::Soa => Record::Soa(Soa {
            primary: wire.name()?,
            mailbox: wire.name()?,
            serial: u32::from_be_bytes(wire.array()?),
            refresh: u32::from_be_bytes(wire.array()?),
            retry: u32::from_be_bytes(wire.array()?),
            expire: u32::from_be_bytes(wire.array()?),
            minimum: u32::from_be_bytes(wire.array()?),
        }),
        Kind::Tlsa => {
            let [usage, selector, matching] = wire.array()?;
            let data = std::mem::take(&mut wire.0).into();
            Record::Tlsa { usage, selector, matching, data }
        }
    };
    wire.0.is_empty().then_some(record)
}

/// The octets not read yet.
struct Wire<'a>(&'a [u8]);

impl<'a> Wire<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*head)
    }

    fn string(&mut self) -> Option<&'a [u8]> {
        let (&len, rest) = self.0.split_first()?;
        let (string, rest) = rest.split_at_checked(usize::from(len))?;
        self.0 = rest;
        Some(string)
    }

    fn name(&mut self) -> Option<Name> {
        let mut labels = Vec::new();
        loop {
            match self.string()? {
                [] => return Name::from_labels(labels).ok(),
                label => labels.push(label),
            }
        }
    }
}
