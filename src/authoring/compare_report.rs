//! A comparison of rules for people: as text, and as Markdown for a pull request.

use std::fmt::Write as _;

use super::compare::{Altered, Change, Comparison, Said};

/// How much of a sample is shown, in characters.
const SHOWN: usize = 160;

impl Comparison {
    /// As text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = format!("{}\n", self.summary());
        for altered in &self.altered {
            let _ = writeln!(out, "\n{} {}: {}", altered.count, altered.change.name(), way(altered));
            let _ = writeln!(out, "    {}", sample(altered));
        }
        out
    }

    /// As Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = format!("{}\n", self.summary());
        if self.altered.is_empty() {
            return out;
        }
        out.push_str("\n| change | bounces | before | after | sample |\n|---|---:|---|---|---|\n");
        for altered in &self.altered {
            let (before, after) = (said(&altered.before), said(&altered.after));
            let sample = sample(altered).replace('|', "\\|").replace('`', "'");
            let _ = writeln!(out, "| {} | {} | {before} | {after} | `{sample}` |", altered.change.name(), altered.count);
        }
        out
    }

    fn summary(&self) -> String {
        let counts = Change::ALL.map(|change| format!("{} {}", self.count(change), change.name()));
        let same = if self.other_rule > 0 { format!("; {} the same by another rule", self.other_rule) } else { String::new() };
        format!("{} bounces: {}{same}", self.judged, counts.join(", "))
    }
}

fn way(altered: &Altered) -> String {
    let (before, after) = (said(&altered.before), said(&altered.after));
    if before == after { after } else { format!("{before} -> {after}") }
}

fn said(said: &Said) -> String {
    let category = said.category.as_deref().unwrap_or("no report");
    said.rule.as_ref().map_or_else(|| category.to_owned(), |rule| format!("{category} ({rule})"))
}

/// The sample on one line, without anything that steers a terminal.
fn sample(altered: &Altered) -> String {
    let flat = altered.sample.split_whitespace().collect::<Vec<_>>().join(" ").replace(char::is_control, "\u{FFFD}");
    let cut: String = flat.chars().take(SHOWN).collect();
    if cut.len() < flat.len() { format!("{cut}…") } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comparison() -> Comparison {
        let said = |category: &str, rule: &str| Said { category: Some(category.to_owned()), rule: Some(rule.to_owned()) };
        let altered = Altered {
            change: Change::Gained,
            before: said("a", "x/y"),
            after: said("b", "x/z"),
            count: 2,
            sample: "550 a|`b`\u{1b}".to_owned(),
        };
        Comparison { judged: 3, other_rule: 1, altered: vec![altered] }
    }

    #[test]
    fn a_comparison_reads_as_text() {
        let want = "3 bounces: 2 gained, 0 lost, 0 re-classified, 0 advice changed; 1 the same by another rule\n\n\
            2 gained: a (x/y) -> b (x/z)\n    550 a|`b`\u{FFFD}\n";
        assert_eq!(comparison().text(), want);
    }

    #[test]
    fn a_comparison_reads_as_markdown() {
        let text = comparison().markdown();
        assert!(text.ends_with("| gained | 2 | a (x/y) | b (x/z) | `550 a\\|'b'\u{FFFD}` |\n"), "{text}");
    }
}
