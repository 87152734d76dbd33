//! The words of the page, in its languages.

use crate::model::Lang;

/// A word of the page.
#[derive(Debug, Clone, Copy)]
pub(super) enum Word {
    Title,
    Lead,
    Label,
    Hint,
    Placeholder,
    Ask,
    Busy,
    Answer,
    NoReport,
    NoReportHelp,
    Advice,
    Operator,
    Said,
    Read,
    To,
    SentOn,
    AnsweredBy,
    Code,
    Rule,
    NoRule,
    Backscatter,
    More,
    Foot,
    Failed,
    Languages,
}

/// The word in `lang`: Japanese, else English.
pub(super) fn word(word: Word, lang: &Lang) -> &'static str {
    let (ja, en) = match word {
        Word::Title => ("戻ってきたメールの読み方", "Why did this mail come back?"),
        Word::Lead => (
            "届かずに戻ってきたメール（エラーメール）を貼り付けると、理由と、これからどうすればよいかが分かります。",
            "Paste a mail that was returned to you, and read why it came back and what to do now.",
        ),
        Word::Label => ("戻ってきたメール、またはエラーの文", "The returned mail, or its error text"),
        Word::Hint => (
            "メール全体（ヘッダーも含む）でも、エラーの一行だけでもかまいません。貼り付けたものは保存されません。",
            "The whole mail with its headers, or just the line with the error. What you paste is not kept.",
        ),
        Word::Placeholder => (
            "例：550 5.1.1 <taro@example.jp>: Recipient address rejected: User unknown",
            "For example: 550 5.1.1 <taro@example.jp>: Recipient address rejected: User unknown",
        ),
        Word::Ask => ("理由を調べる", "Explain it"),
        Word::Busy => ("調べています…", "Reading…"),
        Word::Answer => ("結果", "Answer"),
        Word::NoReport => ("エラーメールではないようです", "This is no report of a returned mail"),
        Word::NoReportHelp => (
            "貼り付けられたメールには、配送についての知らせが見当たりません。エラーメールの本文だけを貼り付けてみてください。",
            "The mail says nothing about a delivery. If you know that it does, paste only the text that speaks of the error.",
        ),
        Word::Advice => ("どうすればよいか", "What to do"),
        Word::Operator => ("送信サーバーの管理者へ", "For whoever runs the sending server"),
        Word::Said => ("決め手になった文", "The words that decided"),
        Word::Read => ("読み取った文", "What it says"),
        Word::To => ("宛先", "To"),
        Word::SentOn => ("転送先", "Sent on to"),
        Word::AnsweredBy => ("答えた側", "Answered by"),
        Word::Code => ("応答", "Answer code"),
        Word::Rule => ("規則", "Rule"),
        Word::NoRule => ("当てはまる規則なし", "no rule matched"),
        Word::Backscatter => ("あなたの名をかたった別人のメールです", "Somebody else sent this mail in your name"),
        Word::More => ("このほかの宛先の数：", "Recipients that are not shown: "),
        Word::Foot => (
            "公開された規則にもとづいて文面を読むだけで、外部への問い合わせはしません。",
            "It only reads the words, by rules that are open to all, and asks no other machine.",
        ),
        Word::Failed => ("調べられませんでした。しばらくしてからもう一度お試しください。", "That did not work. Try again in a moment."),
        Word::Languages => ("言語", "Language"),
    };
    if lang.is("ja") { ja } else { en }
}
