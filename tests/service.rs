//! `modori serve` over a real socket: every route, and guests of every kind.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A service of our own.
struct Serving {
    child: Child,
    address: SocketAddr,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Serving {
    fn start(args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_modori"));
        command.env_remove("MODORI_RULES").env("XDG_CONFIG_HOME", "/nonexistent").env("LC_ALL", "C");
        let mut child = command.args(["serve", "--listen", "127.0.0.1:0"]).args(args).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let address = line.trim().trim_end_matches('/').rsplit('/').next().and_then(|address| address.parse().ok());
        let address = address.unwrap_or_else(|| panic!("{line}"));
        // Somebody must hear what it says, lest it wait.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Self { child, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    /// Sends these bytes, and reads the answer to its end.
    fn send(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        read(&mut stream)
    }

    fn ask(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
        let head =
            format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
        self.send(&[head.as_bytes(), body].concat())
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "", b"")
    }

    fn lookup(&self, question: &Value) -> Answer {
        self.ask("POST", "/v1/lookup", "Content-Type: application/json\r\n", question.to_string().as_bytes())
    }

    fn page(&self, path: &str, headers: &str, text: &str) -> Answer {
        let escaped: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let headers = format!("Content-Type: application/x-www-form-urlencoded\r\n{headers}");
        self.ask("POST", path, &headers, format!("text={escaped}").as_bytes())
    }

    /// Asks until the answer is the one that must come.
    fn until(&self, path: &str, holds: impl Fn(&Answer) -> bool) -> Answer {
        let start = Instant::now();
        loop {
            let answer = self.get(path);
            if holds(&answer) {
                return answer;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "{path} still says {answer:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn read(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no HTTP: {text:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
    Answer { status, head: head.to_lowercase(), body: body.to_owned() }
}

#[test]
fn every_route_answers_as_it_is_described() {
    let serving = Serving::start(&["--lang", "en"]);
    let description = serving.get("/openapi.json").json();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let answer = match (method.as_str(), path.as_str()) {
                ("post", "/v1/lookup") => serving.lookup(&json!({ "text": "552 5.2.2 Mailbox full" })),
                ("post", "/v1/scan") => serving.ask("POST", path, "", b"Subject: x\n\nx\n"),
                ("post", _) => serving.page(path, "", "552 5.2.2 Mailbox full"),
                _ => serving.get(path),
            };
            assert_eq!(answer.status, 200, "{method} {path}: {answer:?}");
            let described = methods[method]["responses"]["200"]["content"].as_object().unwrap().keys().next().unwrap();
            assert!(answer.head.contains(&format!("content-type: {described}")), "{method} {path}: {}", answer.head);
            assert!(answer.head.contains("content-security-policy: default-src 'none';"), "{path}");
        }
    }
    assert_eq!(serving.get("/nothing").status, 404);
    assert_eq!(serving.get("/v1/lookup").status, 405);
}

#[test]
fn texts_get_the_records_that_the_command_prints() {
    let serving = Serving::start(&["--lang", "en"]);
    let one = serving.lookup(&json!({ "text": "552 5.2.2 Mailbox full" })).json();
    assert_eq!((&one["category"], &one["lang"], &one["generation"]), (&json!("mailbox_full"), &json!("en"), &json!(1)));
    let many = serving.lookup(&json!({ "texts": ["552 5.2.2 Mailbox full", ""], "lang": "ja", "explain": true })).json();
    assert_eq!(many.as_array().unwrap().len(), 2);
    assert_eq!((&many[0]["lang"], &many[1]["index"]), (&json!("ja"), &json!(1)));
    assert!(many[0]["evidence"]["words"].is_string());
    assert_eq!(serving.lookup(&json!({ "texts": [] })).json(), json!([]));
    let asked = serving.lookup(&json!({ "text": "mail forwarding loop for taro@example.jp", "provider": "kagoya" })).json();
    assert!(asked["rule"].as_str().unwrap().starts_with("kagoya/"), "{asked}");
    for (wrong, why) in [
        (json!({ "text": "x", "texts": ["x"] }), "either"),
        (json!({}), "either"),
        (json!({ "text": "x", "provider": "kagoyo" }), "did you mean `kagoya`"),
        (json!({ "text": "x", "lang": "日本語" }), "is no language"),
        (json!({ "txt": "x" }), "unknown field"),
        (json!({ "text": 1 }), "invalid type"),
    ] {
        let answer = serving.lookup(&wrong);
        assert!((400..500).contains(&answer.status), "{wrong}: {answer:?}");
        assert!(answer.json()["error"].as_str().unwrap().contains(why), "{wrong}: {answer:?}");
    }
    assert_eq!(serving.ask("POST", "/v1/lookup", "Content-Type: text/plain\r\n", b"{}").status, 415);
}

#[test]
fn mails_get_a_record_for_each_recipient() {
    let serving = Serving::start(&["--lang", "en"]);
    let mail = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mails/postfix-two.eml")).unwrap();
    let records = serving.ask("POST", "/v1/scan?lang=ja", "", &mail).json();
    assert_eq!(records.as_array().unwrap().len(), 2);
    assert_eq!(records[0]["lang"], json!("ja"));
    let mbox = [b"From a@example.com Mon Feb  3 10:00:00 2025\n".as_slice(), &mail, b"\n"].concat();
    let two = serving.ask("POST", "/v1/scan", "", &[mbox.clone(), mbox].concat()).json();
    assert_eq!(two.as_array().unwrap().len(), 4);
    assert_eq!(two[3]["mail"], json!(2));
    assert_eq!(serving.ask("POST", "/v1/scan", "", b"Subject: Lunch\n\nAre you coming?\n").json(), json!([]));
    assert_eq!(serving.ask("POST", "/v1/scan", "", b"").status, 400);
    assert_eq!(serving.ask("POST", "/v1/scan?lagn=ja", "", &mail).status, 400);
    assert_eq!(serving.ask("POST", "/v1/scan", "", b"\x1f\x8bnothing packed").status, 422);
}

#[test]
fn too_much_is_refused_before_it_comes() {
    let serving = Serving::start(&["--max-body", "1"]);
    let announced = serving.send(b"POST /v1/scan HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1073741824\r\n\r\n");
    assert_eq!(announced.status, 413);
    assert!(announced.json()["error"].is_string());
    let mut stream = serving.connect();
    stream.write_all(b"POST /v1/scan HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
    let chunk = [b"10000\r\n".as_slice(), &[b'x'; 0x10000], b"\r\n"].concat();
    // It may hang up before all is said.
    let sent = (0..64).take_while(|_| stream.write_all(&chunk).is_ok()).count();
    let mut begun = [0; 12];
    let status = stream.read_exact(&mut begun).map(|()| begun);
    assert!(status.is_err() || status.is_ok_and(|status| &status == b"HTTP/1.1 413"), "{sent} chunks were taken");
    assert_eq!(serving.get("/healthz").status, 200);
}

#[test]
fn the_slow_and_the_rude_disturb_nobody() {
    let serving = Serving::start(&["--timeout", "1"]);
    let mut slow: Vec<TcpStream> = (0..100).map(|_| serving.connect()).collect();
    for stream in &mut slow {
        stream.write_all(b"POST /v1/lookup HTTP/1.1\r\nHost: local").unwrap();
    }
    let mut stuck = serving.connect();
    stuck.write_all(b"POST /v1/scan HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nSubject").unwrap();
    for rude in
        [b"\x16\x03\x01\x02\x00\x01".as_slice(), b"GET / HTTP/9.9\r\n\r\n", b"\0\0\0\r\n\r\n", b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n"]
    {
        let mut stream = serving.connect();
        stream.write_all(rude).unwrap();
        let mut answer = Vec::new();
        // It may say what it thinks of it, or hang up.
        let _ = stream.read_to_end(&mut answer);
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 400") || answer.starts_with(b"HTTP/1.1 404"), "{rude:?}");
    }
    let start = Instant::now();
    assert_eq!(serving.lookup(&json!({ "text": "552 5.2.2 Mailbox full" })).status, 200);
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(read(&mut stuck).status, 408);
    for mut stream in slow {
        let mut left = Vec::new();
        assert!(stream.read_to_end(&mut left).is_ok(), "the slow are sent away");
    }
}

#[test]
fn more_requests_than_may_be_are_sent_away() {
    let serving = Serving::start(&["--max-requests", "1"]);
    let begun = b"POST /v1/scan HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 12\r\n\r\nSubject";
    let start = Instant::now();
    let (mut first, refused) = loop {
        let mut first = serving.connect();
        first.write_all(begun).unwrap();
        let answer = serving.lookup(&json!({ "text": "x" }));
        if answer.status == 503 || start.elapsed() > Duration::from_secs(60) {
            break (first, answer);
        }
    };
    assert_eq!(refused.status, 503);
    assert!(refused.head.contains("retry-after: 1"));
    assert_eq!(serving.get("/healthz").status, 200, "how it does can always be seen");
    first.write_all(b": x\n\n").unwrap();
    assert_eq!(read(&mut first).status, 200);
    assert_eq!(serving.lookup(&json!({ "text": "x" })).status, 200);
}

#[test]
fn whoever_is_slow_to_bring_a_request_makes_room_for_others() {
    let serving = Serving::start(&["--max-requests", "2"]);
    let mut slow: Vec<TcpStream> = (0..20).map(|_| serving.connect()).collect();
    for stream in &mut slow {
        stream.write_all(b"POST /v1/scan HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nSubject").unwrap();
    }
    // Two of them are let in, until others come.
    let start = Instant::now();
    while serving.lookup(&json!({ "text": "x" })).status != 200 {
        assert!(start.elapsed() < Duration::from_secs(20), "others are answered long before the slow ones are through");
    }
}

#[test]
fn the_page_escapes_what_it_is_given_and_speaks_the_readers_language() {
    let serving = Serving::start(&[]);
    let hostile = "550 5.1.1 </textarea><script>alert(1)</script><img src=x onerror='y'>: User unknown \"'&";
    let page = serving.page("/?lang=en", "", hostile);
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("<script>alert") && !page.body.contains("<img"), "{}", page.body);
    assert!(page.body.contains("<mark>User unknown</mark>") && page.body.contains("html lang=\"en\""));
    let japanese = serving.page("/", "Accept-Language: ja,en;q=0.5\r\n", "552 5.2.2 Mailbox full");
    assert!(japanese.body.contains("html lang=\"ja\"") && japanese.body.contains("どうすればよいか"));
    assert!(serving.ask("GET", "/?lang=en", "Accept-Language: ja\r\n", b"").body.contains("html lang=\"en\""));
    let mail = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mails/postfix-two.eml")).unwrap();
    assert_eq!(serving.page("/?lang=en", "", &mail).body.matches("<article").count(), 2);
    assert!(serving.page("/?lang=en", "", &mail).body.contains("<p class=\"about\">"), "each of several says whom it is about");
    let unknown = serving.page("/?lang=en", "", "ZZ-19 frobnicator payload").body;
    assert!(unknown.contains("What it says") && !unknown.contains("The words that decided"), "{unknown}");
    let letter = serving.page("/?lang=en", "", "Subject: Lunch\nFrom: a@example.com\n\nAre you coming?\n");
    assert!(letter.body.contains("no report"), "{}", letter.body);
    assert_eq!(serving.page("/", "", " ").status, 200);
}

#[test]
fn changed_rules_answer_and_refused_ones_are_seen() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gizmo.toml");
    let rule = "[provider]\nid = 'gizmo'\nkind = 'mta'\nname.ja = 'ギズモ'\nname.en = 'Gizmo'\n\n[[rule]]\nid = 'v1'\n\
                category = 'mailbox_full'\ntext = 'the gizmo was frobnicated'\nexamples = ['550 the gizmo was frobnicated']\n";
    fs::write(&file, rule).unwrap();
    let serving = Serving::start(&["--strict-ready", "--rules", folder.path().to_str().unwrap()]);
    let question = json!({ "text": "550 the gizmo was frobnicated" });
    assert_eq!(serving.lookup(&question).json()["rule"], json!("gizmo/v1"));
    fs::write(&file, rule.replace("v1", "v2")).unwrap();
    serving.until("/v1/status", |answer| answer.json()["generation"] == json!(2));
    let answer = serving.lookup(&question).json();
    assert_eq!((&answer["rule"], &answer["generation"]), (&json!("gizmo/v2"), &json!(2)));
    assert_eq!(serving.get("/readyz").status, 200);
    fs::write(&file, "[provider\n").unwrap();
    let refused = serving.until("/readyz", |answer| answer.status == 503);
    assert!(refused.json()["error"].as_str().unwrap().contains("gizmo.toml:1"), "{refused:?}");
    assert_eq!(serving.lookup(&question).json()["rule"], json!("gizmo/v2"));
    let metrics = serving.get("/metrics").body;
    for line in [
        "modori_rules_generation 2.0",
        "modori_rules_refused 1.0",
        "modori_reload_failures_total 1",
        "modori_answers_total{category=\"mailbox_full\",provider=\"gizmo\"} 3",
    ] {
        assert!(metrics.lines().any(|known| known == line), "{line} is not in\n{metrics}");
    }
    assert!(metrics.ends_with("# EOF\n"));
    fs::write(&file, rule.replace("v1", "v2")).unwrap();
    serving.until("/readyz", |answer| answer.status == 200);
    assert_eq!(serving.get("/v1/status").json()["last_error"], Value::Null);
}

#[test]
fn it_ends_what_is_under_way_when_it_is_told_to_stop() {
    let mut serving = Serving::start(&[]);
    let mut under_way = serving.connect();
    under_way.write_all(b"POST /v1/scan HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\n\r\nSubject").unwrap();
    // Once it answers others, it has that request.
    assert_eq!(serving.get("/healthz").status, 200);
    assert!(Command::new("kill").args(["-TERM", &serving.child.id().to_string()]).status().unwrap().success());
    under_way.write_all(b": x\n\n").unwrap();
    assert_eq!(read(&mut under_way).status, 200);
    assert!(serving.child.wait().unwrap().success());
}

#[test]
fn broken_rules_are_told_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.toml"), "[provider\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_modori"));
    let output = command.args(["serve", "--listen", "127.0.0.1:0", "--rules"]).arg(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("a.toml:1"));
}
