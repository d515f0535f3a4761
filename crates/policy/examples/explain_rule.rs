//! Asks one rule and shows why it comes to what it comes to.
//!
//! ```text
//! cargo run -p postrider-policy --example explain_rule -- data 'dmarc == fail and size > 1MiB' dmarc=fail size=10
//! ```

use postrider_policy::{Cause, Name, Policy, RuleSource, Schema, Stage, Type, Value};
use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(stage), Some(when)) = (arguments.next(), arguments.next()) else {
        return Err("usage: explain_rule STAGE CONDITION [NAME=VALUE]…".into());
    };
    let stage: Stage = stage.parse()?;
    let schema = Schema::mail();
    let facts: BTreeMap<Name, Value> =
        arguments.map(|argument| fact(&schema, &argument)).collect::<Result<_, _>>()?;

    let rule = RuleSource::new("asked", stage.as_str(), &when).then("tag", "matched");
    let (policy, warnings) = match Policy::load(&[rule], &schema) {
        Ok(loaded) => loaded,
        Err(errors) => {
            let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
            return Err(all.join("\n").into());
        }
    };
    let mut out = std::io::stdout();
    for warning in warnings {
        writeln!(out, "{warning}")?;
    }
    for explained in policy.decide(stage, &facts).rules {
        writeln!(out, "{explained}")?;
    }
    Ok(())
}

/// `name=value`; a list as `name=a,b,c`, an unknown value as `name=?cause`.
fn fact(schema: &Schema, argument: &str) -> Result<(Name, Value), Box<dyn Error>> {
    let (name, text) = argument.split_once('=').ok_or("a fact is NAME=VALUE")?;
    let (name, variable) = schema.find(name).ok_or_else(|| format!("no variable {name}"))?;
    let value = match (text.strip_prefix('?'), variable.ty) {
        (Some(cause), _) => Value::Unknown(Cause::lookup(cause)),
        (None, Type::List(item)) => Value::read_list(item, text.split(','))?,
        (None, ty) => Value::read(ty, text)?,
    };
    Ok((name, value))
}
