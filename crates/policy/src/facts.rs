//! Where the values of variables come from.

use crate::name::Name;
use crate::value::{Cause, Value};
use std::collections::BTreeMap;

/// The caller's knowledge at a stage.
///
/// The caller takes [`Policy::reads`](crate::Policy::reads), makes exactly those look-ups under its deadline, and
/// answers from what came back; what is missing then is [`Cause::Deadline`].
pub trait Facts {
    /// The value of a variable. [`Value::Unknown`] is a value.
    fn get(&self, name: &Name) -> Value;
}

/// Facts in a map. A name that is not in it is unknown, with [`Cause::Missing`].
impl Facts for BTreeMap<Name, Value> {
    fn get(&self, name: &Name) -> Value {
        Self::get(self, name).cloned().unwrap_or(Value::Unknown(Cause::Missing))
    }
}

/// Leaf values as an [`Explained`](crate::Explained) or a trace keeps them: enough to decide a rule again.
impl Facts for Vec<(Name, Value)> {
    fn get(&self, name: &Name) -> Value {
        self.iter()
            .find(|(n, _)| n == name)
            .map_or(Value::Unknown(Cause::Missing), |(_, v)| v.clone())
    }
}

impl<F> Facts for F
where
    F: Fn(&Name) -> Value,
{
    fn get(&self, name: &Name) -> Value {
        self(name)
    }
}
