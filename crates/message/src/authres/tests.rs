use super::*;
use crate::header::HeaderBlock;
use proptest::prelude::*;

fn id(text: &str) -> AuthservId {
    AuthservId::new(text).unwrap()
}

fn parse(value: &str) -> AuthResults {
    let parsed = AuthResults::parse(value.as_bytes()).unwrap();
    assert_eq!(parsed.errors, [], "{value}");
    parsed.field
}

#[test]
fn a_field_is_built_as_the_rfc_shows_it() {
    let field = AuthResults::new(id("mx.example.org"))
        .with(
            MethodResult::new(Keyword::from_static("spf"), Keyword::from_static("fail"))
                .because(&"-all at octet 30")
                .with("smtp", "mailfrom", &"news@bank.example"),
        )
        .with(
            MethodResult::new(Keyword::from_static("dkim"), Keyword::from_static("pass"))
                .commented(&"2048 (bit) key")
                .with("header", "d", &"bank.example")
                .with("header", "b", &"mQ/ckW+Q"),
        );
    let text = String::from_utf8(field.to_field()).unwrap();
    assert_eq!(
        text,
        "Authentication-Results: mx.example.org; spf=fail reason=\"-all at octet 30\"\r\n \
         smtp.mailfrom=news@bank.example; dkim=pass (2048 \\(bit\\) key)\r\n \
         header.d=bank.example header.b=\"mQ/ckW+Q\"\r\n"
    );
    let (header, _) = HeaderBlock::parse(text.as_bytes());
    let value = header.get("authentication-results").unwrap().raw_value;
    assert_eq!(AuthResults::parse(value).unwrap().field, field);
}

#[test]
fn no_results_are_none() {
    let field = AuthResults::new(id("example.org"));
    assert_eq!(field.to_string(), "example.org; none");
    assert_eq!(parse("example.org 1; none"), field);
    assert_eq!(parse("example.org 2 ; none").version, 2);
}

/// RFC 8601 appendix B.7.
#[test]
fn comments_may_stand_everywhere() {
    let field = parse(
        "foo.example.net (foobar) 1 (baz);\r\n dkim (Because I like it) / 1 (One yay) = (wait) \
         fail\r\n policy (A dot can go here) . (like that) expired\r\n (surprise) = (as) 1362471462",
    );
    let result = &field.results[0];
    assert_eq!((result.method.as_str(), result.result.as_str()), ("dkim", "fail"));
    assert_eq!(result.property("policy", "expired").unwrap().as_str(), "1362471462");
    assert_eq!(result.comment, None);
}

#[test]
fn values_cannot_begin_another_result() {
    let evil = "x.test; dkim=pass header.d=bank.example (\"";
    let result = MethodResult::new(Keyword::from_static("spf"), Keyword::from_static("none"));
    let field = AuthResults::new(id("mx.test"))
        .with(result.commented(&evil).because(&evil).with("smtp", "mailfrom", &evil));
    let read = parse(&field.to_string());
    assert_eq!(read.results.len(), 1);
    assert_eq!(read, field);
}

#[test]
fn one_bad_result_does_not_lose_the_others() {
    let parsed =
        AuthResults::parse(b"mx.test; spf pass; dkim=pass header.d=\"a;b; dmarc=fail").unwrap();
    let methods: Vec<_> = parsed.field.results.iter().map(|r| r.method.as_str()).collect();
    assert_eq!(methods, ["dmarc"]);
    assert_eq!(parsed.errors.iter().map(|e| e.at).collect::<Vec<_>>(), [13, 54, 42]);
}

#[test]
fn unusual_values_are_read() {
    let field = parse(
        "mx.test; iprev=pass policy.iprev=2001:db8::1 (host.test); x-tls=pass version=1.2 bits=256; \
         auth=pass smtp.auth=\"a b\"@c.test; dkim=pass(k) header.i=@d.test header.b=a/b=;",
    );
    assert_eq!(field.results[0].property("policy", "iprev").unwrap().as_str(), "2001:db8::1");
    assert_eq!(field.results[1].properties, []);
    assert_eq!(field.results[2].property("smtp", "auth").unwrap().as_str(), "\"a b\"@c.test");
    assert_eq!(field.results[3].property("header", "b").unwrap().as_str(), "a/b=");
    assert_eq!(parse(&field.to_string()), field);
}

#[test]
fn without_an_id_there_is_no_field() {
    for value in
        ["", "spf=pass", "; none", "spf=pass (x) smtp.mailfrom=a.test; dkim=none", "a b; none"]
    {
        assert!(AuthResults::parse(value.as_bytes()).is_err(), "{value}");
    }
}

#[test]
fn an_id_that_looks_like_a_result_is_quoted() {
    let field = AuthResults::new(id("spf=a@b.test"));
    assert_eq!(field.to_string(), "\"spf=a@b.test\"; none");
    assert_eq!(parse(&field.to_string()), field);
}

#[test]
fn ids_are_equal_as_names_are() {
    assert_eq!(id("MX.example.org"), id("mx.Example.ORG."));
    assert_eq!(id("bücher.example"), id("xn--bcher-kva.example"));
    assert_ne!(id("mx.example.org"), id("mx2.example.org"));
}

#[test]
fn forged_fields_are_found_from_the_bottom_up() {
    let (header, _) = HeaderBlock::parse(
        b"Authentication-Results: mx.test; none\r\nFrom: a@b.test\r\n\
          authentication-results: \"MX.test\" 1; spf=pass\r\n\
          Authentication-Results: other.test; spf=pass (mx.test)\r\n\
          Authentication-Results: (mx.test; spf=pass\r\n\
          Authentication-Results: other.test; mx.test; spf=pass\r\n\r\n",
    );
    let indices = forged(&header, &id("mx.test"));
    assert_eq!(indices, [5, 4, 2, 0]);
    assert_eq!(
        header.without(&indices),
        b"From: a@b.test\r\nAuthentication-Results: other.test; spf=pass (mx.test)\r\n\r\n"
    );
}

#[test]
fn only_fields_above_foreign_hops_are_believed() {
    let (header, _) = HeaderBlock::parse(
        b"Authentication-Results: in.test; spf=pass\r\n\
          Received: by in.test\r\n\
          Authentication-Results: edge.test; spf=fail\r\n\
          Authentication-Results: other.test; spf=pass\r\n\
          Received: by edge.test\r\n\
          Authentication-Results: in.test; dkim=pass\r\n\r\n",
    );
    let trusted = [id("in.test"), id("edge.test")];
    let indices = |hops| -> Vec<usize> {
        let fields = believed(&header, Hops(hops), |id| trusted.contains(id));
        fields.into_iter().map(|(i, _)| i).collect()
    };
    assert_eq!(indices(0), [0]);
    assert_eq!(indices(1), [0, 2]);
    assert_eq!(indices(2), [0, 2, 5], "the caller must know its hops");
}

#[test]
fn results_and_properties_are_limited() {
    let results = |n: usize| format!("mx.test{}", "; a=b".repeat(n));
    let properties = |n: usize| format!("mx.test; a=b{}", " c.d=e".repeat(n));
    for (n, ok) in [(99, true), (100, true), (101, false)] {
        assert_eq!(AuthResults::parse(results(n).as_bytes()).unwrap().errors.is_empty(), ok);
    }
    for (n, ok) in [(49, true), (50, true), (51, false)] {
        assert_eq!(AuthResults::parse(properties(n).as_bytes()).unwrap().errors.is_empty(), ok);
    }
}

#[test]
fn values_are_limited_at_256() {
    for (n, ok) in [(255, true), (256, true), (257, false)] {
        assert_eq!(Value::new(&"x".repeat(n)).is_ok(), ok);
    }
}

fn value() -> impl Strategy<Value = Value> {
    "[ -~é]{0,40}".prop_map(|t| Value::new(&t).unwrap())
}

fn keyword() -> impl Strategy<Value = Keyword> {
    "[a-z][a-z0-9-]{0,8}".prop_map(|t| Keyword::new(&t).unwrap())
}

prop_compose! {
    fn result()(
        method in keyword(),
        version in 0..4_u32,
        result in keyword(),
        comment in proptest::option::of(value()),
        reason in proptest::option::of(value()),
        properties in proptest::collection::vec((keyword(), keyword(), value()), 0..4),
    ) -> MethodResult {
        let property = |(ptype, name, value)| Property { ptype, name, value };
        MethodResult {
            method,
            version,
            result,
            comment: comment.filter(|c: &Value| !c.as_str().trim().is_empty()),
            reason,
            properties: properties.into_iter().map(property).collect(),
        }
    }
}

proptest! {
    #[test]
    fn parse_after_build_is_identity(
        id in "[a-zA-Z0-9é.-]{1,20}|[ -~]{1,20}",
        version in 0..4_u32,
        results in proptest::collection::vec(result(), 0..4),
        width in 20..100_usize,
    ) {
        let field = AuthResults { authserv_id: AuthservId::new(&id).unwrap(), version, results };
        let built = field.to_field_in(width);
        let (header, faults) = HeaderBlock::parse(&built);
        prop_assert!(faults.is_empty());
        let value = header.get("Authentication-Results").unwrap().raw_value;
        let parsed = AuthResults::parse(value).unwrap();
        prop_assert_eq!(parsed.errors, []);
        prop_assert_eq!(parsed.field, field);
    }

    #[test]
    fn build_after_parse_means_the_same(
        value in "(a.b|\"c;\")( 1)?(; [a-c=.()\\\\\"@/; \r\n]{0,20}| ; a=b c.d=[a-c=.()\\\\\"@/é]{1,9}){0,3}",
    ) {
        if let Ok(parsed) = AuthResults::parse(value.as_bytes()) {
            let again = AuthResults::parse(parsed.field.to_string().as_bytes()).unwrap();
            prop_assert_eq!(again.field, parsed.field);
            prop_assert_eq!(again.errors, []);
        }
    }

    #[test]
    fn octets_never_panic(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = AuthResults::parse(&octets);
    }
}
