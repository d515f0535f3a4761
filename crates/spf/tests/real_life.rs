//! The stories of records as they are published and of clients as they connect (golden); those of
//! `+all`, two records, look-up limits, redirect and temperror are in `story.rs`.

mod common;

use common::{CLIENT, traced, zone};
use insta::assert_snapshot;

fn story(client: &str, sender: &str, text: &str) -> String {
    let (outcome, steps) = traced(client, sender, &zone(text));
    outcome.story(&steps).to_string()
}

#[test]
fn a_tree_of_includes_as_large_providers_have_it() {
    assert_snapshot!(story(
        "2001:db8:4000::1a",
        "a@customer.example",
        r#"
        customer.example      TXT "v=spf1 include:_spf.provider.example ~all"
        _spf.provider.example TXT "v=spf1 include:_netblocks.provider.example include:_netblocks2.provider.example include:_netblocks3.provider.example ~all"
        _netblocks.provider.example  TXT "v=spf1 ip4:198.51.100.0/25 ip4:198.51.101.0/24 ~all"
        _netblocks2.provider.example TXT "v=spf1 ip6:2001:db8:1000::/36 ip6:2001:db8:4000::/36 ~all"
        _netblocks3.provider.example TXT "v=spf1 ip4:203.0.113.0/24 ~all"
        "#
    ), @r#"
    spf mailfrom=a@customer.example ip=2001:db8:4000::1a
     customer.example  "v=spf1 include:_spf.provider.example ~all"
       include:_spf.provider.example  terms 1/10
         _spf.provider.example  "v=spf1 include:_netblocks.provider.example include:_netblocks2.provider.example include:_netblocks3.provider.example ~all"
           include:_netblocks.provider.example  terms 2/10
             _netblocks.provider.example  "v=spf1 ip4:198.51.100.0/25 ip4:198.51.101.0/24 ~all"
               ip4:198.51.100.0/25  2001:db8:4000::1a is outside
               ip4:198.51.101.0/24  2001:db8:4000::1a is outside
               ~all               match: softfail
           include does not match (inner softfail)
           include:_netblocks2.provider.example  terms 3/10
             _netblocks2.provider.example  "v=spf1 ip6:2001:db8:1000::/36 ip6:2001:db8:4000::/36 ~all"
               ip6:2001:db8:1000::/36  2001:db8:4000::1a is outside
               ip6:2001:db8:4000::/36  match: pass
           include matches (inner pass)
       include matches (inner pass)
     pass (mechanism include:_spf.provider.example at octet 7 of customer.example)
    "#);
}

#[test]
fn a_list_in_dns_asked_by_macros() {
    assert_snapshot!(story(
        CLIENT,
        "ann.lee@shop.example",
        r#"
        shop.example TXT "v=spf1 exists:%{l1r-}.%{ir}.%{v}._spf.%{d} exists:%{i}._ok.%{d} -all"
        192.0.2.66._ok.shop.example A 127.0.0.2
        "#
    ), @r#"
    spf mailfrom=ann.lee@shop.example ip=192.0.2.66
     shop.example      "v=spf1 exists:%{l1r-}.%{ir}.%{v}._spf.%{d} exists:%{i}._ok.%{d} -all"
       exists:%{l1r-}.%{ir}.%{v}._spf.%{d}  terms 1/10, becomes ann.lee.66.2.0.192.in-addr._spf.shop.example, ann.lee.66.2.0.192.in-addr._spf.shop.example does not exist, void 1/2, no match
       exists:%{i}._ok.%{d}       terms 2/10, becomes 192.0.2.66._ok.shop.example, 192.0.2.66._ok.shop.example A 127.0.0.2, match: pass
     pass (mechanism exists:%{i}._ok.%{d} at octet 43 of shop.example)
    "#);
}

#[test]
fn a_fault_with_its_place() {
    assert_snapshot!(story(
        CLIENT,
        "a@typo.example",
        r#"
        typo.example TXT "v=spf1 ip4:192.0.2.66 include:esp.example  ip4:198.51.100.0/33 -all"
        "#
    ), @r#"
    spf mailfrom=a@typo.example ip=192.0.2.66
     typo.example TXT "v=spf1 ip4:192.0.2.66 include:esp.example  ip4:198.51.100.0/33 -all"
     permerror (record of typo.example: a prefix length is a number from 0 to 32 without leading zeros at octet 60)
    "#);
}

#[test]
fn a_forwarder_inside_our_own_network() {
    assert_snapshot!(story(
        "10.1.2.3",
        "news@bank.example",
        r#"
        bank.example      TXT "v=spf1 mx a:mail.bank.example -all"
        bank.example      MX 10 mail.bank.example
        mail.bank.example A 203.0.113.5
        "#
    ), @r#"
    spf mailfrom=news@bank.example ip=10.1.2.3
     bank.example      "v=spf1 mx a:mail.bank.example -all"
       mx                         terms 1/10, bank.example MX 10 mail.bank.example, mail.bank.example A 203.0.113.5, no match
       a:mail.bank.example        terms 2/10, mail.bank.example A 203.0.113.5, no match
       -all                       match: fail
     fail (mechanism -all at octet 30 of bank.example)
    "#);
}
