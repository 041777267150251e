//! How much of what the ledger claims is untrue, from what was found on the spot (抽查不实率, docs/domain.md §24).

use serde::{Deserialize, Serialize};

/// What is known of one stratum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Tasks of the stratum in the frame.
    pub size: u32,
    /// Drawn tasks with a signed result.
    pub checked: u32,
    /// Of these, found untrue.
    pub untrue: u32,
}

/// The share found untrue, for the whole frame, with its 95 % interval; all between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Estimate {
    pub share: f64,
    pub low: f64,
    pub high: f64,
}

/// The quantile of the normal distribution for 95 % on both sides.
const Z: f64 = 1.959_963_984_540_054;

/// The stratified estimate with a Wilson interval for the sample's effective size (docs/domain.md §24): the variance is that of the stratified mean, without
/// replacement; each stratum's own share is drawn two observations towards the pooled one, so that a stratum without a hit does not count as certain.
/// None while a stratum has no result yet.
pub fn untrue_rate(strata: &[Counted]) -> Option<Estimate> {
    if strata.is_empty() || strata.iter().any(|s| s.checked == 0 || s.size == 0) {
        return None;
    }
    let sum = |of: fn(&Counted) -> u32| strata.iter().map(|s| f64::from(of(s))).sum::<f64>();
    let (all, checked, untrue) = (sum(|s| s.size), sum(|s| s.checked), sum(|s| s.untrue));
    let pooled = (untrue + 1.0) / (checked + 2.0);
    let (mut share, mut smooth, mut variance) = (0.0, 0.0, 0.0);
    for stratum in strata {
        let (size, n, x) = (f64::from(stratum.size), f64::from(stratum.checked), f64::from(stratum.untrue));
        let weight = size / all;
        let towards = (x + 2.0 * pooled) / (n + 2.0);
        let left = ((size - n) / (size - 1.0).max(1.0)).max(0.0);
        share += weight * x / n;
        smooth += weight * towards;
        variance += weight * weight * towards * (1.0 - towards) / n * left;
    }
    if variance <= 0.0 {
        return Some(Estimate { share, low: share, high: share });
    }
    let n = smooth * (1.0 - smooth) / variance;
    let z2 = Z * Z;
    let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    Some(Estimate { share, low: (centre - half).max(0.0), high: (centre + half).min(1.0) })
}
