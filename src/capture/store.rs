//! The bytes of all packets, in pages: nothing moves when more arrive, and one page is the most
//! that is ever taken in advance.

/// A packet that is longer gets a page to itself.
const PAGE: usize = 4 << 20;

#[derive(Debug, Default)]
pub struct Store {
    pages: Vec<Vec<u8>>,
}

/// Where a packet begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    page: u32,
    offset: u32,
}

impl Store {
    pub fn push(&mut self, bytes: &[u8]) -> Place {
        let fits = |page: &Vec<u8>| page.capacity() - page.len() >= bytes.len();
        if !self.pages.last().is_some_and(fits) {
            // The first packets of a small file take no more than they need.
            let room = match self.pages.len() {
                0 => PAGE / 64,
                _ => PAGE,
            };
            self.pages.push(Vec::with_capacity(room.max(bytes.len())));
        }
        let at = self.pages.len() - 1;
        let page = &mut self.pages[at];
        let place = Place {
            page: at as u32,
            offset: page.len() as u32,
        };
        page.extend_from_slice(bytes);
        place
    }

    pub fn get(&self, place: Place, length: u32) -> &[u8] {
        let (from, length) = (place.offset as usize, length as usize);
        self.pages
            .get(place.page as usize)
            .map_or(&[], |page| &page[from..from + length])
    }

    pub fn shrink(&mut self) {
        if let Some(last) = self.pages.last_mut() {
            last.shrink_to_fit();
        }
    }
}
