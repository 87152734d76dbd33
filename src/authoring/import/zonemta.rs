//! ZoneMTA's `bounces.txt`: `regex,action,category,message` a line; a `#` line above may hold the reply that it is for.
//!
//! ZoneMTA splits at commas, so that a regex cannot hold one; what stands before the action is the regex.

use super::{Foreign, Found, LeftOut};

/// What ZoneMTA can do with a bounce.
const ACTIONS: &[&str] = &["reject", "defer", "slowdown", "blacklist", "retry", "accept"];

pub(super) fn read(text: &str) -> Found {
    let mut found = Found::default();
    let mut remark: Option<&str> = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix('#') {
            remark = Some(comment.trim());
            continue;
        }
        if line.is_empty() {
            remark = None;
            continue;
        }
        let parts: Vec<&str> = line.split(',').collect();
        let action = parts.iter().position(|part| ACTIONS.contains(&part.trim().to_ascii_lowercase().as_str())).filter(|at| *at > 0);
        match action.and_then(|at| Some((parts[..at].join(","), parts.get(at + 1)?.trim()))) {
            Some((regex, class)) if !class.is_empty() => {
                let example = remark.filter(|text| text.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned);
                found.patterns.push(Foreign { line: index + 1, class: class.to_owned(), regex, example });
            }
            _ => found.left_out.push(LeftOut {
                line: index + 1,
                what: line.to_owned(),
                why: "no regex, action and category parted by commas".to_owned(),
            }),
        }
        remark = None;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_apart_and_samples_stay_with_them() {
        let found = read(
            "# 550 5.1.1 gone away\ngone away,reject,recipient,It is gone, really\n\n# talk\nslow.{1,3} down,slowdown,ratelimit,x\nnonsense\n",
        );
        let got: Vec<_> = found.patterns.iter().map(|p| (p.line, p.regex.as_str(), p.class.as_str(), p.example.as_deref())).collect();
        assert_eq!(got, [(2, "gone away", "recipient", Some("550 5.1.1 gone away")), (5, "slow.{1,3} down", "ratelimit", None)]);
        assert_eq!(found.left_out[0].line, 6);
    }
}
