//! Lints on regexes, by their syntax tree.

use std::ops::Range;

use regex_syntax::ast::{Ast, RepetitionOp, parse::Parser};

use super::super::fault::{Code, Fault};
use super::Sources;
use crate::model::Pattern;
use crate::pattern::Folded;

/// What is worth a look in a regex.
pub(super) fn lint(pattern: &Pattern, sources: &Sources<'_>, faults: &mut Vec<Fault>) {
    let Ok(ast) = Parser::new().parse(&pattern.source) else { return };
    let mut found = Vec::new();
    look(&ast, true, &mut found);
    for (range, what) in found {
        faults.extend(fault(pattern, sources, range, &what));
    }
}

/// What is found.
enum Finding {
    Greedy,
    Dot,
    Never(String),
}

fn fault(pattern: &Pattern, sources: &Sources<'_>, range: Range<usize>, what: &Finding) -> Option<Fault> {
    let (code, title) = match what {
        Finding::Greedy => (Code::GreedyPattern, "a regex takes all that it can at its edge"),
        Finding::Dot => (Code::UnescapedDot, "this dot stands for any character"),
        Finding::Never(_) => (Code::NeverMatches, "this part of a regex can never match"),
    };
    let mut fault = sources.warn_of_string(&pattern.origin, code, title)?;
    // Only in a string without escapes do the places of the regex stand in the file as they are.
    let written = fault.source.text.get(fault.range.clone()).unwrap_or_default();
    if let Some(offset) = written.find(&pattern.source) {
        let start = fault.range.start + offset;
        fault.range = start + range.start..start + range.end;
    }
    Some(match what {
        Finding::Greedy => fault.label("asks for nothing").help("leave it out: a regex may stand anywhere in the words".to_owned()),
        Finding::Dot => fault.label("between letters or digits").help("write `\\.` for the dot itself".to_owned()),
        Finding::Never(folded) => fault
            .label("never stands in a text as it is seen")
            .note("texts are folded before they are matched: width, letter case, white space, quotes and dashes make no difference")
            .help(format!("write `{folded}`")),
    })
}

/// Collects what is worth a look. `whole` tells that `ast` is all of the regex.
fn look(ast: &Ast, whole: bool, found: &mut Vec<(Range<usize>, Finding)>) {
    match ast {
        Ast::Group(group) => look(&group.ast, whole, found),
        Ast::Repetition(repetition) => look(&repetition.ast, false, found),
        Ast::Alternation(alternation) => alternation.asts.iter().for_each(|one| look(one, false, found)),
        Ast::Concat(concat) => {
            let parts: Vec<&Ast> = concat.asts.iter().filter(|part| !matches!(part, Ast::Flags(_))).collect();
            if whole && let (Some(first), Some(last)) = (parts.first(), parts.last()) {
                found.extend([first, last].into_iter().filter(|edge| takes_all(edge)).map(|edge| (range(edge), Finding::Greedy)));
            }
            found.extend(parts.windows(3).filter(|three| is_dot_between(three)).map(|three| (range(three[1]), Finding::Dot)));
            never(&parts, found);
            parts.into_iter().for_each(|part| look(part, false, found));
        }
        _ => {}
    }
}

fn range(ast: &Ast) -> Range<usize> {
    ast.span().start.offset..ast.span().end.offset
}

/// Whether this is `.*` or the like.
fn takes_all(ast: &Ast) -> bool {
    let Ast::Repetition(repetition) = ast else { return false };
    let RepetitionOp { kind, .. } = &repetition.op;
    let endless = matches!(kind, regex_syntax::ast::RepetitionKind::ZeroOrMore | regex_syntax::ast::RepetitionKind::OneOrMore);
    endless && matches!(*repetition.ast, Ast::Dot(_))
}

fn is_dot_between(three: &[&Ast]) -> bool {
    let is_letter = |ast: &Ast| matches!(ast, Ast::Literal(literal) if literal.c.is_alphanumeric());
    is_letter(three[0]) && matches!(three[1], Ast::Dot(_)) && is_letter(three[2])
}

/// Runs of characters that folding would have changed.
fn never(parts: &[&Ast], found: &mut Vec<(Range<usize>, Finding)>) {
    let literal = |ast: &Ast| if let Ast::Literal(literal) = ast { Some(literal.c) } else { None };
    for run in parts.chunk_by(|a, b| literal(a).is_some() == literal(b).is_some()) {
        let text: String = run.iter().filter_map(|ast| literal(ast)).collect();
        // Spaces at the ends stand beside something else of the regex.
        let fold = |text: &str| Folded::new(&format!("x{text}x")).into_text();
        let folded = fold(&text);
        if folded != format!("x{}x", text.to_lowercase())
            && let (Some(first), Some(last)) = (run.first(), run.last())
        {
            let folded = folded[1..folded.len() - 1].to_owned();
            found.push((range(first).start..range(last).end, Finding::Never(folded)));
        }
    }
}
