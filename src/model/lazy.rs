//! Values that are unpacked when they are first looked at.
//!
//! The shipped rules stand in the binary as bytes. A lookup needs a few rules and the advice of one, so the rest is never
//! unpacked.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};

/// A value, or the bytes that it is unpacked from.
pub struct Lazy<T> {
    value: OnceLock<T>,
    packed: &'static [u8],
}

impl<T: Deserialize<'static>> Deref for Lazy<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.get_or_init(|| unpack(self.packed))
    }
}

impl<T: Deserialize<'static>> Lazy<T> {
    /// Changes the value.
    pub fn change(&mut self, change: impl FnOnce(&mut T)) {
        let packed = std::mem::take(&mut self.packed);
        let mut value = self.value.take().unwrap_or_else(|| unpack(packed));
        change(&mut value);
        self.value = OnceLock::from(value);
    }
}

fn unpack<T: Deserialize<'static>>(packed: &'static [u8]) -> T {
    let broken = |error| unreachable!("the bytes were packed from such a value when the program was built: {error}");
    postcard::from_bytes(packed).unwrap_or_else(broken)
}

impl<T> From<T> for Lazy<T> {
    fn from(value: T) -> Self {
        Self { value: OnceLock::from(value), packed: &[] }
    }
}

impl<T: Default> Default for Lazy<T> {
    fn default() -> Self {
        Self::from(T::default())
    }
}

impl<T: Clone> Clone for Lazy<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), packed: self.packed }
    }
}

impl<T: Deserialize<'static> + fmt::Debug> fmt::Debug for Lazy<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Deserialize<'static> + PartialEq> PartialEq for Lazy<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<'l, T> IntoIterator for &'l Lazy<Vec<T>>
where
    T: Deserialize<'static>,
{
    type Item = &'l T;
    type IntoIter = std::slice::Iter<'l, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Deserialize<'static> + Serialize> Serialize for Lazy<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&postcard::to_allocvec(&**self).map_err(ser::Error::custom)?)
    }
}

impl<'de: 'static, T> Deserialize<'de> for Lazy<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let packed: &'de [u8] = Deserialize::deserialize(deserializer)?;
        Ok(Self { value: OnceLock::new(), packed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_is_unpacked_when_asked_for() {
        let bytes: &'static [u8] = postcard::to_allocvec(&Lazy::from(vec![1_u32, 2])).unwrap().leak();
        let lazy: Lazy<Vec<u32>> = postcard::from_bytes(bytes).unwrap();
        assert!(lazy.value.get().is_none());
        assert_eq!(*lazy, [1, 2]);
        assert_eq!(lazy, Lazy::from(vec![1, 2]));
    }
}
