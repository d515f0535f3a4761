//! Laws of the language, over generated well-typed rules.
#![cfg(test)]

use postrider_core::DomainName;
use postrider_policy::{
    Cause, Explained, Expression, Facts, Item, Name, Policy, RuleSource, Schema, Stage, Step, Tri,
    Type, Value, Variable, Verdict, Visible,
};
use proptest::prelude::*;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// A rule to be: each atom has variables of its own, so that it can be made unknown alone.
#[derive(Clone, Debug)]
enum Tree {
    Atom(Atom),
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
}

#[derive(Clone, Copy, Debug)]
struct Atom {
    kind: usize,
    /// What it comes to; `None` is unknown.
    truth: Option<bool>,
}

const KINDS: usize = 8;

fn atom() -> impl Strategy<Value = Tree> {
    let truth = prop_oneof![Just(Some(true)), Just(Some(false)), Just(None)];
    (0..KINDS, truth).prop_map(|(kind, truth)| Tree::Atom(Atom { kind, truth }))
}

fn tree() -> impl Strategy<Value = Tree> {
    atom().prop_recursive(5, 40, 4, |inner| {
        let sides = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            inner.prop_map(|t| Tree::Not(Box::new(t))),
            sides.clone().prop_map(Tree::And),
            sides.prop_map(Tree::Or),
        ]
    })
}

impl Tree {
    /// The text, with every atom's number and place in `atoms`.
    fn write(&self, atoms: &mut Vec<Atom>) -> String {
        let mut joined = |sides: &[Self], word: &str| {
            let texts: Vec<String> = sides.iter().map(|s| s.write(atoms)).collect();
            format!("({})", texts.join(word))
        };
        match self {
            Self::And(sides) => joined(sides, " and "),
            Self::Or(sides) => joined(sides, " or "),
            Self::Not(inner) => format!("not {}", inner.write(atoms)),
            Self::Atom(atom) => {
                atoms.push(*atom);
                atom.text(atoms.len() - 1)
            }
        }
    }

    /// Kleene's logic, written down once more. 0 is false, 1 unknown, 2 true.
    fn truth(&self) -> u8 {
        match self {
            Self::Atom(atom) => atom.truth.map_or(1, |t| if t { 2 } else { 0 }),
            Self::Not(inner) => 2 - inner.truth(),
            Self::And(sides) => sides.iter().map(Self::truth).min().unwrap(),
            Self::Or(sides) => sides.iter().map(Self::truth).max().unwrap(),
        }
    }
}

impl Atom {
    fn text(self, n: usize) -> String {
        match self.kind {
            0 => format!("bool{n}"),
            1 => format!("int{n} > 4h"),
            2 => format!("result{n} == pass"),
            3 => format!("domain{n} in [\"a.example\", \"b.example\"]"),
            4 => format!("empty(text{n})"),
            5 => format!("address{n} in 10.0.0.0/8"),
            6 => format!("starts_with(text{n}, \"A\")"),
            _ => format!("(bool{n} and not other{n}) == true"),
        }
    }

    /// The values that make it true, false or unknown.
    fn facts(self, n: usize) -> Vec<(String, Value)> {
        let truth = self.truth;
        let pick = |yes: Value, no: Value| match truth {
            Some(true) => yes,
            Some(false) => no,
            None => Value::Unknown(Cause::Deadline),
        };
        let domain = |text| Value::from(DomainName::parse(text).unwrap());
        let address = |text: &str| Value::from(text.parse::<std::net::IpAddr>().unwrap());
        let value = match self.kind {
            1 => pick(Value::Int(14_401), Value::Int(14_400)),
            2 => pick(Value::Result(Verdict::Pass), Value::Result(Verdict::Permerror)),
            3 => pick(domain("b.example"), Value::no_domain()),
            4 => pick(Value::text(""), Value::text("x")),
            5 => pick(address("::ffff:10.1.2.3"), address("2001:db8::1")),
            6 => pick(Value::text("abc"), Value::text("bac")),
            _ => pick(Value::Bool(true), Value::Bool(false)),
        };
        let name = self.text(n);
        let name: String = match self.kind {
            4 | 6 => format!("text{n}"),
            7 => format!("bool{n}"),
            _ => name.split(' ').next().unwrap().to_owned(),
        };
        vec![(name, value), (format!("other{n}"), Value::Bool(false))]
    }
}

fn schema(atoms: usize) -> Schema {
    let mut schema = Schema::empty();
    for n in 0..atoms {
        for (name, ty) in [
            ("bool", Type::Bool),
            ("other", Type::Bool),
            ("int", Type::Int),
            ("result", Type::Result),
            ("domain", Type::Domain),
            ("text", Type::Text),
            ("address", Type::Address),
        ] {
            let variable = Variable::new(ty, Visible::From(Stage::Connect), "test");
            schema.declare(&format!("{name}{n}"), variable).unwrap();
        }
    }
    schema
}

/// Facts that note what they are asked for.
struct Noted {
    facts: BTreeMap<Name, Value>,
    asked: RefCell<BTreeSet<Name>>,
}

impl Facts for Noted {
    fn get(&self, name: &Name) -> Value {
        self.asked.borrow_mut().insert(name.clone());
        Facts::get(&self.facts, name)
    }
}

fn facts(atoms: &[Atom]) -> BTreeMap<Name, Value> {
    let all = atoms.iter().enumerate().flat_map(|(n, atom)| atom.facts(n));
    all.map(|(name, value)| (Name::new(&name).unwrap(), value)).collect()
}

struct Case {
    policy: Policy,
    text: String,
    facts: BTreeMap<Name, Value>,
}

impl Case {
    fn new(tree: &Tree) -> Self {
        let mut atoms = Vec::new();
        let text = tree.write(&mut atoms);
        let rule = RuleSource::new("r", "data", &text).then("tag", "x");
        let policy = match Policy::load(&[rule], &schema(atoms.len())) {
            Ok((policy, _)) => policy,
            Err(errors) => panic!("{}", errors[0]),
        };
        Self { policy, text, facts: facts(&atoms) }
    }

    fn ask(&self, facts: &dyn Facts) -> Explained {
        self.policy.decide(Stage::Data, facts).rules.remove(0)
    }

    /// The result when only the variables of `kept` are known.
    fn result_with(&self, kept: &BTreeSet<&Name>) -> Tri {
        let known = |name: &Name| match kept.contains(name) {
            true => Facts::get(&self.facts, name),
            false => Value::Unknown(Cause::Missing),
        };
        self.ask(&known).result.unwrap()
    }
}

fn steps(step: &Step) -> usize {
    1 + step.children.iter().map(steps).sum::<usize>()
}

proptest! {
    #[test]
    fn result_is_that_of_kleenes_logic(tree in tree()) {
        let case = Case::new(&tree);
        let result = case.ask(&case.facts).result.unwrap();
        let want = match tree.truth() {
            0 => Tri::False,
            2 => Tri::True,
            _ => Tri::Unknown(Cause::Deadline),
        };
        prop_assert_eq!(result, want);
    }

    #[test]
    fn because_is_enough_and_minimal(tree in tree()) {
        let case = Case::new(&tree);
        let explained = case.ask(&case.facts);
        let result = explained.result.clone().unwrap();
        let names: Vec<BTreeSet<&Name>> = explained
            .because
            .iter()
            .map(|reason| reason.leaves.iter().map(|(name, _)| name).collect())
            .collect();
        prop_assert!(!names.is_empty());
        if !result.is_definite() {
            prop_assert!(explained.because.iter().all(|r| !r.result.is_definite()));
            return Ok(());
        }
        let all: BTreeSet<&Name> = names.iter().flatten().copied().collect();
        prop_assert_eq!(case.result_with(&all), result, "everything else unknown");
        for one in &names {
            let fewer: BTreeSet<&Name> = all.difference(one).copied().collect();
            prop_assert!(!case.result_with(&fewer).is_definite(), "without {:?}", one);
        }
    }

    #[test]
    fn reads_are_what_is_asked_for(tree in tree()) {
        let case = Case::new(&tree);
        let noted = Noted { facts: case.facts.clone(), asked: RefCell::default() };
        let explained = case.ask(&noted);
        prop_assert_eq!(&*noted.asked.borrow(), case.policy.reads(Stage::Data));
        let leaves: BTreeSet<Name> = explained.leaves.iter().map(|(n, _)| n.clone()).collect();
        prop_assert_eq!(&leaves, case.policy.reads(Stage::Data));
    }

    #[test]
    fn leaves_decide_again(tree in tree()) {
        let case = Case::new(&tree);
        let explained = case.ask(&case.facts);
        let leaves: BTreeMap<Name, Value> = explained.leaves.iter().cloned().collect();
        prop_assert_eq!(case.ask(&leaves), explained);
    }

    #[test]
    fn work_is_at_most_the_number_of_parts(tree in tree()) {
        let case = Case::new(&tree);
        let explained = case.ask(&case.facts);
        let words = case.text.split([' ', '(', ')']).filter(|w| !w.is_empty()).count();
        prop_assert!(steps(&explained.tree.clone().unwrap()) <= words);
        prop_assert!(explained.to_string().contains("=> "));
    }

    #[test]
    fn printing_and_parsing_are_inverse(tree in tree()) {
        let text = tree.write(&mut Vec::new());
        let parsed = Expression::parse(&text).unwrap();
        let printed = parsed.to_string();
        let again = Expression::parse(&printed).unwrap();
        prop_assert_eq!(&again, &parsed);
        prop_assert_eq!(again.to_string(), printed);
    }

    #[test]
    fn sentences_of_any_words_print_and_parse(words in prop::collection::vec(word(), 1..14)) {
        if let Ok(parsed) = Expression::parse(&words.join(" ")) {
            let printed = parsed.to_string();
            prop_assert_eq!(Expression::parse(&printed), Ok(parsed));
        }
    }

    #[test]
    fn loading_any_text_never_panics(text in ".{0,60}", reply in ".{0,30}") {
        let schema = Schema::mail();
        let rules = [
            RuleSource::new("a", "data", &text).then("reject", reply.as_str()),
            RuleSource::new("b", "data", "size > 1").then("hold", text.as_str()),
        ];
        match Policy::load(&rules, &schema) {
            Ok((policy, _)) => {
                let _ = policy.decide(Stage::Data, &|_: &Name| Value::Unknown(Cause::Missing));
            }
            Err(errors) => {
                for error in errors {
                    prop_assert!(error.to_string().contains("rule `"));
                }
            }
        }
    }
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "and",
            "or",
            "not",
            "in",
            "(",
            ")",
            "[",
            "]",
            ",",
            "==",
            "!=",
            "<",
            "<=",
            ">",
            ">=",
            "true",
            "pass",
            "temperror",
            "5",
            "4h",
            "192.0.2.1",
            "::1",
            "10.0.0.0/8",
            "len",
            "a",
            "b.c-d",
        ])
        .prop_map(str::to_owned),
        "\"([a-z \\n]|\\\\\"|\\\\\\\\){0,4}\"",
    ]
}

#[test]
fn lists_of_every_kind_can_be_declared() {
    let mut schema = Schema::mail();
    for (name, item) in
        [("t", Item::Text), ("d", Item::Domain), ("e", Item::Email), ("n", Item::Network)]
    {
        schema.declare_list(name, item).unwrap();
    }
    let when =
        "subject in list.t and from.domain in list.d and from in list.e and client.ip in list.n";
    let rule = RuleSource::new("r", "data", when).then("tag", "x");
    assert!(Policy::load(&[rule], &schema).is_ok());
}
