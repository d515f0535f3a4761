//! Our names and records as hickory's, and back.

use hickory_proto::rr;
use hickory_proto::rr::RData;
#[cfg(any(feature = "server", test))]
use hickory_proto::rr::rdata;
use postrider_resolver::{Kind, Name, Record, Soa, Txt};

/// The type for hickory.
pub(crate) fn record_type(kind: Kind) -> rr::RecordType {
    rr::RecordType::from(kind.number())
}

/// The name for hickory, label by label, so that no octet needs to be text.
pub(crate) fn to_name(name: &Name) -> Option<rr::Name> {
    let mut name = rr::Name::from_labels(name.labels()).ok()?;
    name.set_fqdn(true);
    Some(name)
}

/// A name from hickory.
pub(crate) fn from_name(name: &rr::Name) -> Option<Name> {
    Name::from_labels(name.iter()).ok()
}

/// A record from hickory, if it is of a type that mail asks for.
pub(crate) fn from_record(data: &RData) -> Option<Record> {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "all other types, present and future, are none of ours"
    )]
    Some(match data {
        RData::A(a) => Record::A(a.0),
        RData::AAAA(a) => Record::Aaaa(a.0),
        RData::MX(mx) => {
            Record::Mx { preference: mx.preference, exchange: from_name(&mx.exchange)? }
        }
        RData::TXT(txt) => Record::Txt(Txt::from_strings(txt.txt_data.iter().map(|s| &**s))),
        RData::PTR(name) => Record::Ptr(from_name(&name.0)?),
        RData::CNAME(name) => Record::Cname(from_name(&name.0)?),
        RData::NS(name) => Record::Ns(from_name(&name.0)?),
        RData::SOA(soa) => Record::Soa(Soa {
            primary: from_name(&soa.mname)?,
            mailbox: from_name(&soa.rname)?,
            serial: soa.serial,
            // The wire has unsigned numbers (RFC 1035 §3.3.13); hickory keeps them signed.
            refresh: soa.refresh.cast_unsigned(),
            retry: soa.retry.cast_unsigned(),
            expire: soa.expire.cast_unsigned(),
            minimum: soa.minimum,
        }),
        RData::TLSA(tlsa) => Record::Tlsa {
            usage: tlsa.cert_usage.into(),
            selector: tlsa.selector.into(),
            matching: tlsa.matching.into(),
            data: tlsa.cert_data.clone().into(),
        },
        _ => return None,
    })
}

/// A record for hickory.
#[cfg(any(feature = "server", test))]
pub(crate) fn to_record(name: &Name, ttl: u32, record: &Record) -> Option<rr::Record> {
    let data = match record {
        Record::A(a) => RData::A(rdata::A(*a)),
        Record::Aaaa(a) => RData::AAAA(rdata::AAAA(*a)),
        Record::Mx { preference, exchange } => {
            RData::MX(rdata::MX::new(*preference, to_name(exchange)?))
        }
        Record::Txt(txt) => {
            // The wire has no TXT without a string (RFC 1035 §3.3.14).
            let mut strings: Vec<&[u8]> = txt.strings().collect();
            if strings.is_empty() {
                strings.push(b"");
            }
            RData::TXT(rdata::TXT::from_bytes(strings))
        }
        Record::Ptr(name) => RData::PTR(rdata::PTR(to_name(name)?)),
        Record::Cname(name) => RData::CNAME(rdata::CNAME(to_name(name)?)),
        Record::Ns(name) => RData::NS(rdata::NS(to_name(name)?)),
        Record::Soa(soa) => RData::SOA(rdata::SOA::new(
            to_name(&soa.primary)?,
            to_name(&soa.mailbox)?,
            soa.serial,
            soa.refresh.cast_signed(),
            soa.retry.cast_signed(),
            soa.expire.cast_signed(),
            soa.minimum,
        )),
        Record::Tlsa { usage, selector, matching, data } => RData::TLSA(rdata::TLSA::new(
            (*usage).into(),
            (*selector).into(),
            (*matching).into(),
            data.to_vec(),
        )),
        _ => return None,
    };
    Some(rr::Record::from_rdata(to_name(name)?, ttl, data))
}

#[cfg(test)]
mod tests {
    use super::*;
    use postrider_resolver::ZoneResolver;

    #[test]
    fn every_record_comes_back_equal() {
        let zone = ZoneResolver::parse(
            r#"
$ORIGIN example.org.
@ SOA ns1 host\.master 4294967295 4294967295 2 3 4294967295
@ NS ns1
@ MX 0 .
@ TXT "a" "" "\255\000"
a\.b\032c\255 A 192.0.2.1
a AAAA 2001:db8::1
b CNAME \@.x
1 PTR _x.y
_25._tcp TLSA 255 1 9 00ff
"#,
        )
        .unwrap();
        for (name, ttl, record) in zone.records() {
            let wire = to_record(name, ttl, record).unwrap();
            assert_eq!(from_record(&wire.data).as_ref(), Some(record));
            assert_eq!(from_name(&wire.name).as_ref(), Some(name));
            assert_eq!((wire.ttl, wire.record_type()), (ttl, record_type(record.kind())));
        }
    }

    #[test]
    fn every_type_has_the_number_of_hickory() {
        for kind in Kind::ALL {
            assert_eq!(record_type(kind).to_string(), kind.as_str());
        }
    }
}
