//! What a mistyped word could have meant.

/// The longest word that may be mistyped, in bytes.
const LONGEST_WORD: usize = 200;

/// The candidate that is nearest to a word, if one is near enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The comparison takes time and memory by the product of the lengths.
    if word.len() > LONGEST_WORD {
        return None;
    }
    let folded = word.to_lowercase();
    // A third of the letters may be wrong; beyond that a guess misleads.
    let furthest = word.chars().count().div_ceil(3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= furthest)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_finds_its_word() {
        let words = ["Encrypt", "Decrypt", "DescribeKey"];
        assert_eq!(nearest("Encrpyt", words), Some("Encrypt"));
        assert_eq!(nearest("describekey", words), Some("DescribeKey"));
        assert_eq!(nearest("Sign", words), None);
        assert_eq!(nearest("", words), None);
        assert_eq!(nearest(&"Encrypt".repeat(1 << 20), words), None);
    }
}
