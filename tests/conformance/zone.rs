//! The closed world of a vector: its `dns` list as a [`ZoneResolver`].
//!
//! ```text
//! {"name", "type", "data"}                 a record; TXT data is a list of character-strings, MX has "pref"
//! {"name", "fault": "timeout" | "servfail"}  for the whole name, or only "types", or all but "except_types"
//! {"name", "exists": true}                 a name without records
//! ```

use postrider_resolver::zone::FaultKinds;
use postrider_resolver::{Kind, LookupError, Name, Record, Txt, ZoneResolver};
use serde_json::Value;

const TTL: u32 = 300;

/// The zone of a vector that has a `dns` list.
pub fn of(case: &Value) -> ZoneResolver {
    parse(case["dns"].as_array().expect("a dns list"))
}

/// The zone of a `dns` list. Names that DNS cannot hold are left out: nobody can ask for them.
pub fn parse(entries: &[Value]) -> ZoneResolver {
    let mut zone = ZoneResolver::new();
    for entry in entries {
        let Ok(name) = Name::from_dotted(text(entry, "name").as_bytes()) else {
            continue;
        };
        if let Some(fault) = entry["fault"].as_str() {
            zone.fail(name, kinds(entry), error(fault));
        } else if entry["exists"] == true {
            zone.insert_node(name);
        } else {
            // A name with only records of types that we never ask for exists all the same.
            zone.insert_node(name.clone());
            if let Some(record) = record(entry) {
                zone.insert(name, TTL, record);
            }
        }
    }
    zone
}

fn record(entry: &Value) -> Option<Record> {
    let name = |field| Name::from_dotted(text(entry, field).as_bytes()).expect("a name as data");
    let address = || text(entry, "data");
    Some(match text(entry, "type") {
        "A" => Record::A(address().parse().expect("an IPv4 address")),
        "AAAA" => Record::Aaaa(address().parse().expect("an IPv6 address")),
        "TXT" => Record::Txt(txt(&entry["data"])),
        "PTR" => Record::Ptr(name("data")),
        "CNAME" => Record::Cname(name("data")),
        "NS" => Record::Ns(name("data")),
        "MX" => Record::Mx {
            preference: entry["pref"].as_u64().expect("pref") as u16,
            exchange: name("data"),
        },
        "SPF" => return None,
        other => panic!("record type {other}"),
    })
}

fn txt(data: &Value) -> Txt {
    let strings = data.as_array().expect("a list of character-strings");
    Txt::from_strings(strings.iter().map(|s| s.as_str().expect("a character-string").as_bytes()))
}

fn kinds(entry: &Value) -> FaultKinds {
    let list = |field: &str| -> Option<Vec<Kind>> {
        let types = entry[field].as_array()?;
        Some(types.iter().filter_map(|t| kind(t.as_str()?)).collect())
    };
    match (list("types"), list("except_types")) {
        (Some(types), _) => FaultKinds::Only(types),
        (None, Some(types)) => FaultKinds::AllBut(types),
        (None, None) => FaultKinds::All,
    }
}

fn kind(name: &str) -> Option<Kind> {
    let kinds = [Kind::A, Kind::Aaaa, Kind::Mx, Kind::Txt, Kind::Ptr, Kind::Cname, Kind::Ns];
    kinds.into_iter().find(|k| k.as_str() == name)
}

fn error(fault: &str) -> LookupError {
    match fault {
        "timeout" => LookupError::Timeout,
        "servfail" => LookupError::ServFail { bogus: false },
        other => panic!("fault {other}"),
    }
}

fn text<'a>(entry: &'a Value, field: &str) -> &'a str {
    entry[field].as_str().unwrap_or_else(|| panic!("no {field} in {entry}"))
}
