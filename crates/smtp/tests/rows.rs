//! The robustness checklist: each class of attack or fault, and the tests that prove what we do.
//!
//! `cargo test -p postrider-smtp --test rows -- --nocapture` prints the table.

#![expect(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use std::collections::BTreeSet;
use std::path::Path;

/// Number, class, and names of tests; a name that ends in `.smtp` is a dialog.
type Row = (u8, &'static str, &'static [&'static str]);

const ROWS: [Row; 42] = [
    (1, "inbound smuggling", &["no_other_sequence_ends_content", "smuggling.smtp"]),
    (2, "runs of CR", &["every_string_to_length_nine_is_as_defined"]),
    (3, "outbound smuggling", &["whatever_is_encoded_has_one_end", "bare_line_ends_are_not_sent"]),
    (
        4,
        "empty message, dot first",
        &["empty_message_and_dot_first", "first_octet_is_a_line_start"],
    ),
    (
        5,
        "dependence on reads",
        &["any_split_gives_the_same_session", "any_octets_decode_alike_at_any_split"],
    ),
    (
        6,
        "commands injected before TLS",
        &[
            "octets_that_were_read_before_the_handshake_end_the_connection",
            "starttls-injected.smtp",
        ],
    ),
    (7, "replies injected before TLS", &["octets_behind_the_220_are_fatal"]),
    (8, "state carried over TLS", &["capabilities_of_before_tls_are_forgotten", "starttls.smtp"]),
    (
        9,
        "STARTTLS stripped",
        &["required_tls_fails_closed", "required_tls_does_not_go_on_in_clear"],
    ),
    (10, "end of TLS within content", &["end_of_stream_within_content_is_no_end", "bdat-cut.smtp"]),
    (11, "chunk size", &["a_chunk_size_is_exact_or_none", "bdat-size.smtp"]),
    (12, "chunk behind a failed one", &["bdat-order.smtp"]),
    (13, "BDAT, DATA and BINARYMIME mixed", &["bdat-order.smtp", "bdat.smtp"]),
    (
        14,
        "injection through xtext",
        &[
            "encoded_line_ends_in_parameters_are_refused",
            "encoded_controls_are_refused",
            "dsn.smtp",
        ],
    ),
    (
        15,
        "injection through addresses",
        &["quotes_keep_brackets_and_spaces_in_the_path", "paths_are_strict"],
    ),
    (16, "injection through replies", &["text_with_a_line_end_cannot_be_made"]),
    (17, "injection through commands", &["what_is_written_is_one_line"]),
    (18, "injection through EHLO", &["a_hello_that_is_no_host_is_a_leniency_and_kept_escaped"]),
    (19, "NUL", &["nul_is_refused_wherever_it_stands"]),
    (
        20,
        "lines too long",
        &[
            "limit_counts_the_line_with_crlf_however_it_is_read",
            "memory_stays_flat_without_a_line_end",
        ],
    ),
    (
        21,
        "AUTH buffers",
        &[
            "base64_is_strict_for_every_length_and_padding",
            "lines_end_at_12288_octets",
            "no_credential_reaches_the_trace",
        ],
    ),
    (
        22,
        "AUTH out of order",
        &["every_state_has_its_code_for_every_command", "auth-failures.smtp"],
    ),
    (
        23,
        "bounds of parameters",
        &["bad_values_are_refused", "hexadecimal_is_two_upper_case_digits"],
    ),
    (
        24,
        "parameters twice, unknown, unspaced",
        &["repeated_and_unknown_parameters_are_errors", "syntax.smtp"],
    ),
    (25, "numbers", &["bad_values_are_refused", "size.smtp"]),
    (
        26,
        "multi-line replies",
        &[
            "codes_of_one_reply_are_equal",
            "what_is_no_reply_botches",
            "line_count_and_total_limits_are_exact",
        ],
    ),
    (
        27,
        "replies out of step",
        &[
            "three_replies_in_one_read_are_three",
            "a_reply_to_nothing_is_out_of_step",
            "an_unsolicited_421_ends_without_a_failure",
        ],
    ),
    (28, "deadlock of pipelines", &["ten_thousand_recipients_pass_through_small_pipes"]),
    (
        29,
        "354 for nobody",
        &[
            "a_354_without_a_valid_recipient_gets_a_lone_dot",
            "a_message_for_nobody_leaves_both_in_step",
        ],
    ),
    (
        30,
        "slow client",
        &["one_octet_every_29_seconds_ends_at_the_line_deadline", "slow-line.smtp"],
    ),
    (31, "useless traffic", &["useless_commands"]),
    (32, "other protocols", &["http.smtp", "tls-in-clear.smtp"]),
    (33, "talk before the greeting", &["early-talker.smtp"]),
    (
        34,
        "PROXY headers",
        &[
            "a_proxy_header_is_one_wherever_it_is_cut",
            "version_1_ends_within_107_octets",
            "version_2_is_limited_at_512_octets",
            "proxy-untrusted.smtp",
            "proxy-late.smtp",
        ],
    ),
    // It is not offered, so that there is nothing to spoof: 502.
    (35, "XCLIENT", &["verbs_are_known_offered_or_neither"]),
    (36, "recipient limits", &["recipients", "recipients.smtp"]),
    (
        37,
        "memory per connection",
        &[
            "ten_thousand_idle_connections_cost_less_than_8_kib_each",
            "body_window_stops_reading_until_content_is_consumed",
        ],
    ),
    (38, "partial writes", &["streams_of_one_octet_change_nothing"]),
    (
        39,
        "peer that never reads",
        &["a_peer_that_never_reads_is_given_up", "backlog_of_replies_stops_reading"],
    ),
    // The application's: it counts Received fields.
    (40, "mail loops", &[]),
    // No such extension is offered.
    (41, "decompression", &[]),
    (42, "panics", &["any_octets_are_survived", "after_the_end_every_call_is_safe"]),
];

/// Names of all test functions and dialogs of the crate and of its driver.
fn known() -> BTreeSet<String> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![home.join("src"), home.join("tests"), home.join("../smtp-tokio/tests")];
    let mut names = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            match path.extension().and_then(|e| e.to_str()) {
                _ if path.is_dir() => folders.push(path),
                Some("smtp") => {
                    names.insert(path.file_name().unwrap().to_string_lossy().into_owned());
                }
                Some("rs") => {
                    let text = std::fs::read_to_string(&path).unwrap();
                    names.extend(tests(&text).map(str::to_owned));
                }
                _ => {}
            }
        }
    }
    names
}

/// The functions behind a `test` attribute, however it is spelled.
fn tests(text: &str) -> impl Iterator<Item = &str> {
    let functions = text.split("test]").skip(1).chain(text.split("tokio::test(").skip(1));
    functions.filter_map(|rest| {
        let name = rest.split_once("fn ")?.1;
        Some(name.split_once('(')?.0)
    })
}

#[test]
fn every_row_of_the_checklist_has_its_tests() {
    let known = known();
    for (at, (number, class, tests)) in (1..).zip(ROWS) {
        assert_eq!(number, at);
        println!("| {number} | {class} | {} |", tests.join(", "));
        for test in tests {
            assert!(known.contains(*test), "row {number}: no test named {test}");
        }
        assert!(!tests.is_empty() || matches!(number, 40 | 41), "row {number} has no test");
    }
}
