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
        list(&mut out, "owner_ends", &self.owner_ends);
        list(&mut out, "groups", &self.groups);
        list(&mut out, "anywhere", &self.anywhere);
        list(&mut out, "wordless", &self.wordless);
        let _ = writeln!(out, "regexes: {},\nwindows: WindowTables {{", self.regexes);
        let _ = writeln!(out, "texts: Cow::Borrowed({:?}),", self.windows.texts);
        list(&mut out, "ends", &self.windows.ends);
        windows(&mut out, "long", &self.windows.long);
        windows(&mut out, "short", &self.windows.short);
        windows(&mut out, "tiny", &self.windows.tiny);
        out.push_str("} }\n");
        out
    }
}

fn windows<const W: usize>(out: &mut String, name: &str, windows: &Windows<W>) {
    let _ = writeln!(out, "{name}: Windows {{ shift: {},", windows.shift);
    list(out, "bitmap", &windows.bitmap);
    list(out, "ranks", &windows.ranks);
    list(out, "starts", &windows.starts);
    list(out, "filed", &windows.filed);
    out.push_str("},\n");
}

fn list(out: &mut String, name: &str, items: &[impl Debug]) {
    let _ = writeln!(out, "{name}: Cow::Borrowed(&{items:?}),");
}
