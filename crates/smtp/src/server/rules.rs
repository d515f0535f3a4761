//! Every rule that a server connection answers by.

crate::rule::rules! {
    MAIL_BEFORE_HELLO = "seq.mail-before-hello", "RFC 5321 §4.1.4", "MAIL before EHLO or HELO.";
}
