//! Why not, for people.

use std::fmt::Write as _;

use anstyle::Style;

use super::{Nearest, Outcome, WhyNot};

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// How many characters of one thing are shown.
const SHOWN: usize = 400;

/// Why not, as text.
#[must_use]
pub fn render_why_not(why: &WhyNot) -> String {
    let mut out = String::new();
    let verdict = match &why.outcome {
        Outcome::Speaks => "speaks".to_owned(),
        Outcome::Loses { to, by } => format!("matches, and loses to {to} by {by}"),
        Outcome::SetAside { kind } => format!("matches, and is not about reports of kind {kind}"),
        Outcome::NoMatch => "does not match".to_owned(),
    };
    let _ = writeln!(out, "{BOLD}{}{BOLD:#} {verdict}", why.rule);
    row(&mut out, "place", &why.place);
    row(&mut out, "seen", &why.seen);
    if let Some(nearest) = &why.nearest {
        write_nearest(&mut out, nearest);
    }
    for one in &why.unmet {
        row(&mut out, "not met", &format!("{}: wants {}; is {}", one.about, one.wants, one.is));
    }
    out
}

fn write_nearest(out: &mut String, nearest: &Nearest) {
    row_with(out, "pattern", &nearest.pattern, &nearest.place);
    if nearest.matches {
        row(out, "matches", &nearest.words);
        return;
    }
    match nearest.fits.as_str() {
        "" => row(out, "fits", "nothing of it"),
        fits => row_with(out, "fits", fits, &format!("({})", nearest.words)),
    }
    if let Some(stop) = &nearest.stops {
        row(out, if stop.behind { "then wants" } else { "before it" }, &stop.wants);
        row(out, "is there", if stop.is.is_empty() { "nothing" } else { &stop.is });
    }
    if let Some(mend) = &nearest.mend {
        row(out, "mend", &format!("{}: {}", mend.difference, mend.say));
        if let Some(write) = &mend.write {
            row(out, "write", &format!("'{write}'"));
        }
    }
}

fn row(out: &mut String, label: &str, value: &str) {
    row_with(out, label, value, "");
}

/// A row with something beside the value that is less important.
fn row_with(out: &mut String, label: &str, value: &str, aside: &str) {
    let _ = write!(out, "  {DIM}{label:<11}{DIM:#}{}", printable(value));
    let _ = if aside.is_empty() { writeln!(out) } else { writeln!(out, "  {DIM}{}{DIM:#}", printable(aside)) };
}

/// Text that comes from mails must not steer the terminal, nor fill it.
fn printable(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}
