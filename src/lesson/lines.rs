//! Which line of the file an offset in its prose stands in.

/// Finds the file's line of an offset in the prose.
pub(super) struct Lines {
    starts: Vec<usize>,
    before: usize,
}

impl Lines {
    pub(super) fn new(text: &str, before: usize) -> Self {
        let ends = text.match_indices('\n').map(|(end, _)| end + 1);
        let starts = std::iter::once(0).chain(ends).collect();
        Self { starts, before }
    }

    pub(super) fn line(&self, offset: usize) -> usize {
        self.before + self.starts.partition_point(|start| *start <= offset)
    }
}
