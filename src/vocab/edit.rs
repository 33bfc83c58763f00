//! "Did you mean …?": the known word nearest to an unknown one.

/// The word of `known` that is nearest to `word`, if any is near enough to be meant (Jaro-Winkler of 0.8 or more).
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(score, _)| *score >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_its_word_and_nonsense_finds_none() {
        assert_eq!(nearest("regoin", ["name", "region", "residency"]), Some("region"));
        assert_eq!(nearest("zzz", ["name", "region"]), None);
    }
}
