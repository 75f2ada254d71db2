//! "did you mean": the known word that a misspelt one is closest to.

/// The closest of these that is close enough; the first of equals. `None` for a word that is none
/// of them by far.
pub(in crate::lesson) fn nearest<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let wanted = letters(word);
    // Nobody misspells a word of this length, and the comparison takes its square.
    if wanted.len() > 40 {
        return None;
    }
    let most = match wanted.len() {
        0..=2 => return None,
        3..=5 => 1,
        _ => 2,
    };
    let known = known
        .into_iter()
        .map(|each| (distance(&wanted, &letters(each)), each));
    let close = known.filter(|(distance, _)| *distance <= most);
    close
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, each)| each)
}

fn letters(word: &str) -> Vec<char> {
    word.chars().flat_map(char::to_lowercase).collect()
}

/// Letters to add, remove, change or swap with their neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    if b.len() > 40 {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let changed = last[j] + usize::from(x != y);
            let mut least = changed.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_is_told_from_a_strange_one() {
        let known = ["sends", "resends", "ESTABLISHED", "SYN", "EADDRINUSE"];
        for (word, expected) in [
            ("sendz", Some("sends")),
            ("resnds", Some("resends")),
            ("SNY", Some("SYN")),
            ("established", Some("ESTABLISHED")),
            ("ESTABLISED", Some("ESTABLISHED")),
            ("EADRINUSE", Some("EADDRINUSE")),
            ("flies", None),
            ("x", None),
            ("", None),
            ("\u{130}\u{130}\u{130}", None),
        ] {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
        assert_eq!(nearest(&"s".repeat(100_000), known), None);
    }
}
