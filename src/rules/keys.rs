//! The keys of rule files: what each takes and means. The reader refuses what is not here, and the schema for editors is made of it.

use crate::model::{About, Action, Audience, Kind, Named, PageShape, ProviderKind, Role, Scope, Severity, Stage, Strength};

/// A key of a table.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// Whether it must be there.
    pub needed: Needed,
    /// What it means, in a sentence.
    pub about: &'static str,
}

/// Whether a key must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needed {
    /// It may be left out.
    No,
    /// It must be there.
    Yes,
    /// It must be there unless this one is `true`.
    Unless(&'static str),
}

/// What a key takes.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// A string.
    Text,
    /// A string, or a list of strings.
    Texts,
    /// An id: small letters, digits, hyphens and underscores.
    Id,
    /// `true` or `false`.
    Yes,
    /// A whole number.
    Integer,
    /// A date without quotes.
    Date,
    /// One word of a list.
    Word(fn() -> Vec<&'static str>),
    /// One word of a list, or several.
    Words(fn() -> Vec<&'static str>),
    /// A string, or a list of strings, by language.
    Localized,
    /// A table.
    Table(&'static [Key]),
    /// A list of tables.
    Tables(&'static [Key]),
    /// A list of strings and tables.
    TextsAndTables(&'static [Key]),
    /// A list of tables whose keys are free, with a string for each.
    TablesOfTexts,
    /// A table whose keys are free, with a word of a list for each.
    WordsByName(fn() -> Vec<&'static str>),
}

fn names<T: Named>() -> Vec<&'static str> {
    T::all().iter().map(|word| word.name()).collect()
}

const fn key(name: &'static str, takes: Takes, about: &'static str) -> Key {
    Key { name, takes, needed: Needed::No, about }
}

const fn needed(name: &'static str, takes: Takes, about: &'static str) -> Key {
    Key { name, takes, needed: Needed::Yes, about }
}

const STAGES: Takes = Takes::Words(names::<Stage>);
const COMMAND: &str = "Stages of the SMTP session at which the words must have been said; BODY is after the final dot.";
const REPLY: &str = "Reply codes that must stand there: 550, or 5* for a class.";
const STATUS: &str = "Enhanced status codes that must stand there: 5.1.1, with * for any part.";
const KIND: &str = "Kinds of report that it must be.";
const NOT: &str = "Texts that must be absent.";
const SINCE: &str = "The first day on which it holds, against the report's date.";
const UNTIL: &str = "The first day on which it holds no more.";
const ADVICE: &str = "What to tell the person who sent the mail, by language; of a list, the first whose facts are all known.";
const OPERATOR: &str = "What to tell whoever runs the sending server, by language.";

/// The keys of a file.
pub const FILE_KEYS: &[Key] = &[
    key("provider", Takes::Table(PROVIDER_KEYS), "Whose rules these are."),
    key("category", Takes::Tables(CATEGORY_KEYS), "A reason for which mails come back."),
    key("rule", Takes::Tables(RULE_KEYS), "What words mean."),
    key("note", Takes::Tables(NOTE_KEYS), "An addition to the advice, for this provider and some categories."),
    key("stages", Takes::WordsByName(names::<Stage>), "Words by which mail systems name stages of the SMTP session."),
    key("shape", Takes::Tables(SHAPE_KEYS), "A way in which diagnostics are printed."),
    key("transcript", Takes::Tables(TRANSCRIPT_KEYS), "How SMTP sessions are printed."),
    key("layout", Takes::Tables(LAYOUT_KEYS), "What whole reports that are prose look like."),
    key("notice", Takes::Tables(NOTICE_KEYS), "Where the JSON notices of a sending service say what."),
];

/// The keys of `[provider]`.
pub const PROVIDER_KEYS: &[Key] = &[
    needed("id", Takes::Id, "Its name in rules and output."),
    key("kind", Takes::Word(names::<ProviderKind>), "What it is. A file that adds to a known provider can leave it out."),
    key("name", Takes::Localized, "What people call it, by language."),
    key("domains", Takes::Texts, "The recipient domains that it serves; *. in front for those below a domain."),
    key("hosts", Takes::Texts, "The hosts that speak or report in its name, * for any part."),
    key("scope", Takes::Word(names::<Scope>), "Whose words the file's rules are for, unless they say otherwise."),
];

/// The keys of `[[category]]`.
pub const CATEGORY_KEYS: &[Key] = &[
    needed("id", Takes::Id, "Its name in rules and output."),
    needed("group", Takes::Text, "What it is about."),
    key("name", Takes::Localized, "What people call it, by language."),
    needed("severity", Takes::Word(names::<Severity>), "Whether sending again can help."),
    needed("action", Takes::Word(names::<Action>), "What a program should do."),
    key("sisimai", Takes::Texts, "The names that Sisimai gives the same reason; the first is printed."),
    key("strength", Takes::Word(names::<Strength>), "How much its rules say unless they say otherwise."),
    key("default_for", Takes::Words(names::<Kind>), "The kinds of report that have this category where no rule says why."),
    key("advice", Takes::Localized, ADVICE),
    key("operator", Takes::Localized, OPERATOR),
];

/// The keys of `[[rule]]`.
pub const RULE_KEYS: &[Key] = &[
    needed("id", Takes::Id, "Its name within its provider."),
    Key {
        name: "category",
        takes: Takes::Text,
        needed: Needed::Unless("disabled"),
        about: "Why the mail came back: the id of a category.",
    },
    key("scope", Takes::Word(names::<Scope>), "Whose words it is for: anybody's, or its provider's alone."),
    key("strength", Takes::Word(names::<Strength>), "How much its words say."),
    key("priority", Takes::Integer, "Decides before everything else; hardly ever needed."),
    key("severity", Takes::Word(names::<Severity>), "In place of the category's."),
    key("action", Takes::Word(names::<Action>), "In place of the category's."),
    key("text", Takes::Texts, "Words pasted from a bounce; any of them. * is any words, {hole} becomes a fact."),
    key("regex", Takes::Texts, "Patterns in the syntax of the regex crate, where a text is not enough."),
    key("not", Takes::Texts, NOT),
    key("command", STAGES, COMMAND),
    key("reply", Takes::Texts, REPLY),
    key("status", Takes::Texts, STATUS),
    key("kind", Takes::Words(names::<Kind>), KIND),
    key("since", Takes::Date, SINCE),
    key("until", Takes::Date, UNTIL),
    key("when", Takes::Tables(WHEN_KEYS), "What it says under further conditions; the first that holds."),
    key("examples", Takes::TextsAndTables(EXAMPLE_KEYS), "Texts that it, and no other rule, must win."),
    key("counter_examples", Takes::TextsAndTables(EXAMPLE_KEYS), "Texts that it must not win."),
    key("advice", Takes::Localized, ADVICE),
    key("operator", Takes::Localized, OPERATOR),
    key("disabled", Takes::Yes, "Switches off the rule of this id in a layer below."),
];

/// The keys of an entry of `when`.
pub const WHEN_KEYS: &[Key] = &[
    key("command", STAGES, COMMAND),
    key("reply", Takes::Texts, REPLY),
    key("status", Takes::Texts, STATUS),
    key("kind", Takes::Words(names::<Kind>), KIND),
    key("not", Takes::Texts, NOT),
    key("since", Takes::Date, SINCE),
    key("until", Takes::Date, UNTIL),
    key("category", Takes::Text, "The category then."),
    key("severity", Takes::Word(names::<Severity>), "The severity then."),
    key("action", Takes::Word(names::<Action>), "The action then."),
    key("strength", Takes::Word(names::<Strength>), "The strength then."),
];

/// The keys of an example that is a table.
pub const EXAMPLE_KEYS: &[Key] = &[
    needed("text", Takes::Text, "The text."),
    key("command", Takes::Word(names::<Stage>), "The stage at which it was said."),
    key("reply", Takes::Text, "The reply code, where the text does not show it."),
    key("status", Takes::Text, "The enhanced status code, likewise."),
    key("remote", Takes::Text, "The host that said it."),
    key("recipient", Takes::Text, "The recipient's address."),
    key("kind", Takes::Word(names::<Kind>), "The kind of the report."),
    key("date", Takes::Date, "The date of the report."),
];

/// The keys of `[[note]]`.
pub const NOTE_KEYS: &[Key] = &[
    key("category", Takes::Texts, "The categories it belongs to; it must be there but for mail that others sent in our name."),
    key(
        "for",
        Takes::Word(names::<Audience>),
        "Which mails: those to the provider's users, those that they sent, or those that others sent in our name. A user who wrote to a user gets, of two notes for the same categories, the one for those that they sent.",
    ),
    needed("note", Takes::Localized, "The note, by language."),
];

/// The keys of `[[shape]]`.
pub const SHAPE_KEYS: &[Key] = &[
    needed("id", Takes::Id, "Its name within its provider."),
    needed("role", Takes::Word(names::<Role>), "What the words of the shape do to the text around them."),
    key("opens", Takes::Texts, "What it looks like; of a quote, what stands before the quoted words."),
    key("closes", Takes::Texts, "What ends a quote."),
    key("stage", Takes::Word(names::<Stage>), "The stage that it tells."),
];

/// The keys of `[[transcript]]`.
pub const TRANSCRIPT_KEYS: &[Key] = &[
    needed("sent", Takes::Text, "Stands before what our side sent."),
    needed("received", Takes::Text, "Stands before what the other side answered."),
    key("consequences", Takes::Texts, "Replies that only follow from refused recipients."),
    key("summary", Takes::Texts, "Stands between an address and what was said about it, where a line sums up."),
];

/// The keys of `[[layout]]`.
pub const LAYOUT_KEYS: &[Key] = &[
    needed("id", Takes::Id, "Its name within its provider."),
    needed("shape", Takes::Word(names::<PageShape>), "How recipients and reasons stand on the page."),
    key("from", Takes::Texts, "Words of the From field by which it is known."),
    key("subject", Takes::Texts, "Words of the subject by which it is known."),
    key("header", Takes::Texts, "Header fields by which it is known: `X-Name`, or `X-Name: words`."),
    key("opening", Takes::Texts, "Words of the text by which it is known."),
    key("begins", Takes::Texts, "What stands before the part that names recipients."),
    key("ends", Takes::Texts, "What ends that part."),
    key("recipient", Takes::Texts, "What names a recipient."),
    key("reason", Takes::Texts, "What stands before a reason."),
    key("stops", Takes::Texts, "What ends a reason."),
    key("returned", Takes::Texts, "What stands before the message that came back."),
    key("delay", Takes::Texts, "Words of a report that is about a delay."),
    key("success", Takes::Texts, "Words of a report that is about a success."),
    key("goes_on", Takes::Texts, "What begins a further paragraph about the same recipient."),
    key("kind", Takes::Word(names::<Kind>), "The kind of all its reports."),
    key("named_in", Takes::Texts, "Header fields of the report that list the recipients."),
    key("about", Takes::Word(names::<About>), "Whose address counts where none is named."),
];

/// The keys of `[[notice]]`, whose values are paths into the JSON but for the first three.
pub const NOTICE_KEYS: &[Key] = &[
    needed("id", Takes::Id, "Its name within its provider."),
    needed("kind", Takes::Word(names::<Kind>), "The kind of report that it is."),
    key("where", Takes::TablesOfTexts, "What must stand at which path; any of the tables."),
    key("envelope", Takes::Text, "The path of a string that holds the notice as JSON."),
    key("each", Takes::Text, "The path of a list, each entry of which is about one recipient."),
    needed("recipient", Takes::Texts, "The recipient's address."),
    key("words", Takes::Texts, "What was said."),
    key("class", Takes::Texts, "What the service calls the reason."),
    key("status", Takes::Texts, "The enhanced status code."),
    key("remote", Takes::Texts, "The host that said it."),
    key("reporting", Takes::Texts, "The host that reports it."),
    key("sender", Takes::Texts, "The sender of the mail that came back."),
    key("subject", Takes::Texts, "Its subject."),
    key("message_id", Takes::Texts, "Its message id."),
    key("date", Takes::Texts, "The date of the report."),
];
