//! Long text as character strings of at most 255 octets (RFC 1035 §3.3, RFC 7208 §3.3).

use postrider_resolver::{Txt, answer::MAX_STRING};

/// Splits text into the fewest strings that never part the octets of one character.
#[must_use]
pub fn split(text: &str) -> Txt {
    let mut strings = Vec::new();
    let mut rest = text;
    while rest.len() > MAX_STRING {
        // A character has at most four octets, so one of the last four places is a border.
        let Some((head, tail)) =
            (0..4).find_map(|back| rest.split_at_checked(MAX_STRING.checked_sub(back)?))
        else {
            break;
        };
        strings.push(head.as_bytes());
        rest = tail;
    }
    strings.push(rest.as_bytes());
    Txt::from_strings(strings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lengths(text: &str) -> Vec<usize> {
        split(text).strings().map(<[u8]>::len).collect()
    }

    #[test]
    fn string_of_256_octets_is_two() {
        assert_eq!(lengths(&"x".repeat(254)), [254]);
        assert_eq!(lengths(&"x".repeat(255)), [255]);
        assert_eq!(lengths(&"x".repeat(256)), [255, 1]);
        assert_eq!(lengths(""), [0]);
    }

    #[test]
    fn characters_stay_whole() {
        assert_eq!(lengths(&format!("{}é", "x".repeat(254))), [254, 2]);
        assert_eq!(lengths(&format!("{}😀", "x".repeat(252))), [252, 4]);
        assert_eq!(lengths(&"😀".repeat(64)), [252, 4]);
    }

    proptest! {
        #[test]
        fn strings_are_text_and_join_again(text in "[a-zé€😀]{0,400}") {
            let txt = split(&text);
            prop_assert_eq!(txt.joined(), text.as_bytes());
            for string in txt.strings() {
                prop_assert!(string.len() <= 255 && std::str::from_utf8(string).is_ok());
            }
            let fewest = text.len().div_ceil(255).max(1);
            prop_assert!(txt.strings().len() <= text.len().div_ceil(252).max(1));
            prop_assert!(txt.strings().len() >= fewest);
        }
    }
}
