//! What is wrong with a rule, where, and what was probably meant.

mod show;

use crate::name::NameError;
use crate::reply::ReplyError;
use crate::source::SourceRef;
use crate::stage::Stage;
use crate::value::Type;
use postrider_core::ParseNetworkError;
use postrider_core::Span;

/// A rule that cannot be loaded. All errors of all rules are reported together.
///
/// `Display` is the message with a caret line; see [`Problem`] for the message alone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadError {
    /// The rule's id, as written.
    pub id: String,
    /// Where the rule stands.
    pub at: SourceRef,
    /// What is wrong.
    pub problem: Problem,
    /// The text that [`span`](Self::span) points into: the condition, or an action's text.
    pub text: String,
    /// The octets that are wrong.
    pub span: Option<Span>,
    /// A name within edit distance 3 that was probably meant.
    pub suggestion: Option<String>,
}

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The condition is no sentence of the language.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// There is no such variable.
    #[error("no variable `{name}` at stage {stage}")]
    NoVariable {
        /// The name.
        name: String,
        /// The rule's stage.
        stage: Stage,
    },
    /// The variable has its value later.
    #[error("`{name}` is known from stage {first} on; this rule runs at stage {stage}")]
    TooEarly {
        /// The name.
        name: String,
        /// Where it is known first.
        first: Stage,
        /// The rule's stage.
        stage: Stage,
    },
    /// The variable belongs to another stage only.
    #[error("`{name}` belongs to stage {first}; it is not visible at stage {stage}")]
    NotVisible {
        /// The name.
        name: String,
        /// Where it is visible.
        first: Stage,
        /// The rule's stage.
        stage: Stage,
    },
    /// The sides of a comparison do not fit.
    #[error("cannot compare {left} with {right}{advice}")]
    Compare {
        /// Type of the left side.
        left: Type,
        /// Type of the right side.
        right: Type,
        /// What to write instead, beginning with `; `, or nothing.
        advice: String,
    },
    /// The operator does not exist for this type.
    #[error("`{op}` does not work on {ty}")]
    Operator {
        /// The operator.
        op: &'static str,
        /// Type of the left side.
        ty: Type,
    },
    /// Something else was needed here.
    #[error("{expected} was expected, this is {found}")]
    Expected {
        /// What was needed.
        expected: &'static str,
        /// Type of what stands there.
        found: Type,
    },
    /// A quoted literal is not of the type that the other side asks for.
    #[error("{text:?} is no {ty}: {why}")]
    Literal {
        /// The literal.
        text: String,
        /// The type it should have.
        ty: Type,
        /// What is wrong with it.
        why: String,
    },
    /// A list of more than one type.
    #[error("a list of {first} cannot hold {other}")]
    MixedList {
        /// Type of the first element.
        first: Type,
        /// Type of another.
        other: Type,
    },
    /// No lists of this type.
    #[error("there are no lists of {ty}")]
    NoList {
        /// The type.
        ty: Type,
    },
    /// There is no such function.
    #[error("no function `{name}`")]
    NoFunction {
        /// The name.
        name: String,
    },
    /// The function takes another number of values.
    #[error("`{function}` takes {takes} values, {given} are given")]
    Arguments {
        /// The function.
        function: &'static str,
        /// How many it takes.
        takes: usize,
        /// How many there are.
        given: usize,
    },
    /// The rule is not a truth value.
    #[error("a rule is true or false, this is {found}")]
    NotBool {
        /// Its type.
        found: Type,
    },
    /// The id is malformed.
    #[error("the id is wrong: {0}")]
    Id(NameError),
    /// Two rules have one id.
    #[error("another rule has this id")]
    DuplicateId,
    /// A word that is none of those allowed.
    #[error("`{word}` is no {what}; allowed: {allowed}")]
    Word {
        /// The word.
        word: String,
        /// What it should be.
        what: &'static str,
        /// The words that are.
        allowed: &'static str,
    },
    /// No action, or more than one.
    #[error("a rule has exactly one action, this has {given}")]
    Actions {
        /// How many.
        given: usize,
    },
    /// The action's right side is of another form.
    #[error("`{action}` takes {takes}")]
    ActionValue {
        /// The action.
        action: &'static str,
        /// What it takes.
        takes: &'static str,
    },
    /// The action does not exist at this stage.
    #[error("`{action}` does not work at stage {stage}")]
    ActionStage {
        /// The action.
        action: &'static str,
        /// The rule's stage.
        stage: Stage,
    },
    /// A reply that cannot be sent.
    #[error(transparent)]
    Reply(#[from] ReplyError),
    /// A brace that does not enclose a name.
    #[error("a brace in a text encloses the name of a variable")]
    Brace,
    /// A header field that a rule may not add.
    #[error("`{name}` is no field that a rule may add")]
    Field {
        /// Its name.
        name: String,
    },
    /// There is no such route.
    #[error("no route `{name}`")]
    NoRoute {
        /// Its name.
        name: String,
    },
}

/// Why text is no expression. The place is that of the [`LoadError`], or of [`ParseError`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SyntaxError {
    /// A character that begins nothing.
    #[error("unexpected character {found:?}")]
    Character {
        /// The character.
        found: char,
    },
    /// Something else must stand here.
    #[error("{expected} was expected")]
    Expected {
        /// What may stand here.
        expected: &'static str,
    },
    /// A text without its final quote.
    #[error("the text does not end")]
    Unclosed,
    /// A backslash before anything but `"` and `\`.
    #[error("a backslash stands before \" or \\ only")]
    Escape,
    /// Digits and letters that are no number.
    #[error("not a number; units are s, m, h, d, KiB, MiB")]
    Number,
    /// More than an Int can hold.
    #[error("the number is too big")]
    BigNumber,
    /// Not an address or network.
    #[error(transparent)]
    Network(#[from] ParseNetworkError),
    /// `a < b < c`
    #[error("comparisons cannot be chained; use `and`")]
    Chain,
    /// A word of the language where a name or value belongs.
    #[error("`{word}` is a word of the rule language")]
    Reserved {
        /// The word.
        word: &'static str,
    },
    /// A list element that is no literal.
    #[error("a list holds literals only")]
    ListItem,
    /// More than 512 nodes.
    #[error("the rule has more than {max} parts")]
    Nodes {
        /// The most that are allowed.
        max: usize,
    },
    /// Nested more than 64 deep.
    #[error("the rule is nested more than {max} deep")]
    Nesting {
        /// The most that is allowed.
        max: usize,
    },
    /// More octets than a rule may have.
    #[error("the rule has more than {max} octets")]
    Long {
        /// The most that is allowed.
        max: usize,
    },
}

/// A [`SyntaxError`] and its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at octets {span}: {error}")]
pub struct ParseError {
    /// The octets that are wrong.
    pub span: Span,
    /// What is wrong.
    #[source]
    pub error: SyntaxError,
}

/// A rule that works but probably does not do what was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// The rule's id.
    pub id: String,
    /// Where it stands.
    pub at: SourceRef,
    /// What is odd.
    pub kind: WarningKind,
}

/// What is odd about a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WarningKind {
    /// It reads no variable.
    #[error("the condition is always the same")]
    Constant,
    /// An earlier rule of the stage always ends it.
    #[error("an earlier rule always ends this stage")]
    Unreachable,
    /// It makes mail vanish.
    #[error("discard answers 250 and delivers nothing")]
    Discard,
}
