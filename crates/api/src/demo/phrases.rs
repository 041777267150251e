//! What signers and verifiers say when the script does not say it: official and short, in turn.

use domain::policy::{RequestKind, Who};

const HEAD: [&str; 3] = ["材料属实，同意上报。", "经核对，所报情况真实。", "本单位对材料真实性负责。"];
const LEADER_PLAN: [&str; 5] = [
    "同意。节点要盯紧，按周调度。",
    "同意，请落实到具体责任人。",
    "措施可行，同意实施。",
    "同意。所需经费按程序报批。",
    "同意，阶段成果及时报我。",
];
const LEADER_CLOSURE: [&str; 4] = [
    "措施已落实，同意提请核查。",
    "完成标准已达到，同意。",
    "请督导组重点核实长效制度执行情况。",
    "同意销号，继续跟踪防止反弹。",
];
const OFFICE: [&str; 4] = [
    "要素齐全，节点可考核，同意。",
    "完成标准明确，同意备案。",
    "审核通过，按节点报佐证。",
    "格式和时限符合要求，同意。",
];
const VERIFIED: [&str; 5] = [
    "抽查情况与所报一致，通过。",
    "佐证材料真实完整，通过。",
    "现场情况良好，未发现新增问题。",
    "制度已执行，抽查未见例外。",
    "数据复算一致，同意销号。",
];
const PRINCIPAL: [&str; 3] = ["同意销号。", "同意，做好跟踪巩固。", "同意，转入跟踪巩固。"];

/// How two verifiers checked, in turn.
pub(super) const METHODS: [&str; 6] = [
    "调阅原始台账，随机抽查5份",
    "现场查看并询问3名职工",
    "与业务系统数据逐项比对",
    "查阅会议记录和印发文件",
    "电话回访服务对象4人",
    "抽取凭证12份逐笔复核",
];

/// The signer's words.
pub(super) fn of(who: Who, kind: RequestKind, seed: u32) -> &'static str {
    let from: &[&'static str] = match (who, kind) {
        (Who::UnitHead, _) => &HEAD,
        (Who::LeadLeader, RequestKind::Closure) => &LEADER_CLOSURE,
        (Who::LeadLeader, _) => &LEADER_PLAN,
        (Who::Office, _) => &OFFICE,
        (Who::Supervisor, _) => &VERIFIED,
        (Who::Principal | Who::GroupHead, RequestKind::Closure) => &PRINCIPAL,
        (Who::Principal | Who::GroupHead, RequestKind::Withdrawal) => &["同意作废，台账相应更正。"],
        (Who::Principal | Who::GroupHead, _) => &["同意调整。"],
        (Who::Meeting, _) => &["会议审定，同意销号。"],
        (Who::Secrecy, _) => &["已审查，不涉及国家秘密和工作秘密，可以公示。"],
    };
    pick(from, seed)
}

/// One of a list, by a number.
pub(super) fn pick(from: &[&'static str], seed: u32) -> &'static str {
    let n = u32::try_from(from.len()).unwrap_or(1).max(1);
    from.get(usize::try_from(seed % n).unwrap_or(0)).copied().unwrap_or_default()
}
