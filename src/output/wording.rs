//! The few words of the text form, in its languages.

use crate::model::{Action, Lang, Limit, RecipientSource, Severity};

/// A word of the text form.
#[derive(Debug, Clone, Copy)]
pub(super) enum Word {
    Recipient,
    Expanded,
    Speaker,
    Reply,
    Words,
    Advice,
    Operator,
    Rule,
    Facts,
    NoRule,
    NoReport,
    Summary,
    Mails,
    Reports,
    Failures,
    ByCategory,
    ByProvider,
    NotKnown,
    Unexplained,
    Unread,
    Limit,
    Lines,
    Returned,
    Deferred,
    Delivered,
    ReturnedByCategory,
    DeferredByCategory,
    ByDomain,
    ByHour,
    NoRecipient,
    Others,
}

/// The word in `lang`: Japanese, else English.
pub(super) fn word(word: Word, lang: &Lang) -> &'static str {
    let (ja, en) = match word {
        Word::Recipient => ("宛先", "To"),
        Word::Expanded => ("転送先", "Sent on to"),
        Word::Speaker => ("答えた側", "Answered by"),
        Word::Reply => ("応答", "Answer"),
        Word::Words => ("決め手", "Words"),
        Word::Advice => ("どうすればよいか", "What to do"),
        Word::Operator => ("送信サーバーの管理者へ", "For whoever runs the sending server"),
        Word::Rule => ("規則", "Rule"),
        Word::Limit => ("読んだ範囲", "Read in part"),
        Word::Facts => ("数値など", "Facts"),
        Word::NoRule => ("当てはまる規則なし", "no rule matched"),
        Word::NoReport => ("エラーメールなどの報告ではありません", "not a report"),
        Word::Summary => ("まとめ", "Summary"),
        Word::Mails => ("読んだメール", "mails read"),
        Word::Reports => ("報告", "reports"),
        Word::Failures => ("宛先ごとの結果", "results, one a recipient"),
        Word::ByCategory => ("理由別", "By reason"),
        Word::ByProvider => ("答えた側別", "By who answered"),
        Word::NotKnown => ("(不明)", "(not known)"),
        Word::Unexplained => ("理由が分からないメール", "Mails whose reason is unknown"),
        Word::Unread => ("読めなかったもの", "Could not be read"),
        Word::Lines => ("読んだ行", "lines read"),
        Word::Returned => ("届かなかった", "returned"),
        Word::Deferred => ("配送待ち", "deferred"),
        Word::Delivered => ("届いた", "arrived"),
        Word::ReturnedByCategory => ("届かなかった理由", "Returned, by reason"),
        Word::DeferredByCategory => ("配送待ちの理由", "Deferred, by reason"),
        Word::ByDomain => ("宛先ドメイン別", "By recipient domain"),
        Word::ByHour => ("時刻別", "By hour of the day"),
        Word::NoRecipient => ("(宛先不明)", "(no recipient)"),
        Word::Others => ("(そのほか)", "(others)"),
    };
    if lang.is("ja") { ja } else { en }
}

/// A severity in words.
#[must_use]
pub fn severity(severity: Severity, lang: &Lang) -> &'static str {
    let (ja, en) = match severity {
        Severity::Permanent => ("このままでは届きません", "will fail again unchanged"),
        Severity::Temporary => ("一時的です", "temporary"),
        Severity::Notice => ("お知らせです", "for information"),
    };
    if lang.is("ja") { ja } else { en }
}

/// An action in words.
#[must_use]
pub fn action(action: Action, lang: &Lang) -> &'static str {
    let (ja, en) = match action {
        Action::SuppressAddress => ("この宛先への送信をやめる", "stop sending to this address"),
        Action::RetryLater => ("あとでもう一度送る", "send again later"),
        Action::Wait => ("待つ", "wait"),
        Action::ContactRecipient => ("受信者に別の方法で連絡する", "reach the recipient another way"),
        Action::ShrinkMessage => ("メールを小さくする", "make the message smaller"),
        Action::ChangeContent => ("内容を変える", "change the content"),
        Action::FixSendingServer => ("送信側の設定を直す", "mend the sending side"),
        Action::SlowDown => ("送る量を減らす", "send more slowly"),
        Action::Unsubscribe => ("配信をやめる", "unsubscribe the person"),
        Action::None => ("何もしなくてよい", "nothing to do"),
    };
    if lang.is("ja") { ja } else { en }
}

/// How many more there are than were named.
pub(super) fn and_more(count: usize, lang: &Lang) -> String {
    if lang.is("ja") { format!("… ほか {count} 件") } else { format!("… and {count} more") }
}

/// Where a recipient's address was found, where the report does not name it.
pub(super) fn recipient_source(source: RecipientSource, lang: &Lang) -> Option<&'static str> {
    let (ja, en) = match source {
        RecipientSource::Report => return None,
        RecipientSource::Verp => ("エラーメールの届け先から", "from the address that the report came to"),
        RecipientSource::ReturnedMail => ("返ってきたメールの宛先から", "from the mail that came back"),
        RecipientSource::OnlyAddress => ("エラーメールにあるただ一つのアドレス", "the only address in the report"),
    };
    Some(if lang.is("ja") { ja } else { en })
}

/// The limit at which reading stopped.
pub(super) fn limit(limit: Limit, lang: &Lang) -> &'static str {
    let (ja, en) = match limit {
        Limit::Size => ("大きいため、はじめの 64 MB まで", "the mail is large: its first 64 MB"),
        Limit::Parts => ("部分が多すぎるため、はじめの 100 個まで", "the mail has too many parts: the first 100"),
        Limit::Recipients => ("宛先が多すぎるため、はじめの 100,000 件まで", "the mail names too many recipients: the first 100,000"),
    };
    if lang.is("ja") { ja } else { en }
}
