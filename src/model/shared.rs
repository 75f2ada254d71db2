//! Collections of which clones share all but what changes: a state can be kept for many moments.
//!
//! [`Log`] is a list that grows at its end, [`Records`] one of what is long; `pages` has a map. They
//! lie in pages; cloning one copies a pointer a page, and a change copies only the page it is on.

use std::fmt;
use std::iter;
use std::ops::{Index, IndexMut, Range};
use std::sync::Arc;

/// Items a page. A clone copies a pointer a page, a change up to a page of items.
pub(super) const PAGE: usize = 64;

/// A list that grows at its end.
#[derive(Clone)]
pub struct Log<T> {
    /// All but the last are full.
    pages: Vec<Arc<Vec<T>>>,
}

impl<T> Log<T> {
    pub fn len(&self) -> usize {
        let last = self.pages.last().map_or(0, |page| page.len());
        self.pages.len().saturating_sub(1) * PAGE + last
    }

    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    pub fn get(&self, index: usize) -> Option<&T> {
        self.pages.get(index / PAGE)?.get(index % PAGE)
    }

    pub fn first(&self) -> Option<&T> {
        self.get(0)
    }

    pub fn last(&self) -> Option<&T> {
        self.pages.last()?.last()
    }

    pub fn iter(&self) -> Iter<'_, T> {
        Iter {
            log: self,
            left: 0..self.len(),
        }
    }

    /// Bytes that a clone does not share.
    pub(super) fn weight(&self) -> usize {
        self.pages.capacity() * size_of::<Arc<Vec<T>>>()
    }

    /// The place of the first item for which this no longer holds, where those come first.
    pub fn partition_point(&self, holds: impl Fn(&T) -> bool) -> usize {
        let begins_so = |page: &Arc<Vec<T>>| page.first().is_some_and(&holds);
        let page = self.pages.partition_point(begins_so).saturating_sub(1);
        let within = self.pages.get(page);
        let within = within.map_or(0, |items| items.partition_point(&holds));
        page * PAGE + within
    }
}

impl<T: Clone> Log<T> {
    pub fn push(&mut self, item: T) {
        match self.pages.last_mut().filter(|page| page.len() < PAGE) {
            Some(page) => Arc::make_mut(page).push(item),
            None => {
                let mut page = Vec::with_capacity(PAGE);
                page.push(item);
                self.pages.push(Arc::new(page));
            }
        }
    }

    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        Arc::make_mut(self.pages.get_mut(index / PAGE)?).get_mut(index % PAGE)
    }
}

impl<T> Default for Log<T> {
    fn default() -> Self {
        Self { pages: Vec::new() }
    }
}

impl<T: fmt::Debug> fmt::Debug for Log<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl<T: PartialEq> PartialEq for Log<T> {
    fn eq(&self, other: &Self) -> bool {
        self.pages == other.pages
    }
}

impl<T> Index<usize> for Log<T> {
    type Output = T;

    fn index(&self, index: usize) -> &T {
        &self.pages[index / PAGE][index % PAGE]
    }
}

impl<T: Clone> IndexMut<usize> for Log<T> {
    fn index_mut(&mut self, index: usize) -> &mut T {
        &mut Arc::make_mut(&mut self.pages[index / PAGE])[index % PAGE]
    }
}

impl<'a, T> IntoIterator for &'a Log<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

pub struct Iter<'a, T> {
    log: &'a Log<T>,
    left: Range<usize>,
}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self {
            log: self.log,
            left: self.left.clone(),
        }
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.left.next().map(|index| &self.log[index])
    }

    fn nth(&mut self, n: usize) -> Option<&'a T> {
        self.left.nth(n).map(|index| &self.log[index])
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.size_hint()
    }
}

impl<T> DoubleEndedIterator for Iter<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.left.next_back().map(|index| &self.log[index])
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

/// The records of some [`Records`], in order.
type Each<'a, T> = iter::Map<Iter<'a, Arc<T>>, fn(&Arc<T>) -> &T>;

/// A [`Log`] of what is long or changes: a page that is copied copies a pointer for each.
#[derive(Clone, PartialEq)]
pub struct Records<T>(Log<Arc<T>>);

impl<T> Records<T> {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, index: usize) -> Option<&T> {
        self.0.get(index).map(AsRef::as_ref)
    }

    pub fn first(&self) -> Option<&T> {
        self.get(0)
    }

    pub fn last(&self) -> Option<&T> {
        self.0.last().map(AsRef::as_ref)
    }

    pub fn iter(&self) -> Each<'_, T> {
        self.0.iter().map(AsRef::as_ref)
    }

    pub(super) fn weight(&self) -> usize {
        self.0.weight()
    }

    pub fn partition_point(&self, holds: impl Fn(&T) -> bool) -> usize {
        self.0.partition_point(|record| holds(record))
    }

    pub fn push(&mut self, record: T) {
        self.0.push(Arc::new(record));
    }
}

impl<T: Clone> Records<T> {
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        self.0.get_mut(index).map(Arc::make_mut)
    }
}

impl<T> Default for Records<T> {
    fn default() -> Self {
        Self(Log::default())
    }
}

impl<T: fmt::Debug> fmt::Debug for Records<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T> Index<usize> for Records<T> {
    type Output = T;

    fn index(&self, index: usize) -> &T {
        &self.0[index]
    }
}

impl<'a, T> IntoIterator for &'a Records<T> {
    type Item = &'a T;
    type IntoIter = Each<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_a_list_whose_clones_do_not_change_with_it() {
        let (mut log, mut list) = (Log::default(), Vec::new());
        for number in 0..3 * PAGE + 5 {
            log.push(number);
            list.push(number);
        }
        let before = log.clone();
        log.push(1_000);
        *log.get_mut(70).expect("it is there") = 7;
        assert!(before.iter().eq(&list) && before.iter().rev().eq(list.iter().rev()));
        assert_eq!(
            (before.len(), before.last(), before.get(list.len())),
            (list.len(), list.last(), None)
        );
        list[70] = 7;
        list.push(1_000);
        assert!(log.iter().eq(&list));
        assert_eq!(log.iter().rposition(|n| *n == 7), Some(70));
        for bound in [0, 1, PAGE - 1, PAGE, 2 * PAGE, 999] {
            let found = before.partition_point(|n| *n < bound);
            assert_eq!(found, bound.min(before.len()), "{bound}");
        }
    }
}
