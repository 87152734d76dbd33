//! Any text as the fields of a notification (RFC 3464), below a page that names recipients.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use modori::Engine;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::load(Vec::new()).expect("the shipped rules load"));

const HEAD: &[u8] = b"From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail\nContent-Type: multipart/report; boundary=b\n\n--b\n\n\
    This is the mail system at host mx.example.net.\n\n<taro@example.jp>: host mx.example.jp[192.0.2.1] said: 550 no (in reply to RCPT TO command)\n\n\
    --b\nContent-Type: message/global-delivery-status\n\n";

fuzz_target!(|fields: &[u8]| {
    let _ = ENGINE.read_mail(&[HEAD, fields].concat());
});
