//! A map by numbers of which clones share all but what changes, as those of `shared` do.
//!
//! In: numbers that mostly count up. Out: [`Pages`]; cloning one copies a pointer a page.

use std::collections::{BTreeMap, btree_map};
use std::fmt;
use std::ops::{Index, RangeFrom};
use std::slice;
use std::sync::Arc;

use super::shared::PAGE;
use crate::trace::{CallId, SegmentId};

/// What a [`Pages`] is kept by.
pub trait Numbered: Copy + Ord {
    fn number(self) -> u64;
}

impl Numbered for SegmentId {
    fn number(self) -> u64 {
        self.0
    }
}

impl Numbered for CallId {
    fn number(self) -> u64 {
        self.0
    }
}

/// A map by numbers that mostly count up from 0; any other number has a place, too.
#[derive(Clone)]
pub struct Pages<K, V> {
    /// By the number divided by the length of a page; none is empty, each is in order.
    pages: BTreeMap<u64, Page<K, V>>,
}

type Page<K, V> = Arc<Vec<(K, Arc<V>)>>;

impl<K: Numbered, V> Pages<K, V> {
    pub fn len(&self) -> usize {
        self.pages.values().map(|page| page.len()).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    pub fn get(&self, key: &K) -> Option<&V> {
        let page = self.pages.get(&page_of(*key))?;
        let at = page.binary_search_by_key(key, |(key, _)| *key).ok()?;
        Some(&page[at].1)
    }

    /// Bytes that a clone does not share.
    pub(super) fn weight(&self) -> usize {
        self.pages.len() * 2 * size_of::<(u64, Page<K, V>)>()
    }

    pub fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    pub fn iter(&self) -> Entries<'_, K, V> {
        Entries {
            pages: self.pages.range(..),
            front: [].iter(),
            back: [].iter(),
        }
    }

    pub fn keys(&self) -> Keys<'_, K, V> {
        Keys(self.iter())
    }

    pub fn values(&self) -> Values<'_, K, V> {
        Values(self.iter())
    }

    /// From this key on.
    pub fn range(&self, from: RangeFrom<K>) -> Entries<'_, K, V> {
        let first = page_of(from.start);
        let page = self.pages.get(&first).map_or(&[][..], |page| page);
        let before = page.partition_point(|(key, _)| *key < from.start);
        let later = first.checked_add(1).map(|next| self.pages.range(next..));
        Entries {
            pages: later.unwrap_or_default(),
            front: page[before..].iter(),
            back: [].iter(),
        }
    }
}

/// The entries of some [`Pages`], in order.
pub struct Entries<'a, K, V> {
    pages: btree_map::Range<'a, u64, Page<K, V>>,
    front: slice::Iter<'a, (K, Arc<V>)>,
    back: slice::Iter<'a, (K, Arc<V>)>,
}

impl<'a, K, V> Iterator for Entries<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, value)) = self.front.next() {
                return Some((key, value));
            }
            match self.pages.next() {
                Some((_, page)) => self.front = page.iter(),
                None => return self.back.next().map(|(key, value)| (key, &**value)),
            }
        }
    }
}

impl<K, V> DoubleEndedIterator for Entries<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, value)) = self.back.next_back() {
                return Some((key, value));
            }
            match self.pages.next_back() {
                Some((_, page)) => self.back = page.iter(),
                None => return self.front.next_back().map(|(key, value)| (key, &**value)),
            }
        }
    }
}

impl<K, V> Clone for Entries<'_, K, V> {
    fn clone(&self) -> Self {
        Self {
            pages: self.pages.clone(),
            front: self.front.clone(),
            back: self.back.clone(),
        }
    }
}

pub struct Keys<'a, K, V>(Entries<'a, K, V>);

impl<'a, K, V> Iterator for Keys<'a, K, V> {
    type Item = &'a K;

    fn next(&mut self) -> Option<&'a K> {
        self.0.next().map(|(key, _)| key)
    }
}

impl<K, V> DoubleEndedIterator for Keys<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(key, _)| key)
    }
}

pub struct Values<'a, K, V>(Entries<'a, K, V>);

impl<'a, K, V> Iterator for Values<'a, K, V> {
    type Item = &'a V;

    fn next(&mut self) -> Option<&'a V> {
        self.0.next().map(|(_, value)| value)
    }
}

impl<K, V> DoubleEndedIterator for Values<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(_, value)| value)
    }
}

impl<K, V> Clone for Values<'_, K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Numbered, V: Clone> Pages<K, V> {
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let page = self.pages.get_mut(&page_of(*key))?;
        let at = page.binary_search_by_key(key, |(key, _)| *key).ok()?;
        let (_, value) = &mut Arc::make_mut(page)[at];
        Some(Arc::make_mut(value))
    }

    pub fn insert(&mut self, key: K, value: V) {
        let page = self.pages.entry(page_of(key)).or_default();
        let page = Arc::make_mut(page);
        let value = Arc::new(value);
        match page.binary_search_by_key(&key, |(key, _)| *key) {
            Ok(at) => page[at].1 = value,
            Err(at) => page.insert(at, (key, value)),
        }
    }
}

fn page_of(key: impl Numbered) -> u64 {
    key.number() / PAGE as u64
}

impl<K, V> Default for Pages<K, V> {
    fn default() -> Self {
        Self {
            pages: BTreeMap::new(),
        }
    }
}

impl<K: Numbered + fmt::Debug, V: fmt::Debug> fmt::Debug for Pages<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Numbered, V> Index<&K> for Pages<K, V> {
    type Output = V;

    fn index(&self, key: &K) -> &V {
        self.get(key).expect("an entry by this key")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_a_map_whose_clones_do_not_change_with_it() {
        let (mut pages, mut map) = (Pages::default(), BTreeMap::new());
        let keys = [5, 3, 64, 63, 1 << 40, 65, 0, u64::MAX, 64].map(SegmentId);
        for (value, key) in keys.into_iter().enumerate() {
            pages.insert(key, value);
            map.insert(key, value);
        }
        let before = pages.clone();
        *pages.get_mut(&SegmentId(3)).expect("it is there") = 100;
        pages.insert(SegmentId(4), 101);
        assert!(before.iter().eq(&map) && before.values().rev().eq(map.values().rev()));
        assert_eq!((before.len(), before[&SegmentId(3)]), (map.len(), 1));
        map.insert(SegmentId(3), 100);
        map.insert(SegmentId(4), 101);
        assert!(pages.iter().eq(&map));
        for from in [0, 4, 64, 66, 1 << 41].map(SegmentId) {
            assert!(pages.range(from..).eq(map.range(from..)), "{from}");
        }
        assert!(!pages.contains_key(&SegmentId(6)) && pages.get_mut(&SegmentId(6)).is_none());
    }
}
