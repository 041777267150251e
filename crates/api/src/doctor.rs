//! Looks at the configuration and what it points to, and says what is wrong in words an operator understands.

use crate::config::{Config, VARIABLES};

struct Report {
    text: String,
    is_well: bool,
}

impl Report {
    fn line(&mut self, what: &str, found: Result<String, String>) {
        let (mark, words) = match &found {
            Ok(words) => ("正常", words),
            Err(words) => ("有误", words),
        };
        self.is_well &= found.is_ok();
        self.text += &format!("{mark}  {what}：{words}\n");
    }
}

/// The report; an error when something is wrong.
pub fn run(config: &Result<Config, Vec<String>>) -> Result<String, String> {
    let mut report = Report { text: String::new(), is_well: true };
    for (name, default, meaning) in VARIABLES {
        report.text += &format!("      {name}（默认“{default}”）{meaning}\n");
    }
    match config {
        Err(faults) => faults.iter().for_each(|fault| report.line("配置", Err(fault.clone()))),
        Ok(config) => look(config, &mut report),
    }
    if report.is_well { Ok(report.text) } else { Err(report.text) }
}

fn look(config: &Config, report: &mut Report) {
    let probe = config.data_dir.join(".doctor");
    let writable = std::fs::create_dir_all(&config.data_dir)
        .and_then(|()| std::fs::write(&probe, b""))
        .and_then(|()| std::fs::remove_file(&probe));
    let folder = config.data_dir.display().to_string();
    report.line("数据目录", writable.map(|()| format!("{folder} 可写")).map_err(|e| format!("{folder}：{e}")));
    if let Some(web) = &config.web_dir {
        let found = web.join("index.html").is_file();
        let words = web.display().to_string();
        report.line("页面", if found { Ok(words) } else { Err(format!("{words} 里没有 index.html，请先构建前端")) });
    }
    match &config.database_url {
        None => report.line("数据库", Ok("用自带的 PostgreSQL，启动时自动建立".to_owned())),
        Some(url) => {
            let db = persistence::Database::new(url, 2);
            let answers = db.read_now(|conn| persistence::due_acts::backlog(conn, chrono::DateTime::UNIX_EPOCH));
            report.line(
                "数据库",
                answers
                    .map(|_| "可以连接，结构已建立".to_owned())
                    .map_err(|e| format!("{e}；请检查地址、密码，并先运行 bihuan migrate")),
            );
        }
    }
    if let Some(url) = &config.owner_url {
        let pending = persistence::database::pending_migrations(url);
        let words = match pending {
            Ok(0) => Ok("结构是最新的".to_owned()),
            Ok(n) => Err(format!("还有 {n} 步未升级，请运行 bihuan migrate")),
            Err(e) => Err(e.to_string()),
        };
        report.line("数据库结构", words);
    }
    if config.audit_keys.is_some() || config.anchor_file.is_some() {
        let trusted = crate::audit::trusted(config.audit_keys.as_deref(), config.anchor_file.as_deref());
        let words = trusted.map(|t| format!("公钥 {} 个，外存检查点 {} 个", t.keys.len(), t.anchors.len()));
        report.line("台账核对", words);
    }
    if config.public_url.is_none() && !config.listen.ip().is_loopback() {
        report.line("访问地址", Err("对外服务时应以 BIHUAN_PUBLIC_URL 指明 https 地址".to_owned()));
    }
}
