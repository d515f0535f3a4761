//! Did you mean …?

/// Most edits that a suggestion may be away.
const MAX_DISTANCE: usize = 3;

/// The one name that is closest to `wrong`, if it is near and no other is as near.
pub(crate) fn closest<'a>(
    wrong: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    let mut tie = false;
    for name in names {
        let away = distance(wrong, name);
        match best {
            Some((least, _)) if away > least => {}
            Some((least, _)) if away == least => tie = true,
            _ => {
                best = Some((away, name));
                tie = false;
            }
        }
    }
    let (away, name) = best?;
    // Changing most of a short word is no misspelling.
    let near = away <= MAX_DISTANCE && away * 2 <= wrong.chars().count();
    (near && !tie).then_some(name)
}

/// Levenshtein's distance in characters, in one row; texts too long to be near are not compared.
fn distance(a: &str, b: &str) -> usize {
    if a.len().abs_diff(b.len()) > 4 * MAX_DISTANCE {
        return usize::MAX;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, cb) in row.iter_mut().skip(1).zip(&b) {
            let changed = diagonal + usize::from(ca != *cb);
            diagonal = *cell;
            left = changed.min(*cell + 1).min(left + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }

    #[test]
    fn suggestion_is_near_and_unique() {
        let names = ["listener.role", "listener.name", "spf", "dkim"];
        assert_eq!(closest("listener.rol", names), Some("listener.role"));
        assert_eq!(closest("listner.rolle", names), Some("listener.role"));
        assert_eq!(closest("foo", names), None);
        assert_eq!(closest("abcd", ["abcx", "abcy"]), None);
    }

    #[test]
    fn suggestion_is_at_most_3_edits_away() {
        assert_eq!(closest("abcdefgxxx", ["abcdefg"]), Some("abcdefg"));
        assert_eq!(closest("abcdefgxxxx", ["abcdefg"]), None);
    }
}
