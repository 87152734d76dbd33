//! Which words of a pattern's choices may stand in a text, so that only these are tried there.

use super::signature::Signature;
use crate::model::{Alternative, Choice, Element, TextPattern};

/// How many elements of a pattern are looked at, and how many alternatives of each; of what is beyond, anything may stand there.
const ELEMENTS: usize = 12;
const ALTERNATIVES: usize = 64;

/// The alternatives of each element of a pattern that may stand in a text, as bits.
#[derive(Debug, Clone, Copy)]
pub struct Viable([u64; ELEMENTS]);

impl Viable {
    /// Those of a pattern of which nothing is known.
    pub(super) const ALL: Self = Self([u64::MAX; ELEMENTS]);

    /// Those of `pattern` in a text of this signature; none where the pattern cannot match there.
    #[must_use]
    pub fn new(pattern: &TextPattern, signature: &Signature) -> Option<Self> {
        let mut viable = Self::ALL;
        for (index, element) in pattern.elements.iter().enumerate() {
            match element {
                Element::Literal(words) if !signature.may_hold(words.as_bytes()) => return None,
                Element::Choice(choice) => {
                    let (mut bits, mut all) = (0, 0);
                    for words in choice.bytes().take(ALTERNATIVES) {
                        bits |= u64::from(signature.may_hold(words)) << all;
                        all += 1;
                    }
                    if bits == 0 && all < ALTERNATIVES {
                        return None;
                    }
                    if let Some(known) = viable.0.get_mut(index) {
                        *known = bits;
                    }
                }
                _ => {}
            }
        }
        Some(viable)
    }

    /// The alternatives of a choice, an element of the pattern, that may stand there.
    pub(super) fn of<'c>(&self, element: usize, choice: &'c Choice) -> impl Iterator<Item = Alternative<'c>> + use<'c> {
        let mut bits = self.0.get(element).copied().unwrap_or(u64::MAX);
        let few = std::iter::from_fn(move || {
            let number = bits.trailing_zeros() as usize;
            bits &= bits.wrapping_sub(1);
            choice.get(number).filter(|_| number < ALTERNATIVES)
        });
        few.chain((ALTERNATIVES..choice.count()).filter_map(|number| choice.get(number)))
    }
}
