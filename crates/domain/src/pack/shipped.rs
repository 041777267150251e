//! The packs that ship with the product.

use std::sync::LazyLock;

use super::{Pack, read};

const FILES: [&str; 2] =
    [include_str!("../../packs/internal_inspection.json"), include_str!("../../packs/six_months.json")];

/// Those that ship, in the order of the page; a test holds that each is sound.
pub fn shipped() -> &'static [Pack] {
    static SHIPPED: LazyLock<Vec<Pack>> = LazyLock::new(|| FILES.iter().filter_map(|text| read(text).ok()).collect());
    &SHIPPED
}

/// The file of one that ships, by its digest.
pub fn shipped_file(sha256: &str) -> Option<&'static str> {
    FILES.into_iter().zip(shipped()).find(|(_, pack)| pack.sha256 == sha256).map(|(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Cadence, Policy};

    #[test]
    fn every_pack_that_ships_is_sound_and_does_what_its_own_tests_say() {
        for text in FILES {
            let pack = read(text).unwrap_or_else(|refusal| panic!("{:#?}", refusal.errors));
            assert_eq!(pack.failures(), Vec::new());
            assert!(pack.tests.len() >= 8, "{} has {} tests", pack.name, pack.tests.len());
        }
        assert_eq!(shipped().len(), FILES.len());
        for (pack, text) in shipped().iter().zip(FILES) {
            assert_eq!(shipped_file(&pack.sha256), Some(text));
        }
        assert_eq!(shipped_file("00"), None);
    }

    #[test]
    fn one_has_two_months_and_the_other_six_with_a_report_a_quarter_after_it() {
        let policies: Vec<Policy> = shipped().iter().map(|p| p.applied(&Policy::default()).unwrap()).collect();
        let months: Vec<u32> = shipped().iter().map(|p| p.concentrated_months.as_ref().unwrap().value).collect();
        assert_eq!(months, [2, 6]);
        assert_eq!((policies[0].concentrated_cadence, policies[0].meetings_per_month), (Cadence::Weekly, 2));
        assert_eq!(policies[1].continuous_cadence, Cadence::Quarterly);
    }
}
