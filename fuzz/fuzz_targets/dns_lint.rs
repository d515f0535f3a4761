#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postrider_fuzz::run("dns_lint", data));
