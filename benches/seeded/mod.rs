//! Rules and texts that look like those of mail systems, made from a seed: the same ones every time.

use std::fmt::Write as _;

use modori::rules::{Layer, RawFile};

/// Numbers that look random and are the same every time (SplitMix64).
pub(crate) struct Seeded(pub(crate) u64);

impl Seeded {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn pick<'a>(&mut self, among: &[&'a str]) -> &'a str {
        among[self.below(among.len() as u64) as usize]
    }

    /// A word: mostly one of those that all mail systems use, of these the first far oftener than the last.
    fn word(&mut self) -> String {
        let common: Vec<&str> = COMMON.split_ascii_whitespace().collect();
        if self.below(10) < 6 {
            let (one, other) = (self.below(common.len() as u64), self.below(common.len() as u64));
            return common[one.min(other) as usize].to_owned();
        }
        let mut rare = Self(self.below(4_000));
        (0..2 + rare.below(2)).map(|_| rare.pick(&SYLLABLES)).collect()
    }

    fn phrase(&mut self, words: u64) -> String {
        (0..words).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }
}

const COMMON: &str = "mailbox message the user unknown recipient address rejected not is for domain host server mail full quota \
    exceeded sender blocked delivery failed account disabled policy spam denied relay access temporarily unavailable this has \
    been your from of to in available try again later too many connections rate limited limit size large maximum reached local \
    remote error service refused connection timed out lookup dns record found no such here does exist invalid inactive \
    suspended closed over storage space insufficient system disk content detected virus listed by reputation poor blacklist \
    greylisted authentication required failure signature check please contact administrator support see for details help \
    postmaster permission closed expired transaction command syntax parameters bad sequence protocol loop hops attempts \
    retry delayed queue deferred resources low memory busy overload maintenance route network unreachable reset lost while \
    sending data body header format attachment type allowed executable reason code abuse complaint unsubscribe bulk \
    unsolicited identical recently similar messages volume hourly daily per minute session verification callback reverse";
const SYLLABLES: [&str; 24] = [
    "ka", "mo", "ri", "te", "shu", "no", "ban", "del", "for", "in", "re", "qu", "ja", "ne", "po", "sti", "wex", "tro", "gal", "um", "yd",
    "zen", "fli", "ost",
];

/// A rule: its pattern as it stands in a file, the same as a regex, and a way to write a text that it matches.
pub(crate) struct Pattern {
    regex: bool,
    source: String,
    plain: String,
    instance: Vec<Piece>,
}

enum Piece {
    Words(String),
    Number,
    Token,
    Between,
}

impl Pattern {
    fn text(source: String, instance: Vec<Piece>) -> Self {
        let pieces = instance.iter().map(|piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Number => r"\d+".to_owned(),
            Piece::Token => r"\S+".to_owned(),
            Piece::Between => r"(?:\S+ ){0,20}?".to_owned(),
        });
        let plain = pieces.collect::<Vec<_>>().join(" ").replace("}? ", "}?");
        Self { regex: false, source, plain, instance }
    }

    /// A pattern; one in three is a regex.
    pub(crate) fn new(seeded: &mut Seeded) -> Self {
        use Piece::{Between, Number, Token, Words};
        let (front, back) = (2 + seeded.below(2), 1 + seeded.below(2));
        let (front, back, other) = (seeded.phrase(front), seeded.phrase(back), seeded.word());
        let words = |text: &str| Words(text.to_owned());
        let regex = |source: String, instance| Self { regex: true, plain: source.clone(), source, instance };
        match seeded.below(9) {
            0 | 1 => Self::text(format!("{front} {back} {other}"), vec![words(&front), words(&back), words(&other)]),
            2 | 3 => Self::text(format!("{front} * {back}"), vec![words(&front), Between, words(&back)]),
            4 => Self::text(format!("{front} {{_:number}} {back}"), vec![words(&front), Number, words(&back)]),
            5 => Self::text(format!("{front} {{_:word}} {back} {other}"), vec![words(&front), Token, words(&back), words(&other)]),
            6 => regex(format!(r"{front} \S+ {back}"), vec![words(&front), Token, words(&back)]),
            7 => regex(format!(r"(?:{other}|{back}) {front} \d+"), vec![words(&other), words(&front), Number]),
            _ => regex(format!(r"{front} [a-z0-9.-]{{2,30}} (?:is )?{other}"), vec![words(&front), Token, words(&other)]),
        }
    }

    /// The same as a regex that looks at letter case no more than modori does.
    pub(crate) fn as_regex(&self) -> String {
        format!("(?i){}", self.plain)
    }

    fn write(&self, seeded: &mut Seeded) -> String {
        let piece = |piece: &Piece, seeded: &mut Seeded| match piece {
            Piece::Words(words) if seeded.below(4) == 0 => words[..1].to_uppercase() + &words[1..],
            Piece::Words(words) => words.clone(),
            Piece::Number => seeded.below(100_000).to_string(),
            Piece::Token => format!("mx{}.example.jp", seeded.below(100)),
            Piece::Between => {
                let words = seeded.below(5);
                seeded.phrase(words)
            }
        };
        self.instance.iter().map(|one| piece(one, seeded)).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// So many patterns.
pub(crate) fn patterns(count: usize) -> Vec<Pattern> {
    let mut seeded = Seeded(20_250_313);
    (0..count).map(|_| Pattern::new(&mut seeded)).collect()
}

/// Texts of about 220 bytes, four in five of which hold what one of the patterns means.
pub(crate) fn texts(patterns: &[Pattern], count: usize) -> Vec<String> {
    let mut seeded = Seeded(42);
    let text = |_| {
        let mut text = format!("5{}{} 5.{}.{} ", seeded.below(6), seeded.below(5), seeded.below(8), seeded.below(30));
        let before = seeded.below(14);
        text += &seeded.phrase(before);
        if seeded.below(5) > 0 {
            text.push(' ');
            text += &patterns[seeded.below(patterns.len() as u64) as usize].write(&mut seeded);
        }
        let _ = write!(text, " (mx{}.example.com)", seeded.below(40));
        while text.len() < 215 {
            text.push(' ');
            text += &seeded.word();
        }
        text
    };
    (0..count).map(text).collect()
}

/// Rule files of a hundred rules each with these patterns.
pub(crate) fn layer(patterns: &[Pattern]) -> Layer {
    let file = |(number, patterns): (usize, &[Pattern])| {
        let mut text = format!("[provider]\nid = \"seeded-{number}\"\nkind = \"mta\"\nname.en = \"Seeded {number}\"\n");
        for (rule, pattern) in patterns.iter().enumerate() {
            let key = if pattern.regex { "regex" } else { "text" };
            let _ = write!(text, "\n[[rule]]\nid = \"rule-{rule}\"\ncategory = \"mailbox_full\"\n{key} = '{}'\n", pattern.source);
        }
        RawFile::new(format!("seeded-{number}.toml"), Ok(text.into_bytes()))
    };
    Layer::from(patterns.chunks(100).enumerate().map(file).collect::<Vec<_>>())
}

/// So many patterns that a reply must begin with: codes, and then some words, at once or later on. They are written in the way of
/// classifiers that hold their patterns in one set.
pub(crate) fn anchored(count: usize) -> Vec<String> {
    let mut seeded = Seeded(7);
    let pattern = |number| {
        let words = 2 + seeded.below(2);
        let words = seeded.phrase(words);
        match number % 9 {
            0 => format!("^5[0-9]{{2}}[ -].*{words}"),
            1..=5 => format!("^[45][0-9]{{2}}[ -][45]\\.[0-9]+\\.[0-9]+ {words}"),
            _ => format!("^(?:451|550|554)[ -]{words}"),
        }
    };
    (0..count).map(pattern).collect()
}
