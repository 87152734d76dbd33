//! For people who write rules: why a rule does not speak, and what would mend it.

pub mod why_not;
