use super::*;
use crate::ast::Expression;

fn printed(text: &str) -> String {
    Expression::parse(text).unwrap().to_string()
}

fn error(text: &str) -> SyntaxError {
    Expression::parse(text).unwrap_err().error
}

#[test]
fn not_binds_looser_than_comparison() {
    assert_eq!(Expression::parse("not a == b"), Expression::parse("not (a == b)"));
    assert_ne!(Expression::parse("not a and b"), Expression::parse("not (a and b)"));
}

#[test]
fn and_binds_tighter_than_or() {
    assert_eq!(Expression::parse("a or b and c"), Expression::parse("a or (b and c)"));
    assert_eq!(printed("(a or b) and c"), "(a or b) and c");
    assert_eq!(printed("(a and b) and c"), "(a and b) and c");
}

#[test]
fn comparisons_do_not_chain() {
    assert_eq!(error("a < b < c"), SyntaxError::Chain);
    assert_eq!(error("a == b in c"), SyntaxError::Chain);
    assert_eq!(printed("(a == b) == c"), "(a == b) == c");
}

#[test]
fn lists_may_end_in_a_comma_and_hold_literals_only() {
    assert_eq!(printed("a in [ \"x\" , \"y\", ]"), "a in [\"x\", \"y\"]");
    assert_eq!(printed("a in []"), "a in []");
    assert_eq!(error("a in [b]"), SyntaxError::ListItem);
    assert!(matches!(error("a in [,]"), SyntaxError::Expected { .. }));
}

#[test]
fn words_of_the_language_are_no_names() {
    assert_eq!(error("and"), SyntaxError::Reserved { word: "and" });
    assert_eq!(error("a == not b"), SyntaxError::Reserved { word: "not" });
    assert!(matches!(error(""), SyntaxError::Expected { .. }));
    assert!(matches!(error("a b"), SyntaxError::Expected { .. }));
    assert!(matches!(error("pass()"), SyntaxError::Expected { .. }));
}

#[test]
fn errors_point_at_their_place() {
    let e = Expression::parse("a == \"x\" oder b").unwrap_err();
    assert_eq!(e.span, Span::new(9, 13));
}

#[test]
fn nesting_is_limited_at_64() {
    let brackets = |n: usize| format!("{}a{}", "(".repeat(n), ")".repeat(n));
    let nots = |n: usize| format!("{}a", "not ".repeat(n));
    for deep in [brackets, nots] {
        assert!(Expression::parse(&deep(63)).is_ok());
        assert!(Expression::parse(&deep(64)).is_ok());
        assert_eq!(error(&deep(65)), SyntaxError::Nesting { max: 64 });
    }
}

#[test]
fn nodes_are_limited_at_512() {
    // n names and the `or` that joins them.
    let chain = |n: usize| vec!["a"; n].join(" or ");
    assert!(Expression::parse(&chain(510)).is_ok());
    assert!(Expression::parse(&chain(511)).is_ok());
    assert_eq!(error(&chain(512)), SyntaxError::Nodes { max: 512 });
}
