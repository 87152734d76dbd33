//! Reports that are hard to read: inside others, broken, in a character set that they do not name, or without a recipient.

#[path = "common/mails.rs"]
mod mails;

use std::fs;

use mails::{mail, scan_with, summary_with};
use modori::Engine;
use modori::model::{Diagnosis, Lang, Own, RecipientSource};
use modori::rules::Layer;

static ENGINE: std::sync::LazyLock<Engine> = std::sync::LazyLock::new(|| Engine::load(Vec::new()).expect("the shipped rules load"));

fn scan(mail: &[u8]) -> Vec<Diagnosis<'static>> {
    scan_with(&ENGINE, mail)
}

fn summary(mail: &[u8]) -> Vec<String> {
    summary_with(&ENGINE, mail)
}

/// An engine with `rules` on top of the shipped ones.
fn with_rules(rules: &str) -> Engine {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("own.toml"), rules).unwrap();
    Engine::load(vec![Layer::read(folder.path())]).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn letter(subject: &str, text: &str) -> Vec<u8> {
    format!("From: daemon@example.net\nTo: hanako@example.net\nSubject: {subject}\n\n{text}").into_bytes()
}

#[test]
fn a_forwarded_report_is_read_as_itself() {
    assert_eq!(summary(&mail("forwarded")), summary(&mail("postfix-two")));
    assert_eq!(scan(&mail("forwarded"))[0].failure.date, scan(&mail("postfix-two"))[0].failure.date);
    assert_eq!(summary(&mail("forwarded-inline")), ["taro@example.jp user_unknown RCPT 5.1.1"]);
}

#[test]
fn a_forwarded_letter_is_no_report() {
    assert_eq!(summary(&mail("holiday")), Vec::<String>::new());
}

#[test]
fn a_report_that_came_back_itself_does_not_count() {
    assert_eq!(summary(&mail("double-bounce")), ["hanako@example.com mailbox_full RCPT 5.2.2"]);
}

#[test]
fn reports_are_opened_only_so_far() {
    let forward = |inner: &[u8]| {
        let head = b"From: a@example.net\nSubject: Fwd: x\nContent-Type: message/rfc822\n\n";
        [&head[..], inner].concat()
    };
    let mut nested = mail("postfix-two");
    for _ in 0..4 {
        nested = forward(&nested);
    }
    assert_eq!(summary(&nested), summary(&mail("postfix-two")));
    assert_eq!(summary(&forward(&nested)), Vec::<String>::new());
}

#[test]
fn parts_without_a_named_boundary_are_read() {
    let sound = ["taro@example.jp user_unknown RCPT 5.1.1"];
    let broken = String::from_utf8(mail("no-boundary")).unwrap();
    assert_eq!(summary(broken.as_bytes()), sound);
    assert_eq!(scan(broken.as_bytes())[0].failure.subject.as_deref(), Some("Lunch"));
    let wrong = broken.replacen("\n\nThis", "\nContent-Type: multipart/report; boundary=other\n\nThis", 1);
    assert_eq!(summary(wrong.as_bytes()), sound);
    let loose = broken.replacen("\n\nThis", "\nContent-Type: multipart/report;\nreport-type=delivery-status;\nboundary=\"b1\"\n\nThis", 1);
    assert_eq!(summary(loose.as_bytes()), sound);
}

#[test]
fn addresses_may_be_written_in_any_script() {
    let failures = scan(&mail("utf8-addresses"));
    assert_eq!(summary(&mail("utf8-addresses")), ["taro+list@example.jp user_unknown RCPT 5.1.1"]);
    assert_eq!(failures[0].failure.final_recipient.as_deref(), Some("太郎@例え.example"));
    assert_eq!(failures[0].failure.sender.as_deref(), Some("花子@example.net"));
    assert_eq!(failures[0].failure.subject.as_deref(), Some("お昼"));
}

#[test]
fn a_session_is_read_by_the_marks_it_is_printed_with() {
    assert_eq!(summary(&mail("interscan-session")), ["taro@example.jp user_unknown RCPT 5.1.1"]);
}

#[test]
fn a_recipient_that_the_report_does_not_name_is_recovered() {
    let failure = &scan(&mail("verp"))[0].failure;
    assert_eq!(failure.recipient.as_deref(), Some("taro@example.jp"));
    assert_eq!(failure.recipient_source(), Some(RecipientSource::Verp));

    let plain = String::from_utf8(mail("verp")).unwrap().replace("bounce+taro=example.jp", "bounces");
    let failure = &scan(plain.as_bytes())[0].failure;
    assert_eq!(failure.recipient.as_deref(), Some("readers@lists.example.net"));
    assert_eq!(failure.recipient_source(), Some(RecipientSource::ReturnedMail));

    let several = plain.replace("To: Readers <", "Cc: jiro@example.org\nTo: Readers <");
    assert_eq!(scan(several.as_bytes())[0].failure.recipient, None, "which of them failed is not known");
    assert_eq!(scan(&mail("postfix-two"))[0].failure.recipient_source(), Some(RecipientSource::Report));
}

#[test]
fn a_page_that_names_several_says_more_than_fields_that_name_nobody() {
    let mail = String::from_utf8(mail("postfix-two")).unwrap();
    let nameless: String = mail.lines().filter(|line| !line.contains("-Recipient:")).map(|line| format!("{line}\n")).collect();
    assert_eq!(summary(nameless.as_bytes()), ["taro@example.jp user_unknown RCPT 5.1.1", "list@example.com mailbox_full BODY 5.2.2"]);
}

#[test]
fn recipients_in_the_header_count_where_the_layout_says_so() {
    let layout = "[provider]\nid = \"desk\"\nkind = \"isp\"\nname.en = \"Desk\"\n[[layout]]\nid = \"notice\"\nshape = \"notice\"\n\
        opening = ['the parcel desk regrets']\nnamed_in = ['X-Failed']\n";
    let mail = letter("x\nX-Failed: taro@example.jp, <jiro@example.org>", "The parcel desk regrets: User unknown\n");
    let want = ["taro@example.jp user_unknown - -", "jiro@example.org user_unknown - -"];
    assert_eq!(summary_with(&with_rules(layout), &mail), want);
    assert_eq!(summary_with(&with_rules(&layout.replace("X-Failed", "X-Other")), &mail), ["- user_unknown - -"]);
}

#[test]
fn only_words_for_a_stage_end_a_quote() {
    let text = "<taro@example.jp>: host mx.example.jp[192.0.2.1] said: 550 no (in reply to your letter) (in reply to RCPT TO command)";
    let failure = ENGINE.read(text);
    assert_eq!(failure.utterances.last().unwrap().text, "550 no (in reply to your letter)");
    assert_eq!(failure.utterances.last().unwrap().stage, Some(modori::model::Stage::Rcpt));
}

#[test]
fn a_complaint_is_about_whoever_sent_it() {
    assert_eq!(summary(&mail("unsubscribe")), ["taro@icloud.example.com complaint - -"]);
}

#[test]
fn a_report_on_checks_that_failed_is_no_complaint() {
    let report = String::from_utf8(mail("complaint")).unwrap();
    let of_checks = report.replace("Feedback-Type: abuse", "Feedback-Type: auth-failure");
    assert_eq!((summary(report.as_bytes()).len(), summary(of_checks.as_bytes()).len()), (1, 0));
}

#[test]
fn fields_for_programs_may_stand_in_an_attachment_of_any_type() {
    let report = "From: hanako@example.net\nSubject: FW: details\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee the details.\n--b\n\
        Content-Type: application/octet-stream; name=\"details.txt\"\nContent-Transfer-Encoding: base64\n\n\
        UmVwb3J0aW5nLU1UQTogZG5zOyBteC5leGFtcGxlLm5ldAoKRmluYWwtUmVjaXBpZW50OiByZmM4\n\
        MjI7IHRhcm9AZXhhbXBsZS5qcApBY3Rpb246IGZhaWxlZApTdGF0dXM6IDUuMi4yCg==\n--b--\n";
    assert_eq!(summary(report.as_bytes()), ["taro@example.jp mailbox_full - 5.2.2"]);
    let receipt = "From: taro@example.jp\nSubject: Read: Minutes\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\n\
        Your message was displayed.\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; taro@example.jp\n\
        Disposition: manual-action/MDN-sent-manually; displayed\n--b--\n";
    assert_eq!(summary(receipt.as_bytes()), Vec::<String>::new());
}

#[test]
fn mail_in_our_name_that_we_did_not_send_is_told() {
    let own = || Own {
        domains: vec!["example.jp".to_owned()],
        hosts: vec!["*.out.example.jp".to_owned()],
        headers: vec!["List-Id".to_owned(), "X-Campaign".to_owned()],
    };
    let engine = Engine::load(Vec::new()).unwrap().with_own(own());
    let forged = &scan_with(&engine, &mail("forged"))[0];
    assert_eq!(forged.failure.backscatter, Some(true));
    assert_eq!((forged.severity.name(), forged.action.name()), ("notice", "none"));
    for (lang, words) in [("en", "was not sent from your servers"), ("ja", "送り直すものはなく")] {
        let advice = engine.advice(forged, &Lang::parse(lang).unwrap()).unwrap();
        assert!(advice.contains(words), "{advice}");
    }
    assert_eq!(engine.operator(forged, &Lang::english()), None);

    let ours = String::from_utf8(mail("forged")).unwrap().replace("by mx.example.com", "by a.out.example.jp");
    let ours = &scan_with(&engine, ours.as_bytes())[0];
    assert_eq!((ours.failure.backscatter, ours.action.name()), (Some(false), "suppress_address"));
    assert_eq!(scan(&mail("forged"))[0].failure.backscatter, None, "nothing is known of us");

    let headers = &scan_with(&engine, &mail("verp"))[0].failure.headers;
    let want = [("List-Id", "Readers <readers.lists.example.net>"), ("X-Campaign", "春")];
    assert_eq!(*headers, want.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn text_in_another_character_set_than_it_says_is_read() {
    let text = "次のメールアドレスに送信できませんでした。\n\n<taro@example.jp>\n\nメールボックスの容量を超えています\n";
    let engine = with_rules(
        "[provider]\nid = \"desk\"\nkind = \"isp\"\nname.ja = \"窓口\"\nname.en = \"Desk\"\n[[layout]]\nid = \"ja\"\nshape = \"list\"\n\
         opening = ['次のメールアドレスに送信できませんでした']\nrecipient = ['^{recipient:address}$']\n",
    );
    for encoding in [encoding_rs::ISO_2022_JP, encoding_rs::SHIFT_JIS, encoding_rs::EUC_JP, encoding_rs::UTF_8] {
        for label in ["us-ascii", "iso-8859-1", "utf-8"] {
            let mut mail = format!("From: daemon@example.jp\nSubject: x\nContent-Type: text/plain; charset={label}\n\n").into_bytes();
            mail.extend_from_slice(&encoding.encode(text).0);
            assert_eq!(summary_with(&engine, &mail), ["taro@example.jp mailbox_full - -"], "{} as {label}", encoding.name());
        }
    }
}

#[test]
fn a_sentence_may_name_several_recipients() {
    let engine = with_rules(
        "[provider]\nid = \"desk\"\nkind = \"isp\"\nname.en = \"Desk\"\n[[layout]]\nid = \"letter\"\nshape = \"sentence\"\n\
         opening = ['the parcel desk regrets']\nrecipient = ['your parcel for {recipient:address}']\nstops = ['^Yours']\n",
    );
    let own = "The parcel desk regrets:\nyour parcel for taro@example.jp is back: User unknown.\n\
         your parcel for jiro@example.org and\nyour parcel for saburo@example.com are back: Mailbox full.\nYours, the desk: spam\n";
    let want = ["taro@example.jp user_unknown - -", "jiro@example.org mailbox_full - -", "saburo@example.com mailbox_full - -"];
    assert_eq!(summary_with(&engine, &letter("x", own)), want);
    let row = "The parcel desk regrets:\nyour parcel for taro@example.jp, <jiro@example.org>;\nsaburo@example.com is back: Mailbox full, ask x@example.net.\n";
    assert_eq!(summary_with(&engine, &letter("x", row)), want.map(|line| line.replace("user_unknown", "mailbox_full")));
}

#[test]
fn a_sentence_may_name_very_many() {
    let engine = with_rules(
        "[provider]\nid = \"desk\"\nkind = \"isp\"\nname.en = \"Desk\"\n[[layout]]\nid = \"row\"\nshape = \"sentence\"\n\
         opening = ['the parcel desk regrets']\nrecipient = ['your parcel for {recipient:address}']\n",
    );
    let row: Vec<String> = (0..3_000).map(|number| format!("taro{number}@example.jp")).collect();
    for between in [", ", ",\n", " ; "] {
        let text = format!("The parcel desk regrets: your parcel for {} is back: Mailbox full.\n", row.join(between));
        let told = scan_with(&engine, &letter("x", &text));
        let names: Vec<&str> = told.iter().filter_map(|diagnosis| diagnosis.failure.recipient.as_deref()).collect();
        assert_eq!(names, row, "{between:?}");
        assert!(told.iter().all(|diagnosis| engine.set().category(diagnosis.category).id == "mailbox_full"));
    }
}

#[test]
fn a_block_goes_on_where_it_is_indented_or_the_layout_says_so() {
    let engine = with_rules(
        "[provider]\nid = \"desk\"\nkind = \"isp\"\nname.en = \"Desk\"\n[[layout]]\nid = \"block\"\nshape = \"block\"\n\
         opening = ['the parcel desk regrets']\nrecipient = ['^{recipient:address}:$', '^box {recipient:word}:$']\ngoes_on = ['^Answer:']\n",
    );
    let text = "The parcel desk regrets\n\ntaro@example.jp:\n    The other side said\n\n    550 5.1.1 User unknown\n\n\
        jiro@example.org:\nIt said\n\nAnswer: 552 5.2.2 Mailbox full\n\nbox saburo:\n550 5.1.1 User unknown\n\nThis is not about anybody: spam\n";
    let want = ["taro@example.jp user_unknown - 5.1.1", "jiro@example.org mailbox_full - 5.2.2", "saburo user_unknown - 5.1.1"];
    assert_eq!(summary_with(&engine, &letter("x", text)), want);
}

#[test]
fn a_block_that_says_nothing_of_its_own_has_the_words_of_the_page() {
    let engine = with_rules(
        "[provider]\nid = \"desk\"\nkind = \"isp\"\nname.en = \"Desk\"\n[[layout]]\nid = \"block\"\nshape = \"block\"\n\
         opening = ['the parcel desk regrets']\nrecipient = ['^{recipient:address}']\n",
    );
    let above = "The parcel desk regrets: the mailbox is full.\n\ntaro@example.jp\n\n・jiro@example.org\n";
    let want = ["taro@example.jp mailbox_full - -", "jiro@example.org mailbox_full - -"];
    assert_eq!(summary_with(&engine, &letter("x", above)), want);
    let beside = "The parcel desk regrets\n\ntaro@example.jp: the mailbox is full\nContact the desk for more.\n";
    assert_eq!(summary_with(&engine, &letter("x", beside)), ["taro@example.jp mailbox_full - -"]);
}

#[test]
fn words_in_front_of_the_addresses_tell_them_apart() {
    let engine = with_rules(
        "[provider]\nid = \"desk\"\nkind = \"isp\"\nname.en = \"Desk\"\n[[layout]]\nid = \"block\"\nshape = \"block\"\n\
         opening = ['the parcel desk regrets']\nrecipient = [': {recipient:address}$']\n",
    );
    let told = |text: &str| summary_with(&engine, &letter("x", &format!("The parcel desk regrets.\n\n{text}\n")));
    let want = ["taro@example.jp user_unknown - -", "jiro@example.org mailbox_full - -"];
    assert_eq!(told("User unknown: taro@example.jp\nMailbox full: jiro@example.org"), want);
    let full = want.map(|line| line.replace("user_unknown", "mailbox_full"));
    assert_eq!(told("Not brought to: taro@example.jp\nNot brought to: jiro@example.org\n\nMailbox full"), full, "only a label");
    assert_eq!(told("To old Taro: taro@example.jp\nTo old Jiro: jiro@example.org\n\nMailbox full"), full, "they say nothing");
}

#[test]
fn pages_in_html_have_lines_as_they_are_shown() {
    let html = "<div>Your message could not be delivered.</div><table><tr><td>Recipient:</td><td>taro@example.jp</td></tr>\
        <tr><td>Reason:</td><td>Mailbox full</td></tr></table><p>Postmaster</p>";
    let mail = letter("Undeliverable: lunch\nContent-Type: text/html; charset=utf-8", html);
    assert_eq!(summary(&mail), ["taro@example.jp mailbox_full - -"]);
    assert_eq!(scan(&mail)[0].failure.diagnostic, "Reason: Mailbox full\n");
}

#[test]
fn html_is_read_where_plain_text_names_nobody_and_says_little() {
    let mail = |plain: &str| {
        let html = "<p>Your message could not be delivered.</p><p>Recipient: taro@example.jp</p><p>Reason: Mailbox full</p>";
        let parts = format!("--b\nContent-Type: text/plain\n\n{plain}\n--b\nContent-Type: text/html\n\n{html}\n--b--\n");
        letter("Undeliverable: lunch\nContent-Type: multipart/alternative; boundary=b", &parts)
    };
    assert_eq!(summary(&mail("See the HTML part.")), ["taro@example.jp mailbox_full - -"]);
    let told = summary(&mail("Your message could not be delivered.\n\nRecipient: jiro@example.org\nReason: User unknown\n"));
    assert_eq!(told, ["jiro@example.org user_unknown - -"], "plain text says it");
}

#[test]
fn an_address_begins_behind_the_label_or_the_japanese_before_it() {
    for line in
        ["宛先アドレス：taro@example.jp", "送信日時：昨日　受信者：taro@example.jp", "お客様のため、taro@example.jpへのメールは届きません"]
    {
        let told = scan(&letter("配信失敗: 昼食", &format!("下記のメールを配信できませんでした。\n\n{line}\n")));
        let names: Vec<_> = told.iter().map(|diagnosis| diagnosis.failure.recipient.as_deref()).collect();
        assert_eq!(names, [Some("taro@example.jp")], "{line}");
    }
}

/// An engine that knows the reports of a parcel desk, of the shape `block`.
fn with_desk(more: &str) -> Engine {
    with_rules(&format!(
        "[provider]\nid = \"desk\"\nkind = \"isp\"\nname.en = \"Desk\"\n[[layout]]\nid = \"block\"\nshape = \"block\"\n\
         opening = ['the parcel desk regrets']\nrecipient = ['^{{recipient:address}}:', '^To: {{recipient:address}}', '^(sent to {{original:address}})']\n{more}",
    ))
}

#[test]
fn a_recipient_that_is_named_twice_fails_once_with_the_words_of_both() {
    let text = "The parcel desk regrets / Die Paketstelle bedauert\n\ntaro@example.jp: nicht angekommen\n\n\
        jiro@example.org: 552 5.2.2 Mailbox full\n\nTaro@example.jp: 550 5.1.1 User unknown\n";
    let want = ["taro@example.jp user_unknown - 5.1.1", "jiro@example.org mailbox_full - 5.2.2"];
    assert_eq!(summary_with(&with_desk(""), &letter("x", text)), want);
    let diagnostic = scan_with(&with_desk(""), &letter("x", text))[0].failure.diagnostic.clone();
    assert_eq!(diagnostic, "taro@example.jp: nicht angekommen\nTaro@example.jp: 550 5.1.1 User unknown\n");
}

#[test]
fn where_one_is_named_the_page_speaks_behind_words_without_a_code() {
    let text = |own: &str| format!("The parcel desk regrets: the mailbox is full.\n\nTo: taro@example.jp\n{own}\n");
    let told = |own: &str| summary_with(&with_desk(""), &letter("x", &text(own)));
    assert_eq!(told("Subject: Lunch"), ["taro@example.jp mailbox_full - -"]);
    assert_eq!(told("User unknown"), ["taro@example.jp user_unknown - -"], "its own words are the nearer ones");
    assert_eq!(told("550 5.9.9 The desk is tired"), ["taro@example.jp undetermined - 5.9.9"]);
    let both = told("Subject: Lunch\n\nTo: jiro@example.org\nSubject: Lunch");
    assert_eq!(both, ["taro@example.jp undetermined - -", "jiro@example.org undetermined - -"]);
}

#[test]
fn a_line_may_name_several_recipients_of_a_block() {
    let text = "The parcel desk regrets\n\nTo: taro@example.jp, <jiro@example.org>;saburo@example.com\nMailbox full\n";
    let want = ["taro@example.jp", "jiro@example.org", "saburo@example.com"].map(|name| format!("{name} mailbox_full - -"));
    assert_eq!(summary_with(&with_desk(""), &letter("x", text)), want);
    let bare = "The parcel desk regrets\n\n  taro@example.jp; jiro@example.org,\n  saburo@example.com\nMailbox full\n\nYours, the desk: x@example.net, ask us.\n";
    for shape in ["block", "list"] {
        let engine = with_rules(&format!(
            "[provider]\nid = \"desk\"\nkind = \"isp\"\nname.en = \"Desk\"\n[[layout]]\nid = \"bare\"\nshape = \"{shape}\"\n\
             opening = ['the parcel desk regrets']\nrecipient = ['^{{recipient:address}}$']\n"
        ));
        assert_eq!(summary_with(&engine, &letter("x", bare)), want, "{shape}");
    }
}

#[test]
fn the_address_that_the_sender_used_may_stand_below_the_one_that_failed() {
    let text = "The parcel desk regrets\n\ntaro@example.jp:\n(sent to list@example.com)\nMailbox full\n";
    let told = scan_with(&with_desk(""), &letter("x", text));
    let failure = &told[0].failure;
    let names = (failure.recipient.as_deref(), failure.final_recipient.as_deref());
    assert_eq!((names, told.len()), ((Some("list@example.com"), Some("taro@example.jp")), 1));
    assert_eq!(summary(&mail("exim-generated")), ["list@example.com mailbox_full RCPT 5.2.2"]);
}

#[test]
fn where_the_address_that_failed_is_hidden_the_one_that_was_used_is_the_recipient() {
    let text = "The parcel desk regrets\n\nan undisclosed address\n(sent to list@example.com)\nMailbox full\n\ntaro@example.jp:\nUser unknown\n\n\
        To: jiro@example.org\n";
    let want = ["list@example.com mailbox_full - -", "taro@example.jp user_unknown - -"];
    assert_eq!(summary_with(&with_desk(""), &letter("x", text))[..2], want);
}

#[test]
fn the_only_address_in_a_report_is_the_recipient() {
    let source = |text: &str| {
        let told = scan_with(&with_desk(""), &letter("x", &format!("The parcel desk regrets: Mailbox full.\n{text}\n")));
        let failure = &told[0].failure;
        failure.recipient_source().map(|source| (failure.recipient.clone().unwrap().into_owned(), source))
    };
    let only = Some(("taro@example.jp".to_owned(), RecipientSource::OnlyAddress));
    assert_eq!(source("We tried taro@example.jp for hanako@example.net."), only);
    assert_eq!(
        source("Message-ID: <m1@example.org>\nID : m2@example.org\nWe tried (Taro@example.jp), taro@example.jp.").map(|found| found.1),
        only.clone().map(|found| found.1)
    );
    assert_eq!(source("We tried taro@example.jp. Questions? postmaster@example.net, daemon@example.net"), only);
    assert_eq!(source("We tried taro@example.jp and jiro@example.jp."), None, "which of them failed is not known");
    assert_eq!(source("Questions? Write to support@example.org."), None);
    let in_subject = |text: &str| {
        let text = format!("The parcel desk regrets: Mailbox full.\n{text}\n");
        let told = scan_with(&with_desk(""), &letter("Your parcel for taro@example.jp, from hanako@example.net", &text));
        told[0].failure.recipient.clone().map(std::borrow::Cow::into_owned)
    };
    assert_eq!(in_subject(""), only.map(|(address, _)| address));
    assert_eq!(
        in_subject("\nReturn-Path: <x@example.net>\nFrom: hanako@example.net\nSubject: Lunch\n"),
        None,
        "it may speak of the mail that came back"
    );
}

#[test]
fn what_an_answer_quotes_shows_no_layout() {
    let quoted = "> The parcel desk regrets\n>\n> To: taro@example.jp\n> Mailbox full\n";
    let told = |text: &str| scan_with(&with_desk(""), &letter("Re: x", text)).len();
    assert_eq!(told(&format!("Did you see this?\n\n{quoted}")), 0);
    assert_eq!(told(quoted), 1, "it holds nothing else");
    assert_eq!(told(">>> DATA\nThe parcel desk regrets\n\nTo: taro@example.jp\n"), 1, "a session is no quotation");
    let forward =
        |mark: &str| summary(&letter("Fwd: failure notice", &format!("Sent from my phone\n\n{mark}\n\n{}", quotation(&mail("qmail")))));
    assert_eq!(forward("Begin forwarded message:"), summary(&mail("qmail")));
    assert_eq!(forward("Look at this!"), Vec::<String>::new());
}

/// A mail, quoted.
fn quotation(mail: &[u8]) -> String {
    String::from_utf8_lossy(mail).lines().map(|line| format!("> {line}\n")).collect()
}

#[test]
fn a_header_that_is_quoted_before_the_words_is_no_returned_mail() {
    let text = |below: &str| {
        format!("Your message could not be delivered.\n\nFrom: hanako@example.net\nTo: Taro <taro@example.jp>\nSubject: Lunch\n\n{below}\n")
    };
    let told = |below: &str| summary(&letter("Undeliverable: Lunch", &text(below)));
    assert_eq!(told("The server mx.example.jp responded: 550 5.1.1 User unknown"), ["taro@example.jp user_unknown - 5.1.1"]);
    assert_eq!(told("Taro's user is unknown to 550 people"), ["taro@example.jp undetermined - -"]);
}

#[test]
fn a_mail_may_begin_with_blank_lines() {
    let below = [b"\r\n\n", &mail("qmail")[..]].concat();
    assert_eq!(summary(&below), summary(&mail("qmail")));
}

#[test]
fn of_a_session_each_recipient_has_what_names_it_or_nobody() {
    let session = |text: &str| {
        format!(
            "   ----- The following addresses had permanent fatal errors -----\n<taro@example.jp>\n<jiro@example.org>\n\n\
             \x20  ----- Transcript of session follows -----\n... while talking to mx.example.jp.:\n{text}"
        )
    };
    let mail = |text: &str| letter("Returned mail: see transcript for details", &session(text));
    let pipelined = ">>> DATA\n<<< 550 5.1.1 <taro@example.jp>: User unknown\n550 5.1.1 <taro@example.jp>... User unknown\n\
        <<< 552 5.2.2 <jiro@example.org>: Mailbox full\n552 5.2.2 <jiro@example.org>... Mailbox full\n<<< 554 5.5.1 Error: no valid recipients\n";
    assert_eq!(summary(&mail(pipelined)), ["taro@example.jp user_unknown RCPT 5.1.1", "jiro@example.org mailbox_full RCPT 5.2.2"]);
    let named = ">>> DATA\n<<< 552 5.2.2 Mailbox full\n>>> RCPT To:<taro@example.jp>\n<<< 550 5.1.1 <taro@example.jp>... User unknown\n";
    assert_eq!(summary(&mail(named)), ["taro@example.jp user_unknown RCPT 5.1.1", "jiro@example.org mailbox_full BODY 5.2.2"]);
}

#[test]
fn the_lines_of_a_session_may_begin_with_the_time() {
    let line = |text: &str| format!(" Tue 2025-01-14 10:21:33: {text}\n");
    let session: String = [
        "--> RCPT To:<taro@example.jp>",
        "<-- 550 5.1.1 <taro@example.jp> unknown user",
        "--> RCPT To:<jiro@example.org>",
        "<-- 552 5.2.2 <jiro@example.org> mailbox full",
        "--> QUIT",
    ]
    .map(line)
    .concat();
    let text = format!(
        "The attached message had PERMANENT fatal delivery errors!\n\nFailed address: taro@example.jp\nFailed address: jiro@example.org\n\n--- Session Transcript ---\n{session}--- End Transcript ---\n"
    );
    assert_eq!(summary(&letter("x", &text)), ["taro@example.jp user_unknown RCPT 5.1.1", "jiro@example.org mailbox_full RCPT 5.2.2"]);
}

#[test]
fn a_layout_of_ones_own_comes_before_a_shipped_one_that_asks_as_much() {
    let engine = with_rules(
        "[provider]\nid = \"zz-desk\"\nkind = \"isp\"\nname.en = \"Desk\"\n[[layout]]\nid = \"qmail\"\nshape = \"notice\"\n\
         from = ['mailer-daemon@{_:host}']\nopening = ['qmail-send program at']\nkind = \"success\"\n",
    );
    let kinds: Vec<&str> = scan_with(&engine, &mail("qmail")).iter().map(|diagnosis| diagnosis.kind.name()).collect();
    assert_eq!(kinds, ["success"]);
}
