//! Words of root causes and of systemic problems.

/// Words of codes.
pub(super) const CODES: &[(&str, &str)] =
    &[("root-cause-missing", "本轮次要求先作原因剖析，再报送方案"), ("cause-category-missing", "请至少选一类原因")];

/// Words of events.
pub(super) const EVENTS: &[(&str, &str)] = &[("finding.scope_decided", "认定个性、共性")];
