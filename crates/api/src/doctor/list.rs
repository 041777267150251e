//! Every check: its code, what it is about, and what to do when it is not good.

/// One check.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Stable, for programs that read the answer.
    pub code: &'static str,
    pub about: &'static str,
    pub advice: &'static str,
}

const fn check(code: &'static str, about: &'static str, advice: &'static str) -> Check {
    Check { code, about, advice }
}

/// All of them, in the order in which they are said.
pub const CHECKS: &[Check] = &[
    check("configuration", "配置", "按所指改正环境变量；变量的含义见 README.md 的“配置”"),
    check("version", "程序版本", "安装正式发布的版本"),
    check("data-dir", "数据目录", "建立该目录，并让运行程序的用户可以写"),
    check("data-dir-rights", "数据目录权限", "chmod 700 数据目录，属主为运行程序的用户"),
    check("key-rights", "密钥文件权限", "chmod 600 所指文件，属主为运行程序的用户"),
    check("disk", "数据目录所在磁盘", "清理或扩充磁盘；附件只增不减"),
    check("web", "页面", "先构建前端，或以 BIHUAN_WEB_DIR=off 交给代理"),
    check("address", "访问地址", "以 BIHUAN_PUBLIC_URL 写明用户访问的 https 网址"),
    check("secure", "加密连接与 Cookie", "由代理终结 TLS，并把 BIHUAN_PUBLIC_URL 写成 https://"),
    check("proxy", "代理与来源地址", "有自己的代理才设 BIHUAN_TRUSTS_PROXY=true，且只让代理能连到服务端口"),
    check("public-page", "公示网页", "公示网页也应经代理以 https 对外，服务只听本机"),
    check("rehearsal", "演练时钟", "正式使用时去掉 BIHUAN_REHEARSAL_DAYS"),
    check("log-level", "日志级别", "正式使用时设 BIHUAN_LOG=info，并由系统保存日志六个月以上"),
    check("mail", "发信", "核对发信服务器地址和账号；用 bihuan doctor --deep 试连"),
    check(
        "audit-keys",
        "台账核对",
        "以 BIHUAN_AUDIT_KEYS、BIHUAN_ANCHOR_FILE 指明公钥和外存检查点，每月运行 bihuan audit verify",
    ),
    check(
        "anchors",
        "外存检查点",
        "以 BIHUAN_ANCHOR_FILE 指明签名进程写的文件，或在“对接系统”登记推送地址，勾选“台账检查点”，推给内网之外、别人管的系统",
    ),
    check("directory", "单位目录", "核对 BIHUAN_LDAP_ 各项和目录服务；中断时用本系统密码的账号照常登录"),
    check("backup-programs", "备份用的程序", "安装与数据库同版或更新的 PostgreSQL 客户端"),
    check("last-backup", "最近一次备份", "每日定时运行 bihuan backup（deploy/README.md“备份与恢复”）"),
    check("database", "数据库", "核对地址和密码；数据库是否在运行"),
    check("database-version", "数据库版本", "使用 PostgreSQL 15 或更新版本"),
    check("migrations", "数据库结构", "以结构属主运行 bihuan migrate"),
    check("clock", "时钟", "两边都用 NTP 校时"),
    check("encoding", "字符集与排序", "集群应以 UTF8、C.UTF-8 建立，重建后恢复备份"),
    check("app-role", "应用账号的权限", "应用应以 bihuan_app 连接：它不是超级用户、不拥有表、不能建表"),
    check("second-net", "行级防线", "先以集群管理员建 bihuan_narrow 角色（deploy/db/roles.sql），再以结构属主升级"),
    check("messages", "数据库的提示语言", "把 lc_messages 设为 C：程序按英文提示分辨磁盘已满、忙和断开"),
    check("append-only", "事件只增不改", "REVOKE UPDATE, DELETE, TRUNCATE ON 所列表 FROM bihuan_app"),
    check("time-limits", "语句时限", "不要在角色或数据库上覆盖程序设的时限"),
    check("connections", "连接数", "减小 BIHUAN_POOL_SIZE 或加大 max_connections，并留出备份和管理用的余量"),
    check("durability", "落盘", "把 fsync、full_page_writes、synchronous_commit 设为 on"),
    check("checksums", "数据页校验", "停机后运行 pg_checksums --enable"),
    check("database-link", "到数据库的连接", "在地址后加 ?sslmode=verify-full，或把数据库放在本机"),
    check("database-size", "数据库大小", "核对数据库所在磁盘的余量"),
    check("chains", "事件链", "停止使用，保全现场，与最近的备份核对，找出谁改了数据库"),
    check("rows", "任务与事件一致", "停止使用，保全现场；任务的行应是其事件的结果"),
    check("files", "附件", "从备份找回所缺附件，并查清原因"),
    check("sealer", "待定序的事件", "确认服务在运行，日志里有没有 jobs wait"),
    check("due-acts", "到期未办的时钟事项", "确认服务在运行；连续失败的看日志后联系维护人员"),
    check("deliveries", "未送出的通知", "在“外发”页看原因，改正后点“重试”"),
    check("calendar", "工作日历", "国务院办公厅公布放假安排后，升级到含该年日历的版本"),
    check("accounts", "没有角色的账号", "由安全管理员授予角色，或由系统管理员停用"),
    check("passwords", "久未更换的密码", "请本人在“我的设置”里改，或由安全管理员重置"),
    check("administrators", "三员", "系统管理员、安全管理员、审计员各至少一名，由不同的人担任"),
    check(
        "second-factors",
        "动态口令",
        "管理员先在“我的”里启用；由安全管理员在“组织与账号 › 身份鉴别”规定哪些角色必须启用",
    ),
    check("keys", "对接系统的密钥", "到期前由安全管理员另发一把，换好后吊销旧的；已过期的也吊销"),
    check("demo", "示例数据", "正式使用的系统应新建，不带示例集团；示例账号共用一个密码"),
];
