//! Explanations for machines, behind the feature `serde`.

use crate::effect::Effect;
use crate::name::{CheckName, Name, RuleId};
use crate::outcome::{By, Decision, Explained, Reason};
use crate::reply::ReplyText;
use crate::source::SourceRef;
use crate::stage::Stage;
use crate::value::{Tri, Value, Verdict};
use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

macro_rules! as_text {
    ($($name:ty),+) => {
        $(impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        })+
    };
}

as_text!(Name, RuleId, CheckName, ReplyText, By, SourceRef, Stage, Verdict);

impl Serialize for Tri {
    /// `true`, `false`, or `{"unknown": cause}`.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        Value::from(self.clone()).serialize(s)
    }
}

/// Names and values as one object, in order.
struct Leaves<'a>(&'a [(Name, Value)]);

impl Serialize for Leaves<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Serialize for Reason {
    /// `[text, result, {name: value}]`, as a trace has it.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        (&self.text, &self.result, Leaves(&self.leaves)).serialize(s)
    }
}

impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut out = s.serialize_struct("Decision", 4)?;
        out.serialize_field("effect", self.effect().code())?;
        out.serialize_field("reply", &self.reply())?;
        out.serialize_field("by", self.by())?;
        out.serialize_field("chain", self.chain())?;
        out.end()
    }
}

impl Serialize for Explained {
    /// Without the tree, which the leaves and the condition give again.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut out = s.serialize_struct("Explained", 8)?;
        out.serialize_field("check", &self.check())?;
        out.serialize_field("at", &self.at)?;
        out.serialize_field("when", &*self.when)?;
        out.serialize_field("result", &self.result)?;
        out.serialize_field("because", &self.because)?;
        out.serialize_field("leaves", &Leaves(&self.leaves))?;
        out.serialize_field("effect", self.effect.code())?;
        out.serialize_field("would", &self.would.as_ref().map(Effect::code))?;
        out.end()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Cause, Name, Policy, RuleSource, Schema, Stage, Value, Verdict};

    #[test]
    fn explanation_is_an_object_in_the_words_of_a_trace() {
        let when = "spf == fail or dmarc == fail";
        let rule = RuleSource::new("r", "data", when).then("reject", "550 5.7.1 no");
        let (policy, _) = Policy::load(&[rule], &Schema::mail()).unwrap();
        let facts = |name: &Name| match name.as_str() {
            "spf" => Value::Unknown(Cause::Deadline),
            _ => Value::Result(Verdict::Fail),
        };
        let outcome = policy.decide(Stage::Data, &facts);
        assert_eq!(
            serde_json::to_string(&outcome.rules[0]).unwrap(),
            r#"{"check":"rule:r","at":":0","when":"spf == fail or dmarc == fail","result":true,"because":[["dmarc == fail",true,{"dmarc":"fail"}]],"leaves":{"spf":{"unknown":"deadline"},"dmarc":"fail"},"effect":"reject","would":null}"#
        );
        assert_eq!(
            serde_json::to_string(&outcome.decision).unwrap(),
            r#"{"effect":"reject","reply":"550 5.7.1 no","by":"rule:r","chain":["dmarc"]}"#
        );
    }
}
