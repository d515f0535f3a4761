//! Values as JSON: text, numbers, truth values and arrays as themselves, unknown as `{"unknown": cause}`.

use super::{Datum, Fields};
use postrider_core::SafeText;
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

impl Serialize for Datum {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(b) => s.serialize_bool(*b),
            Self::Int(i) => s.serialize_i64(*i),
            Self::Text(text) => s.serialize_str(text.as_str()),
            Self::List(items) => s.collect_seq(items),
            Self::Unknown(cause) => s.collect_map([("unknown", cause)]),
        }
    }
}

impl<'de> Deserialize<'de> for Datum {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(DatumVisitor)
    }
}

struct DatumVisitor;

impl<'de> Visitor<'de> for DatumVisitor {
    type Value = Datum;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a truth value, number, text, list, or {\"unknown\": cause}")
    }

    fn visit_bool<E: de::Error>(self, b: bool) -> Result<Datum, E> {
        Ok(Datum::Bool(b))
    }

    fn visit_i64<E: de::Error>(self, i: i64) -> Result<Datum, E> {
        Ok(Datum::Int(i))
    }

    fn visit_u64<E: de::Error>(self, i: u64) -> Result<Datum, E> {
        i64::try_from(i).map(Datum::Int).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, s: &str) -> Result<Datum, E> {
        SafeText::new(s).map(Datum::Text).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Datum, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Datum::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Datum, A::Error> {
        match map.next_entry::<String, SafeText>()? {
            Some((key, cause)) if key == "unknown" => Ok(Datum::Unknown(cause)),
            _ => Err(de::Error::invalid_type(de::Unexpected::Map, &self)),
        }
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;

        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Fields::new();
                while let Some((name, value)) = map.next_entry::<String, Datum>()? {
                    fields.set(&name, value);
                }
                Ok(fields)
            }
        }
        d.deserialize_map(FieldsVisitor)
    }
}
