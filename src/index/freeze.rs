//! Tables as Rust source, for `build.rs` to put into the binary.

use std::fmt::{Debug, Write as _};

use super::tables::Tables;
use super::windows::Windows;

impl Tables {
    /// The tables as an expression of Rust, for a place where `Tables`, `Entry`, `Owner`, `WindowTables`, `Windows`, `Filed` and `Cow` are known.
    #[must_use]
    pub fn source(&self) -> String {
        let mut out = "Tables {\n".to_owned();
        list(&mut out, "entries", &self.entries);
        list(&mut out, "owners", &self.owners);
        list(&mut out, "groups", &self.groups);
        list(&mut out, "anywhere", &self.anywhere);
        list(&mut out, "wordless", &self.wordless);
        list(&mut out, "urgent", &self.urgent);
        let _ = writeln!(out, "regexes: {},\nwindows: WindowTables {{", self.regexes);
        list(&mut out, "filed", &self.windows.filed);
        windows(&mut out, "long", &self.windows.long);
        windows(&mut out, "short", &self.windows.short);
        out.push_str("} }\n");
        out
    }
}

fn windows<const W: usize>(out: &mut String, name: &str, windows: &Windows<W>) {
    let _ = writeln!(out, "{name}: Windows {{ shift: {},", windows.shift);
    list(out, "bitmap", &windows.bitmap);
    list(out, "ranks", &windows.ranks);
    out.push_str("},\n");
}

fn list(out: &mut String, name: &str, items: &[impl Debug]) {
    let _ = writeln!(out, "{name}: Cow::Borrowed(&{items:?}),");
}
