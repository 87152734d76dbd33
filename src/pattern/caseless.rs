//! A regex in small letters, as a folded text has them.
//!
//! The `regex` crate can pass over letter case itself, by looking in tables of all scripts for what else each character may be. That
//! takes longer than all else that is made of a regex, and folded text holds none of it.

use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{Ast, ClassAsciiKind, ClassSet, ClassSetItem, ClassSetRange, Flag, Flags, FlagsItemKind, GroupKind, Literal};
use regex_syntax::hir::Hir;
use regex_syntax::hir::translate::Translator;

/// What a regex means for folded text. None where it is no regex.
pub(super) fn parse(source: &str) -> Option<Hir> {
    in_small_letters(source).or_else(|| regex_syntax::ParserBuilder::new().case_insensitive(true).build().parse(source).ok())
}

/// The same, where letter case can be taken out of it without those tables.
fn in_small_letters(source: &str) -> Option<Hir> {
    let mut ast = Parser::new().parse(source).ok()?;
    lower(&mut ast)?;
    Translator::new().translate(source, &ast).ok()
}

fn lower(ast: &mut Ast) -> Option<()> {
    match ast {
        Ast::Literal(literal) => lower_literal(literal),
        Ast::ClassBracketed(class) => lower_set(&mut class.kind),
        Ast::Flags(set) => lower_flags(&mut set.flags),
        Ast::Repetition(repetition) => lower(&mut repetition.ast),
        Ast::Group(group) => {
            if let GroupKind::NonCapturing(flags) = &mut group.kind {
                lower_flags(flags)?;
            }
            lower(&mut group.ast)
        }
        Ast::Alternation(alternation) => alternation.asts.iter_mut().try_for_each(lower),
        Ast::Concat(concat) => concat.asts.iter_mut().try_for_each(lower),
        // `\p{Lu}`
        Ast::ClassUnicode(_) => None,
        Ast::Empty(_) | Ast::Dot(_) | Ast::Assertion(_) | Ast::ClassPerl(_) => Some(()),
    }
}

/// Takes `i` out of flags.
fn lower_flags(flags: &mut Flags) -> Option<()> {
    if flags.flag_state(Flag::CaseInsensitive) == Some(false) {
        return None;
    }
    flags.items.retain(|item| item.kind != FlagsItemKind::Flag(Flag::CaseInsensitive));
    Some(())
}

fn lower_literal(literal: &mut Literal) -> Option<()> {
    let c = literal.c;
    literal.c = c.to_ascii_lowercase();
    (c.is_ascii() || has_no_case(c)).then_some(())
}

fn has_no_case(c: char) -> bool {
    c.to_lowercase().eq([c]) && c.to_uppercase().eq([c])
}

fn lower_set(set: &mut ClassSet) -> Option<()> {
    match set {
        ClassSet::Item(item) => lower_item(item),
        ClassSet::BinaryOp(both) => {
            lower_set(&mut both.lhs)?;
            lower_set(&mut both.rhs)
        }
    }
}

fn lower_item(item: &mut ClassSetItem) -> Option<()> {
    match item {
        ClassSetItem::Literal(literal) => lower_literal(literal),
        ClassSetItem::Range(range) => lower_range(range),
        ClassSetItem::Ascii(class) => {
            if class.kind == ClassAsciiKind::Upper {
                class.kind = ClassAsciiKind::Lower;
            }
            Some(())
        }
        ClassSetItem::Bracketed(class) => lower_set(&mut class.kind),
        ClassSetItem::Union(union) => union.items.iter_mut().try_for_each(lower_item),
        ClassSetItem::Unicode(_) => None,
        ClassSetItem::Empty(_) | ClassSetItem::Perl(_) => Some(()),
    }
}

/// Ranges of letters, or without any: `[A-Z]`, `[0-9]`, not `[+-Z]`.
fn lower_range(range: &mut ClassSetRange) -> Option<()> {
    let (start, end) = (range.start.c, range.end.c);
    let is_of = |kind: fn(&char) -> bool| kind(&start) && kind(&end);
    let known = is_of(char::is_ascii_uppercase) || is_of(char::is_ascii_lowercase) || end < 'A';
    known.then_some(())?;
    lower_literal(&mut range.start)?;
    lower_literal(&mut range.end)
}

#[cfg(test)]
mod tests {
    use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

    use super::*;

    #[test]
    fn letters_become_small_wherever_they_stand() {
        for (source, want) in [
            (r"(?i)IB\x41(?P<Code>[A-F0-9]+)\W|A{2}", r"iba(?P<Code>[a-f0-9]+)\W|a{2}"),
            (r"[^A-Z&&[^B]]|[[:upper:]--X]", r"[^a-z&&[^b]]|[[:lower:]--x]"),
            (r"(?i:Foo)(?is:Bar.)", r"foo(?s:bar.)"),
            ("宛先\\b[あい]", "宛先\\b[あい]"),
        ] {
            assert_eq!(in_small_letters(source), regex_syntax::parse(want).ok(), "{source}");
        }
    }

    #[test]
    fn what_needs_tables_gets_them() {
        for source in [r"\p{Lu}", r"[\p{Greek}]", "Σ", "[+-Z]", "[ -~]", "[あ-ん]", "(?-i)A", "(?-i:A)"] {
            assert_eq!(in_small_letters(source), None, "{source}");
            assert!(parse(source).is_some(), "{source}");
        }
    }

    #[test]
    fn what_has_no_case_is_no_case_of_another() {
        let alone = (char::MIN..=char::MAX).filter(|c| !c.is_ascii() && has_no_case(*c));
        let mut class = ClassUnicode::new(alone.map(|c| ClassUnicodeRange::new(c, c)));
        let before = class.clone();
        class.case_fold_simple();
        assert_eq!(class, before);
    }
}
