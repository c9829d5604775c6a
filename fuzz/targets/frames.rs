#![no_main]
//! One fuzz target; what it asks is in `checks.rs`.

#[path = "../checks.rs"]
#[allow(dead_code, reason = "each target uses one check")]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::frames(data));
