//! Which keys of the unified chart came and went, minor by minor. The table stands in `spans.txt` beside this file, with its source.

use std::sync::LazyLock;

/// The first and last minors of every chart in the table.
pub(super) const FIRST: u16 = 20;
/// See [`FIRST`].
pub(super) const LAST: u16 = 37;

/// A key that was not always there.
#[derive(Debug)]
struct Row {
    path: Vec<&'static str>,
    first: u16,
    last: u16,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let lines = include_str!("spans.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut words = line.split(' ');
            let mut next = || words.next().expect("`path first last`");
            let path = next().split('.').collect();
            let mut minor = || next().parse().expect("a minor");
            Row { path, first: minor(), last: minor() }
        })
        .collect()
});

/// The span of exactly this key, where it is in the table. List items are `[]`.
pub(super) fn span(path: &[&str]) -> Option<(u16, u16)> {
    let fits = |row: &&Row| {
        row.path.len() == path.len() && row.path.iter().zip(path).all(|(row, key)| row == key || *row == "*")
    };
    ROWS.iter().find(fits).map(|row| (row.first, row.last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_within_the_charts_and_says_something() {
        for row in ROWS.iter() {
            assert!(FIRST <= row.first && row.first <= row.last && row.last <= LAST, "{row:?}");
            assert!((row.first, row.last) != (FIRST, LAST), "always there: {row:?}");
        }
        let lines: Vec<&str> = include_str!("spans.txt").lines().filter(|line| !line.starts_with('#')).collect();
        assert!(lines.is_sorted(), "spans.txt is sorted");
    }

    #[test]
    fn a_name_of_any_kind_is_met_by_a_star() {
        assert_eq!(span(&["sync", "toHost", "pods", "patches"]), Some((22, 37)));
        assert_eq!(span(&["controlPlane", "distro", "k3s"]), Some((20, 32)));
        assert_eq!(span(&["controlPlane", "distro"]), None);
    }
}
