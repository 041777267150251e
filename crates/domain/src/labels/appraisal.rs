//! Words of appraisals and of records of accountability.

/// Words of codes.
pub(super) const CODES: &[(&str, &str)] = &[
    ("scheme-unsound", "考评方案不完整，请按提示修改"),
    ("scheme-unchanged", "方案没有改动"),
    ("scheme-weights", "各维度分值合计应为 100 分，现为 {sum} 分"),
    ("scheme-repeated", "与前面重复"),
    ("scheme-fact-twice", "同一事实只能计一次分"),
    ("scheme-days-unfit", "此项不是持续的事实，不能按天数计"),
    ("scheme-grades", "请设 2 至 30 个等次"),
    ("scheme-grade-order", "各等次起点分应由高到低"),
    ("scheme-grade-last", "最后一个等次应从 0 分起"),
    ("scheme-grade-unreachable", "高于方案的最高得分"),
    ("scheme-watchers", "设了提示规则，请写明提示给谁"),
    ("veto-reason", "请写明一票否决的理由"),
    ("veto-grade", "没有这个等次"),
    ("veto-without-effect", "限为最高等次等于没有否决"),
    ("veto-fact", "加分的事实不能用于否决"),
    ("scheme-missing", "本轮还没有公布考评方案"),
    ("period-backwards", "结束日期早于开始日期"),
    ("period-too-long", "考评期最长两年"),
    ("period-not-over", "考评期还没有结束"),
    ("period-taken", "这一考评期已有考评"),
    ("nothing-to-appraise", "这段时间没有可考评的单位或领导"),
    ("appraisal-unchanged", "记录和方案都没有变化，不必重新计算"),
    ("appraisal-published", "已公布过的考评不能作废；有变化的，重新计算后再公布"),
    ("subject-unknown", "不在本次考评之内"),
    ("appraises-himself", "不得调整本人或本单位的得分"),
    ("adjustment-too-large", "累计调整最多 {max} 分"),
    ("objection-over", "申诉期已过"),
    ("objection-running", "申诉期还没有结束"),
    ("objection-open", "还有申诉没有答复"),
    ("objected-already", "已提出过申诉"),
    ("nothing-to-answer", "没有待答复的申诉"),
];

/// Words of events.
pub(super) const EVENTS: &[(&str, &str)] = &[
    ("appraisal_scheme.drafted", "拟制考评方案"),
    ("appraisal_scheme.saved", "修改考评方案"),
    ("appraisal_scheme.published", "公布考评方案"),
    ("appraisal.computed", "计算考评得分"),
    ("appraisal.recomputed", "重新计算考评得分"),
    ("appraisal.adjusted", "调整考评得分"),
    ("appraisal.published", "公布考评结果"),
    ("appraisal.discarded", "作废考评"),
    ("appraisal.objected", "提出考评申诉"),
    ("appraisal.answered", "答复考评申诉"),
    ("appraisal.finished", "确定考评结果"),
    ("accountability_action.recorded", "登记问责记录"),
    ("accountability_action.readers_set", "调整问责记录阅看人"),
    ("accountability_action.withdrawn", "撤销问责记录"),
];

#[cfg(test)]
mod tests {
    use crate::accountability::event::AccountabilityEvent;
    use crate::appraisal::event::{AppraisalEvent, SchemeEvent};

    #[test]
    fn every_event_of_an_appraisal_has_words() {
        let kinds = SchemeEvent::KINDS.iter().chain(AppraisalEvent::KINDS).chain(AccountabilityEvent::KINDS);
        let unsaid: Vec<_> = kinds.filter(|kind| super::super::event(kind) == **kind).collect();
        assert!(unsaid.is_empty(), "{unsaid:?}");
    }
}
