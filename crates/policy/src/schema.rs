//! Which variables there are, of what type, and from which stage on.

mod mail;

use crate::name::{CheckName, Name, NameError};
use crate::stage::{Stage, Visible};
use crate::value::{Item, Type, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// One variable that rules may read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Variable {
    /// Its type.
    pub ty: Type,
    /// Where it can be seen.
    pub visible: Visible,
    /// One line for people.
    pub doc: String,
    /// The check that finds its value, for a decision's chain.
    pub check: Option<CheckName>,
}

/// All that the names in rules may stand for: variables, and routes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    variables: BTreeMap<Name, Variable>,
    /// By what stands in front of the dot, such as `header`.
    families: BTreeMap<String, Variable>,
    routes: BTreeSet<String>,
}

/// Why a schema cannot have a variable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// The name is a word of the language.
    #[error("`{name}` is a word of the rule language")]
    Reserved {
        /// The word.
        name: String,
    },
    /// There is such a variable already.
    #[error("`{name}` is declared twice")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// It is no name.
    #[error("`{name}`: {source}")]
    Name {
        /// What was given.
        name: String,
        /// What is wrong with it.
        source: NameError,
    },
}

/// Words of the language besides the result words.
pub(crate) const KEYWORDS: [&str; 6] = ["true", "false", "and", "or", "not", "in"];

/// Whether `word` may not be a variable.
pub(crate) fn is_reserved(word: &str) -> bool {
    KEYWORDS.contains(&word) || Verdict::from_word(word).is_some()
}

impl Variable {
    /// A variable whose value belongs to no check.
    #[must_use]
    pub fn new(ty: Type, visible: Visible, doc: &str) -> Self {
        Self { ty, visible, doc: doc.to_owned(), check: None }
    }

    /// With the check that finds its value.
    #[must_use]
    pub fn by(mut self, check: CheckName) -> Self {
        self.check = Some(check);
        self
    }
}

impl Schema {
    /// A schema without any variable.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The variables of a mail server: those of connection, session, message and delivery.
    #[must_use]
    pub fn mail() -> Self {
        mail::schema()
    }

    /// Adds a variable.
    ///
    /// # Errors
    /// [`SchemaError`] when the name is reserved, malformed, or declared already.
    pub fn declare(&mut self, name: &str, variable: Variable) -> Result<(), SchemaError> {
        let owned = || name.to_owned();
        if is_reserved(name) {
            return Err(SchemaError::Reserved { name: owned() });
        }
        let key = Name::new(name).map_err(|source| SchemaError::Name { name: owned(), source })?;
        if self.variables.contains_key(&key) {
            return Err(SchemaError::Duplicate { name: owned() });
        }
        self.variables.insert(key, variable);
        Ok(())
    }

    /// Adds every variable of the form `family.NAME`; the part behind the dot ignores ASCII case.
    ///
    /// # Errors
    /// [`SchemaError`] as [`declare`](Self::declare).
    pub fn declare_family(&mut self, family: &str, variable: Variable) -> Result<(), SchemaError> {
        Name::new(family)
            .map_err(|source| SchemaError::Name { name: family.to_owned(), source })?;
        match self.families.insert(family.to_owned(), variable) {
            None => Ok(()),
            Some(_) => Err(SchemaError::Duplicate { name: family.to_owned() }),
        }
    }

    /// Adds `dnsbl.NAME`, a look-up that says whether the client is listed.
    ///
    /// # Errors
    /// [`SchemaError`]
    pub fn declare_dnsbl(&mut self, name: &str, doc: &str) -> Result<(), SchemaError> {
        let full = format!("dnsbl.{name}");
        let variable = Variable::new(Type::Bool, Visible::From(Stage::Connect), doc);
        let variable = match CheckName::new(&full) {
            Ok(check) => variable.by(check),
            Err(_) => variable,
        };
        self.declare(&full, variable)
    }

    /// Adds `list.NAME`, a list from a file.
    ///
    /// # Errors
    /// [`SchemaError`]
    pub fn declare_list(&mut self, name: &str, item: Item) -> Result<(), SchemaError> {
        let variable = Variable::new(
            Type::List(item),
            Visible::FromAndRoute(Stage::Connect),
            "a list of the configuration",
        );
        self.declare(&format!("list.{name}"), variable)
    }

    /// Adds a route that `route = "name"` may choose.
    pub fn declare_route(&mut self, name: &str) {
        self.routes.insert(name.to_owned());
    }

    /// The variable of this name, and the form of the name by which facts know it.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<(Name, &Variable)> {
        if let Some((key, variable)) = self.variables.get_key_value(name) {
            return Some((key.clone(), variable));
        }
        let (family, _) = name.split_once('.')?;
        let variable = self.families.get(family)?;
        let rest = name.strip_prefix(family)?.to_ascii_lowercase();
        let key = Name::new(&format!("{family}{rest}")).ok()?;
        (rest.len() > 1).then_some((key, variable))
    }

    /// Every variable by name; families are left out.
    pub fn variables(&self) -> impl Iterator<Item = (&Name, &Variable)> {
        self.variables.iter()
    }

    /// Every family by the part in front of the dot.
    pub fn families(&self) -> impl Iterator<Item = (&str, &Variable)> {
        self.families.iter().map(|(name, v)| (name.as_str(), v))
    }

    /// Whether there is a route of this name.
    #[must_use]
    pub fn has_route(&self, name: &str) -> bool {
        self.routes.contains(name)
    }

    /// The names of all routes.
    pub fn routes(&self) -> impl Iterator<Item = &str> {
        self.routes.iter().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_are_no_variables() {
        let mut schema = Schema::empty();
        for word in ["pass", "temperror", "true", "and", "in"] {
            let variable = Variable::new(Type::Bool, Visible::From(Stage::Connect), "");
            let refused = schema.declare(word, variable);
            assert!(matches!(refused, Err(SchemaError::Reserved { .. })), "{word}");
        }
    }

    #[test]
    fn every_variable_of_mail_is_documented() {
        for (name, variable) in Schema::mail().variables() {
            assert!(!variable.doc.is_empty(), "{name}");
        }
    }

    #[test]
    fn header_names_ignore_case() {
        let schema = Schema::mail();
        let (name, _) = schema.find("header.List-Id").unwrap();
        assert_eq!(name.as_str(), "header.list-id");
        assert!(schema.find("header.").is_none());
        assert!(schema.find("header").is_none());
    }

    #[test]
    fn recipient_is_not_visible_at_data() {
        let schema = Schema::mail();
        let (_, rcpt) = schema.find("rcpt.domain").unwrap();
        assert!(rcpt.visible.at(Stage::Rcpt));
        assert!(!rcpt.visible.at(Stage::Data));
        assert!(rcpt.visible.at(Stage::Route));
    }
}
