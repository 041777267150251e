//! A self-assessment against the clauses for the computing environment of a third-level system (GB/T 22239-2019, 8.1.4) that an application answers
//! for: what the product does, how far that goes, and what shows it. Clauses are cited by number with a short title of our own.

use super::{Finding, State};

/// How it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Text,
    Markdown,
}

/// How far a clause is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Met {
    Yes,
    Partly,
    No,
    /// By whoever runs the machines.
    Site,
}

impl Met {
    fn label(self) -> &'static str {
        match self {
            Self::Yes => "符合",
            Self::Partly => "部分符合",
            Self::No => "不符合",
            Self::Site => "由部署单位落实",
        }
    }
}

/// One clause.
struct Clause {
    number: &'static str,
    title: &'static str,
    /// What the product does.
    setting: &'static str,
    /// How far that goes at best.
    met: Met,
    /// A command, a setting, or the name of a test.
    evidence: &'static str,
    /// Checks of the doctor that must be good for it.
    checks: &'static [&'static str],
}

const fn clause(
    number: &'static str,
    title: &'static str,
    setting: &'static str,
    met: Met,
    evidence: &'static str,
    checks: &'static [&'static str],
) -> Clause {
    Clause { number, title, setting, met, evidence, checks }
}

const CLAUSES: &[Clause] = &[
    clause(
        "8.1.4.1 a)",
        "身份唯一、口令复杂与更换",
        "登录名唯一；口令 10 字以上，拒常见口令和含姓名、登录名的口令；初始口令首次登录须改。没有到期强制更换，由 doctor 列出久未更换的",
        Met::Partly,
        "crates/domain/src/account.rs 的测试 `weak_passwords_are_named`；bihuan doctor 的 passwords",
        &["passwords"],
    ),
    clause(
        "8.1.4.1 b)",
        "登录失败与会话超时",
        "同一账号同一来源 15 分钟内错 5 次，锁 30 分钟；30 分钟不用或满 12 小时退出；访问令牌 10 分钟",
        Met::Yes,
        "测试 `five_wrong_passwords_lock_that_name_for_that_source_and_nobody_else`、`a_session_ends_by_idleness_by_age_and_by_logging_out`",
        &[],
    ),
    clause(
        "8.1.4.1 c)",
        "鉴别信息防窃听",
        "经 https 访问，发 HSTS；刷新令牌只在 HttpOnly、Secure、SameSite=Strict 的 Cookie 里，一次有效",
        Met::Yes,
        "BIHUAN_PUBLIC_URL；测试 `a_refresh_token_works_once_and_its_second_use_ends_the_session`",
        &["secure"],
    ),
    clause(
        "8.1.4.1 d)",
        "两种以上鉴别方式",
        "口令之外有动态口令（RFC 6238），按角色规定必须启用，每个口令只用一次；签批、公示、导出前再次验证身份；可接单位的统一身份认证（OpenID Connect），由对方用证书等方式认证。动态口令用 HMAC-SHA-1，密钥以 XChaCha20-Poly1305 封存，没有证书或国密介质登录",
        Met::Partly,
        "测试 `a_password_alone_opens_nothing_where_a_code_is_in_use`、`who_must_have_a_second_factor_is_led_to_it_before_anything_else`；bihuan doctor 的 second-factors",
        &["second-factors"],
    ),
    clause(
        "8.1.4.2 a)",
        "分配账号和权限",
        "账号由系统管理员建立，角色由安全管理员授予，权限按角色、单位和与事项的关系判定",
        Met::Yes,
        "测试 `everybody_may_do_what_the_table_says_and_nothing_else`、`one_duty_makes_an_account_another_opens_it_and_neither_alone`",
        &[],
    ),
    clause(
        "8.1.4.2 b)",
        "默认账号与默认口令",
        "安装时没有默认口令，三员口令由操作人逐个输入；示例账号只在 --demo 时建立",
        Met::Yes,
        "bihuan init；bihuan doctor 的 demo",
        &["demo"],
    ),
    clause(
        "8.1.4.2 c)",
        "多余、过期和共享账号",
        "停用账号即时生效；doctor 列出没有角色的账号。不能自动识别多人共用一个账号",
        Met::Partly,
        "测试 `an_access_token_ends_after_ten_minutes_and_with_its_account`；bihuan doctor 的 accounts",
        &["accounts"],
    ),
    clause(
        "8.1.4.2 d)",
        "管理权限分离、最小授权",
        "系统管理员、安全管理员、审计员三员分设，一个账号只担一职，三员对任务没有权限；一人不能独自建成可用账号",
        Met::Yes,
        "测试 `one_duty_makes_an_account_another_opens_it_and_neither_alone`；bihuan doctor 的 administrators",
        &["administrators"],
    ),
    clause(
        "8.1.4.2 e)",
        "由授权主体定访问规则",
        "访问规则写在程序一处（crates/domain/src/rights），按角色和轮次由授权的人任命；不能由普通用户改变",
        Met::Yes,
        "测试 `who_may_do_what_is_what_was_agreed`",
        &[],
    ),
    clause(
        "8.1.4.2 f)",
        "访问控制的粒度",
        "主体到个人，客体到每一事项、附件和每一种操作；应用账号在数据库里按表授权，读给只看得到一部分的人时再按行设防，公示网页另用只看得到公示内容的账号",
        Met::Yes,
        "测试 `what_the_ledger_shows_is_what_the_rule_says`；测试 `the_database_itself_shows_nobody_more_than_the_rule`；bihuan doctor 的 app-role、second-net",
        &["app-role", "second-net"],
    ),
    clause(
        "8.1.4.2 g)",
        "安全标记",
        "敏感事项另有标记，只有指明的人可读正文。没有强制访问控制的等级标记",
        Met::Partly,
        "测试 `a_sensitive_matter_is_read_by_its_readers_and_found_by_nobody_else`",
        &[],
    ),
    clause(
        "8.1.4.3 a)",
        "审计覆盖到每个用户",
        "每次改变都是事件，与改变在同一事务里写成，授权和导出也是。登录只在账号上记最近一次、失败只在锁定窗口里计，不是事件；查看只在运行日志里",
        Met::Partly,
        "测试 `every_row_is_what_its_events_make_and_every_chain_holds`",
        &[],
    ),
    clause(
        "8.1.4.3 b)",
        "审计记录的内容",
        "每个事件有时间、账号、人、角色、单位、来源地址、请求号、类型和内容；未成功的请求只在运行日志里，有请求号和结果，没有账号",
        Met::Partly,
        "docs/domain.md §21；测试 `the_stored_form_of_every_event_stays`",
        &["clock"],
    ),
    clause(
        "8.1.4.3 c)",
        "审计记录的保护与备份",
        "事件按链相连，改动、删除、换序都能查出；应用账号在数据库里只能增、查；备份连同事件并在恢复后逐链重算",
        Met::Yes,
        "测试 `the_application_cannot_change_what_happened`、`whoever_changes_an_event_behind_our_back_is_found_out`；bihuan doctor --deep 的 chains",
        &["append-only", "chains", "last-backup"],
    ),
    clause(
        "8.1.4.3 d)",
        "审计进程不被中断",
        "审计与业务同一事务，写不成事件则业务也不成，没有可以单独停掉的审计进程",
        Met::Yes,
        "crates/persistence/src/events.rs；bihuan doctor 的 sealer",
        &["sealer"],
    ),
    clause(
        "8.1.4.4 a)",
        "最小安装",
        "程序一个文件，不装组件；操作系统由单位裁剪",
        Met::Site,
        "deploy/offline/bihuan.service",
        &[],
    ),
    clause(
        "8.1.4.4 b)",
        "不需要的服务和端口",
        "程序只开一个服务端口，公示网页另有端口、默认不开；主机上的其余服务由单位关闭",
        Met::Site,
        "BIHUAN_LISTEN、BIHUAN_PUBLIC_LISTEN",
        &[],
    ),
    clause(
        "8.1.4.4 c)",
        "限定管理终端",
        "本产品不按地址限定登录，由网关或防火墙限定",
        Met::Site,
        "deploy/offline/nginx.conf.example",
        &[],
    ),
    clause(
        "8.1.4.4 d)",
        "输入的有效性检验",
        "请求逐项校验，未知字段拒收，体积、深度、页长有上限；附件按内容认类型，工作簿先查后开",
        Met::Yes,
        "测试 `what_is_not_asked_for_is_refused_with_its_place`、`the_api_answers_a_bomb_and_lives`、`each_file_gets_its_reason_and_takes_no_memory`",
        &[],
    ),
    clause(
        "8.1.4.4 e)",
        "发现并修补漏洞",
        "所用组件有清单并锁定版本，许可逐个核对；漏洞的跟踪和升级由单位按发布安排",
        Met::Site,
        "Cargo.lock、deny.toml",
        &[],
    ),
    clause(
        "8.1.4.4 f)",
        "入侵检测与报警",
        "本产品有运行日志和指标，没有入侵检测",
        Met::Site,
        "/metrics；BIHUAN_LOG",
        &["log-level"],
    ),
    clause(
        "8.1.4.5",
        "恶意代码防范",
        "附件只收所列类型，带宏的模板拒收，下载时隔离打开；不查杀病毒，由单位的防病毒系统查杀附件目录",
        Met::Site,
        "测试 `each_file_gets_its_reason_and_takes_no_memory`",
        &[],
    ),
    clause(
        "8.1.4.6",
        "可信验证",
        "发布包附清单，安装时核对；没有基于可信根的动态验证",
        Met::Site,
        "deploy/offline/install.sh 的 sha256sum",
        &[],
    ),
    clause(
        "8.1.4.7 a)",
        "传输中的完整性",
        "经 https 传输；到数据库的连接可以加密",
        Met::Yes,
        "BIHUAN_PUBLIC_URL；bihuan doctor 的 secure、database-link",
        &["secure", "database-link"],
    ),
    clause(
        "8.1.4.7 b)",
        "存储中的完整性",
        "事件成链，正文和附件以 SHA-256 为名，签过的内容与签名绑定。算法是 SHA-256 和 Ed25519，还没有国密算法",
        Met::Partly,
        "测试 `a_request_is_bound_to_what_was_signed`；bihuan doctor --deep 的 chains、rows、files",
        &["chains", "files"],
    ),
    clause(
        "8.1.4.8 a)",
        "传输中的保密性",
        "经 https 传输，cookie 只随加密连接发送",
        Met::Yes,
        "bihuan doctor 的 secure",
        &["secure"],
    ),
    clause(
        "8.1.4.8 b)",
        "存储中的保密性",
        "口令以 argon2id 存，令牌和密钥只存摘要；业务数据、附件和备份不加密，由磁盘加密和备份介质的保管补足",
        Met::Partly,
        "测试 `a_key_holds_for_its_units_until_its_day_and_is_kept_nowhere`；bihuan doctor 的 data-dir-rights、key-rights",
        &["data-dir-rights", "key-rights"],
    ),
    clause(
        "8.1.4.9 a)",
        "本地备份与恢复",
        "一条命令备份数据库和附件，服务不停；恢复前核对每个摘要，恢复后核对行数、事件链和附件",
        Met::Yes,
        "bihuan backup、bihuan restore；测试 `what_was_acknowledged_before_a_backup_is_there_after_its_restore`；bihuan doctor 的 last-backup",
        &["last-backup"],
    ),
    clause(
        "8.1.4.9 b)",
        "异地备份",
        "备份是一个文件，传到异地由单位安排；没有实时复制",
        Met::Site,
        "deploy/README.md“备份与恢复”",
        &[],
    ),
    clause(
        "8.1.4.9 c)",
        "处理系统热冗余",
        "可以多个程序共用一个数据库；数据库的热备由单位建立",
        Met::Site,
        "测试 `servers_killed_under_load_lose_nothing_and_say_nothing_twice`",
        &[],
    ),
    clause(
        "8.1.4.10 a)",
        "鉴别信息的剩余保护",
        "访问令牌只在浏览器内存，退出即失效；服务端不存口令和令牌原文；恢复备份时结束全部会话",
        Met::Yes,
        "测试 `a_session_ends_by_idleness_by_age_and_by_logging_out`、`what_was_acknowledged_before_a_backup_is_there_after_its_restore`",
        &[],
    ),
    clause(
        "8.1.4.10 b)",
        "敏感数据的剩余保护",
        "导出的清单 24 小时后从磁盘删去。附件和事件按规定长期保存，磁盘空间释放前的清除由单位落实",
        Met::Partly,
        "测试 `it_is_the_askers_alone_is_given_up_and_is_not_kept_for_ever`",
        &[],
    ),
    clause(
        "8.1.4.11 a)",
        "只采集必需的个人信息",
        "人员只有编码、姓名、单位、职务和登录名；收外发通知的另填邮箱或机器人地址；会话记来源地址和浏览器",
        Met::Yes,
        "migrations/0001_house、migrations/0013_outward_notices",
        &[],
    ),
    clause(
        "8.1.4.11 b)",
        "禁止未授权使用个人信息",
        "个人信息只在有权看该事项的人眼前出现；公示只出经审批的文字，日志里没有姓名和正文",
        Met::Yes,
        "测试 `a_stranger_sees_nothing`、`what_was_not_published_is_on_no_public_page`",
        &[],
    ),
];

/// How far a clause is met here: what is bad takes it down to unmet, what is not good to partly.
fn held_against(clause: &Clause, findings: &[Finding]) -> (Met, String) {
    let concerned = || findings.iter().filter(|f| clause.checks.contains(&f.code) && f.state != State::Good);
    let met = match (clause.met, concerned().any(|f| f.state == State::Bad), concerned().next().is_some()) {
        (Met::Yes | Met::Partly, true, _) => Met::No,
        (Met::Yes, false, true) => Met::Partly,
        (met, ..) => met,
    };
    let here: Vec<String> =
        concerned().map(|f| format!("本机{}（{}）：{}", f.state.label(), f.code, f.found)).collect();
    (met, here.join("；"))
}

/// The assessment, from what the checks found on this machine.
pub fn assess(findings: &[Finding], form: Form) -> String {
    let mut text = match form {
        Form::Text => String::from("等保三级自评：安全计算环境（GB/T 22239-2019 8.1.4）中应用负责的条款\n\n"),
        Form::Markdown => String::from(
            "# 等保三级自评\n\nGB/T 22239-2019 8.1.4（安全计算环境）中应用负责的条款；题目为本产品的概括，条文以标准为准。\n\n\
             | 条款 | 题目 | 本产品的做法 | 状态 | 证据 |\n| --- | --- | --- | --- | --- |\n",
        ),
    };
    let mut counted = [0usize; 4];
    for clause in CLAUSES {
        let (met, here) = held_against(clause, findings);
        counted[met as usize] += 1;
        let Clause { number, title, setting, evidence, .. } = clause;
        match form {
            Form::Text => {
                text += &format!("{number} {title}：{}\n    做法：{setting}\n    证据：{evidence}\n", met.label());
                if !here.is_empty() {
                    text += &format!("    {here}\n");
                }
            }
            Form::Markdown => {
                let here = if here.is_empty() { String::new() } else { format!("；{}", here.replace('|', "\\|")) };
                text += &format!("| {number} | {title} | {setting} | {} | {evidence}{here} |\n", met.label());
            }
        }
    }
    let [yes, partly, no, site] = counted;
    text += &format!(
        "\n共 {} 条：符合 {yes}，部分符合 {partly}，不符合 {no}，由部署单位落实 {site}。自评不代替测评机构的测评。\n",
        CLAUSES.len()
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(code: &'static str, state: State) -> Finding {
        Finding { code, about: "", state, found: "x".to_owned(), advice: "" }
    }

    #[test]
    fn what_is_bad_here_makes_a_clause_unmet_and_what_is_not_good_makes_it_partly_met() {
        let clause = CLAUSES.iter().find(|c| c.number == "8.1.4.3 c)").unwrap();
        let with = |state| held_against(clause, &[finding("chains", state)]).0;
        assert_eq!(with(State::Good), Met::Yes);
        assert_eq!(with(State::Attention), Met::Partly);
        assert_eq!(with(State::Unknown), Met::Partly);
        assert_eq!(with(State::Bad), Met::No);
    }

    #[test]
    fn every_check_a_clause_rests_on_is_listed() {
        for code in CLAUSES.iter().flat_map(|c| c.checks) {
            assert!(super::super::CHECKS.iter().any(|check| check.code == *code), "{code}");
        }
    }
}
