//! Texts of one shape put together: they differ in what changes from bounce to bounce, or in one word that no rule knows.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::vocabulary::Vocabulary;

/// So many words must be alike for one that differs to be taken for a name or an id.
const ALIKE: usize = 5;

/// Texts of one shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cluster {
    /// Which texts, the first one first.
    pub(super) members: Vec<usize>,
    /// The first one's word that differs from text to text, folded.
    pub(super) varying: Option<String>,
}

/// Puts texts, given by number and shape, together. The largest cluster comes first, and the text seen first of those equally large.
pub(super) fn clusters(shapes: impl IntoIterator<Item = (usize, String)>, known: &Vocabulary) -> Vec<Cluster> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut alike: Vec<(String, Vec<usize>)> = Vec::new();
    for (text, shape) in shapes {
        let place = *places.entry(shape).or_insert_with_key(|shape| {
            alike.push((shape.clone(), Vec::new()));
            alike.len() - 1
        });
        alike[place].1.push(text);
    }
    let mut clusters = joined(&alike, known);
    clusters.sort_by_key(|cluster| (std::cmp::Reverse(cluster.members.len()), cluster.members[0]));
    clusters
}

/// Joins shapes that differ in one word that no rule knows.
fn joined(alike: &[(String, Vec<usize>)], known: &Vocabulary) -> Vec<Cluster> {
    let mut by_rest: HashMap<u64, Vec<usize>> = HashMap::new();
    for (place, (shape, _)) in alike.iter().enumerate() {
        open_words(shape, known).for_each(|(_, rest)| by_rest.entry(rest).or_default().push(place));
    }
    let mut out = Vec::new();
    let mut taken = vec![false; alike.len()];
    for (place, (shape, members)) in alike.iter().enumerate() {
        if std::mem::replace(&mut taken[place], true) {
            continue;
        }
        let mut cluster = Cluster { members: members.clone(), varying: None };
        let others = |rest| by_rest.get(&rest).map_or(&[][..], Vec::as_slice);
        let best = open_words(shape, known).max_by_key(|(_, rest)| others(*rest).iter().filter(|other| !taken[**other]).count());
        if let Some((word, rest)) = best {
            for other in others(rest) {
                if !std::mem::replace(&mut taken[*other], true) {
                    cluster.members.extend(&alike[*other].1);
                    cluster.varying = Some(word.to_owned());
                }
            }
        }
        out.push(cluster);
    }
    out
}

/// The words of a shape that no rule knows, each with a number for all around it.
fn open_words<'s>(shape: &'s str, known: &Vocabulary) -> impl Iterator<Item = (&'s str, u64)> {
    let long_enough = shape.split(' ').filter(|word| !word.contains('{')).count() > ALIKE;
    let mut at = 0;
    let words = shape.split(' ').filter(move |_| long_enough).map(move |word| {
        let start = at;
        at += word.len() + 1;
        (start, word)
    });
    words.filter_map(move |(start, word)| {
        let plain = word.trim_matches(|c: char| !c.is_alphanumeric());
        let own = !plain.is_empty() && !word.contains(['{', '}']) && !known.has_word(plain);
        let place = start + word.find(plain)?;
        own.then(|| (plain, number(&shape[..place], &shape[place + plain.len()..])))
    })
}

fn number(before: &str, after: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (before, after).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put_together(texts: &[&str]) -> Vec<(Vec<usize>, Option<String>)> {
        let known = Vocabulary::of_words(["the porter does not know of here box is full shut"]);
        let shapes = texts.iter().enumerate().map(|(at, text)| (at, (*text).to_owned()));
        clusters(shapes, &known).into_iter().map(|cluster| (cluster.members, cluster.varying)).collect()
    }

    #[test]
    fn one_word_that_no_rule_knows_may_differ() {
        let texts = ["the box is full", "the porter does not know (taro)", "the porter does not know (hanako)", "the box is full"];
        assert_eq!(put_together(&texts), [(vec![0, 3], None), (vec![1, 2], Some("taro".to_owned()))]);
    }

    #[test]
    fn words_that_rules_know_and_short_texts_stay_apart() {
        assert_eq!(put_together(&["box of taro", "box of hanako"]).len(), 2);
        assert_eq!(put_together(&["the porter does not know full", "the porter does not know shut"]).len(), 2);
        assert_eq!(put_together(&["the taro does not know hanako", "the jiro does not know saburo"]).len(), 2);
    }
}
