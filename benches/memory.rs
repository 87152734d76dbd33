//! How much memory a set of rules takes once it is loaded: `cargo bench --bench memory`.
//!
//! Every allocation is counted, which is why this stands apart from what is timed.

#[allow(dead_code)]
mod seeded;

use std::alloc::System;

use modori::matcher::Matcher;
use modori::rules::{Layer, load};
use seeded::{layer, patterns};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    println!("{:>8} rules {:>12} {:>12}", "", "the rules", "the matcher");
    for count in [1_000, 10_000, 100_000] {
        let patterns = patterns(count);
        let region = Region::new(ALLOCATOR);
        let mut set = load(&[Layer::shipped(), layer(&patterns)]).set.expect("the rules load");
        set.rules.retain(|rule| rule.name.starts_with("seeded-"));
        set.rules.shrink_to_fit();
        let rules = held(&region);
        let matcher = Matcher::new(&set, None);
        println!("{:>8} rules {rules:>9.2} MB {:>9.2} MB", set.rules.len(), held(&region) - rules);
        drop(matcher);
    }
}

/// Megabytes that were taken since then and not given back.
fn held(region: &Region<'_, System>) -> f64 {
    let change = region.change();
    (change.bytes_allocated as f64 - change.bytes_deallocated as f64) / 1e6
}
