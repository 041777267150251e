//! Words of publications and opinions.

pub(super) const CODES: &[(&str, &str)] = &[
    ("chain-secrecy-unfit", "保密审查只用于公示的审签"),
    ("publication-chain-unfit", "公示由整改办、保密审查人、主要负责人或领导组组长审签，最后由领导审定"),
    ("publication-chain-without-secrecy", "开通公示网页，审签链须有保密审查"),
    ("word-too-short", "至少两个字"),
    ("publication-off", "本轮没有开通公示，请在“轮次与规则”中开通"),
    ("publication-page-closed", "本轮没有开通公示网页"),
    ("publication-too-many", "一次最多公示 {max} 项，请缩小范围"),
    ("publication-being-corrected", "已在拟更正稿"),
    ("publication-changed-meanwhile", "此处已被他人改写，您的文字没有覆盖，请看过最新内容后再改"),
    ("publication-item-unknown", "没有这一事项"),
    ("publication-nothing-new", "所选任务都已在公示稿中，或不能公示"),
    ("exemption-approved-by-oneself", "豁免须由他人批准"),
    ("publication-hit", "{place}中出现“{word}”（{kind}）"),
    ("publication-item-barred", "这一事项属于敏感事项或已作废，不能公示，请移出"),
    ("publication-blocked", "含有不得公示的内容，请按提示改写"),
    ("publication-without-figures", "没有取得数据，请稍后再送"),
    ("publication-figures-apart", "各项数据合计不等，不能送审签，请联系管理员"),
    ("publication-empty", "没有可公示的事项"),
    ("publication-without-review", "没有保密审查记录，不能在网页公示"),
    ("opinion-channel-unfit", "登记的意见请选电话、信件、电子邮件或来访"),
    ("opinion-own-answer", "不能审核自己拟的答复"),
    ("too-many-files", "最多 {max} 个附件"),
    ("publication-unknown", "没有这件公示"),
];

pub(super) const EVENTS: &[(&str, &str)] = &[
    ("publication.drafted", "起草公示"),
    ("publication.head_written", "修改公示稿"),
    ("publication.items_added", "增加公示事项"),
    ("publication.item_written", "改写公示事项"),
    ("publication.item_taken_out", "移出公示事项"),
    ("publication.submitted", "公示送审签"),
    ("publication.recalled", "撤回公示审签"),
    ("publication.signed", "公示审签"),
    ("publication.signature_confirmed", "复核公示代录审签"),
    ("publication.signature_voided", "公示审签作废"),
    ("publication.signature_objected", "对公示代录审签提出异议"),
    ("publication.signing_returned", "公示审签退回"),
    ("publication.signing_granted", "公示审定"),
    ("publication.reworked", "公示退回修改"),
    ("publication.published", "公示发布"),
    ("publication.ended", "公示期满"),
    ("publication.replaced", "公示更正"),
    ("publication.withdrawn", "撤回公示"),
    ("opinion.received", "收到群众意见"),
    ("opinion.assigned", "分办群众意见"),
    ("opinion.answered", "拟答复群众意见"),
    ("opinion.answer_returned", "退回群众意见答复"),
    ("opinion.answer_approved", "群众意见已答复"),
    ("opinion.judged", "认定群众意见"),
    ("opinion.set_aside", "群众意见不予办理"),
    ("opinion.due_passed", "群众意见逾期未答复"),
];

#[cfg(test)]
mod tests {
    #[test]
    fn every_event_of_a_publication_and_of_an_opinion_has_words() {
        let kinds = crate::publication::event::PublicationEvent::KINDS.iter();
        let kinds = kinds.chain(crate::opinion::event::OpinionEvent::KINDS);
        let unsaid: Vec<_> = kinds.filter(|kind| crate::labels::event(kind) == **kind).collect();
        assert!(unsaid.is_empty(), "{unsaid:?}");
    }
}
