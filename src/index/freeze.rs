//! Tables as Rust source, for `build.rs` to put into the binary.

use std::fmt::{Debug, Write as _};

use super::tables::Tables;

impl Tables {
    /// The tables as an expression of Rust, for a place where `Tables`, `Entry`, `WindowTables`, `Filed` and `Cow` are known.
    #[must_use]
    pub fn source(&self) -> String {
        let mut out = "Tables {\n".to_owned();
        list(&mut out, "entries", &self.entries);
        list(&mut out, "groups", &self.groups);
        list(&mut out, "owners", &self.owners);
        list(&mut out, "owner_ends", &self.owner_ends);
        list(&mut out, "anywhere", &self.anywhere);
        list(&mut out, "wordless", &self.wordless);
        let _ = writeln!(out, "regexes: {},\nwindows: WindowTables {{", self.regexes);
        list(&mut out, "bitmap", &self.windows.bitmap);
        list(&mut out, "ranks", &self.windows.ranks);
        list(&mut out, "starts", &self.windows.starts);
        list(&mut out, "filed", &self.windows.filed);
        let _ = writeln!(out, "texts: Cow::Borrowed({:?}),", self.windows.texts);
        list(&mut out, "ends", &self.windows.ends);
        list(&mut out, "short", &self.windows.short);
        out.push_str("} }\n");
        out
    }
}

fn list(out: &mut String, name: &str, items: &[impl Debug]) {
    let _ = writeln!(out, "{name}: Cow::Borrowed(&{items:?}),");
}
