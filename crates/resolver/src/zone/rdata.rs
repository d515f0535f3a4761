//! The data of a record in zone text, by type.

use super::error::{Expected, ZoneError};
use super::fields::Fields;
use super::generic;
use crate::{Kind, Record, Soa, Txt};

pub(super) fn record(kind: Kind, fields: &mut Fields<'_>) -> Result<Record, ZoneError> {
    if fields.next_if(|token| token.raw == b"\\#" && !token.quoted).is_some() {
        return generic::record(kind, fields);
    }
    Ok(match kind {
        Kind::A => Record::A(fields.value(Expected::Ipv4)?),
        Kind::Aaaa => Record::Aaaa(fields.value(Expected::Ipv6)?),
        Kind::Mx => {
            Record::Mx { preference: fields.number(Expected::Short)?, exchange: fields.name()? }
        }
        Kind::Txt => Record::Txt(txt(fields)?),
        Kind::Ptr => Record::Ptr(fields.name()?),
        Kind::Cname => Record::Cname(fields.name()?),
        Kind::Ns => Record::Ns(fields.name()?),
        Kind::Soa => Record::Soa(Soa {
            primary: fields.name()?,
            mailbox: fields.name()?,
            serial: fields.number(Expected::Long)?,
            refresh: fields.seconds()?,
            retry: fields.seconds()?,
            expire: fields.seconds()?,
            minimum: fields.seconds()?,
        }),
        Kind::Tlsa => Record::Tlsa {
            usage: fields.number(Expected::Octet)?,
            selector: fields.number(Expected::Octet)?,
            matching: fields.number(Expected::Octet)?,
            data: tlsa_data(fields)?,
        },
    })
}

fn txt(fields: &mut Fields<'_>) -> Result<Txt, ZoneError> {
    let mut strings = vec![fields.string()?];
    while !fields.is_empty() {
        strings.push(fields.string()?);
    }
    Ok(Txt::from_strings(strings.iter().map(Vec::as_slice)))
}

fn tlsa_data(fields: &mut Fields<'_>) -> Result<Box<[u8]>, ZoneError> {
    if fields.is_empty() {
        fields.next(Expected::Hex)?;
    }
    Ok(fields.hex()?.into())
}
