//! The whole configuration: variables with the prefix `BIHUAN_`, read once, every mistake told at once.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::app::{AppSettings, LdapEntries, LdapSettings, Matched, OutwardSettings, ProviderSettings};

/// What an operator sets.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The application's role; none starts a private PostgreSQL.
    pub database_url: Option<String>,
    /// As the open page reads; with a private PostgreSQL it needs none.
    pub public_database_url: Option<String>,
    /// The owner's role, for `migrate` alone.
    pub owner_url: Option<String>,
    pub listen: SocketAddr,
    /// Where the open page listens; none serves it nowhere.
    pub public_listen: Option<SocketAddr>,
    pub data_dir: PathBuf,
    /// None when something else serves the page.
    pub web_dir: Option<PathBuf>,
    pub public_url: Option<String>,
    pub trusts_proxy: bool,
    pub pool_size: u32,
    /// Filter of the log, such as `info` or `api=debug`.
    pub log: String,
    /// How notices leave the page.
    pub outward: OutwardSettings,
    /// Who else may say who somebody is.
    pub provider: Option<ProviderSettings>,
    /// The directory that answers for some accounts.
    pub ldap: Option<LdapSettings>,
    /// What the signer alone needs.
    pub signer: SignerConfig,
    /// Signed checkpoints outside the database: the signer adds to it, `audit verify` compares with it.
    pub anchor_file: Option<PathBuf>,
    /// Public keys whose signatures `audit verify` believes, a line each.
    pub audit_keys: Option<PathBuf>,
    /// Days the product's clock runs ahead, to rehearse what time brings; only on a loopback address.
    pub rehearsal_days: i64,
}

/// What the signer alone needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SignerConfig {
    /// The signer's role; with a private PostgreSQL it needs none.
    pub url: Option<String>,
    /// Its private key.
    pub key: Option<PathBuf>,
}

/// Name, default, meaning: what `doctor` prints and the README repeats.
pub const VARIABLES: &[(&str, &str, &str)] = &[
    ("BIHUAN_DATABASE_URL", "", "以应用角色连接的 PostgreSQL；不填则自带一个"),
    ("BIHUAN_OWNER_URL", "", "以结构属主连接的 PostgreSQL，供 migrate 升级用"),
    ("BIHUAN_LISTEN", "127.0.0.1:8080", "服务的地址和端口"),
    ("BIHUAN_PUBLIC_LISTEN", "", "公示网页的地址和端口，不需登录；不填则没有公示网页"),
    (
        "BIHUAN_PUBLIC_DATABASE_URL",
        "",
        "公示网页以 bihuan_public 角色连接的 PostgreSQL；开了公示网页又用已有的数据库时必填",
    ),
    ("BIHUAN_DATA_DIR", "var", "存放附件、密钥和自带数据库的目录"),
    ("BIHUAN_WEB_DIR", "frontend/dist", "前端构建结果的目录；填 off 则不提供页面"),
    ("BIHUAN_PUBLIC_URL", "", "用户访问的网址；https 时 Cookie 仅经加密连接发送"),
    ("BIHUAN_TRUSTS_PROXY", "false", "前面是否有自己的代理写 X-Forwarded-For"),
    ("BIHUAN_POOL_SIZE", "12", "到 PostgreSQL 的连接数，2 至 100；读给只看得到一部分的人另用同样多"),
    ("BIHUAN_LOG", "info", "日志级别"),
    ("BIHUAN_SMTP_URL", "", "发信服务器，如 smtps://账号:密码@mail.example.cn；不填则不发邮件"),
    ("BIHUAN_MAIL_FROM", "", "发信人地址，填了发信服务器就要填"),
    ("BIHUAN_ROBOT_HOSTS", "", "允许的群机器人主机，逗号分隔；不填则关闭，机器人在单位外网，只说有几项待办"),
    ("BIHUAN_SIGNER_URL", "", "以签名角色连接的 PostgreSQL，只供 bihuan signer"),
    ("BIHUAN_SIGNER_KEY", "", "签名进程的私钥文件，只供 bihuan signer；服务和数据库都不应读得到"),
    ("BIHUAN_ANCHOR_FILE", "", "外存检查点的文件：签名进程往后添，bihuan audit verify 拿来对照"),
    ("BIHUAN_AUDIT_KEYS", "", "公钥文件，一行一个；bihuan audit verify 只信这些公钥的签名"),
    (
        "BIHUAN_WEBHOOK_HOSTS",
        "",
        "允许推送事件的主机，逗号分隔，如 oa.example.cn,hr.example.cn:8443；内网用 http 的写明 http://主机:端口；不填则不推送",
    ),
    (
        "BIHUAN_OIDC_ISSUER",
        "",
        "统一身份认证（OpenID Connect）的签发者网址，如 https://sso.example.cn；不填则只有账号密码登录",
    ),
    ("BIHUAN_OIDC_CLIENT_ID", "", "本系统在统一身份认证登记的客户端编号"),
    ("BIHUAN_OIDC_SECRET_FILE", "", "存放客户端密钥的文件；对方不要求密钥的不填"),
    ("BIHUAN_OIDC_CLAIM", "preferred_username", "用对方答复里的哪一项对应本系统的账号"),
    ("BIHUAN_OIDC_MATCH", "login", "这一项对应什么：login 登录名，person 人员编码"),
    ("BIHUAN_OIDC_NAME", "统一身份认证", "登录页上按钮的名称"),
    ("BIHUAN_OIDC_SECOND_FACTOR", "", "对方的哪些认证方式（amr 或 acr）算作动态口令，逗号分隔；不填则都不算"),
    ("BIHUAN_LDAP_URL", "", "单位目录（LDAP），如 ldaps://ldap.example.cn；不填则没有，账号都用本系统密码"),
    ("BIHUAN_LDAP_STARTTLS", "true", "以 ldap:// 连接后是否先转为加密；不加密的只能是本机"),
    ("BIHUAN_LDAP_DN", "", "由账号直接得出条目名称，如 uid={login},ou=people,dc=example,dc=cn；与下面的查找二选一"),
    ("BIHUAN_LDAP_BASE", "", "在哪个条目之下查找账号，如 ou=people,dc=example,dc=cn"),
    ("BIHUAN_LDAP_FILTER", "(uid={login})", "查找的条件；AD 用 (sAMAccountName={login})"),
    ("BIHUAN_LDAP_SEARCH_DN", "", "查找用的账号；不填则匿名查找"),
    ("BIHUAN_LDAP_SEARCH_SECRET_FILE", "", "存放查找用账号密码的文件"),
    ("BIHUAN_LDAP_SECONDS", "5", "等单位目录回答几秒，1 至 30"),
    ("BIHUAN_REHEARSAL_DAYS", "0", "演练时钟提前的天数，只能用于本机地址"),
];

/// Whether what is said to an address is said to nobody else: by https, or to this machine itself.
pub fn is_guarded(url: &str) -> bool {
    url.starts_with("https://") || url.strip_prefix("http://").is_some_and(is_here)
}

/// Whether an address, without its scheme, is that of this machine.
fn is_here(rest: &str) -> bool {
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback()) || name == "localhost" || name == "[::1]"
}

struct Reader<'a> {
    given: &'a BTreeMap<String, String>,
    faults: Vec<String>,
}

impl Reader<'_> {
    fn text(&self, name: &str) -> String {
        let default = VARIABLES.iter().find(|(n, ..)| *n == name).map_or("", |(_, default, _)| default);
        self.given.get(name).map_or(default, String::as_str).trim().to_owned()
    }

    fn optional(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    fn parse<T: std::str::FromStr>(&mut self, name: &str, wanted: &str) -> Option<T> {
        let text = self.text(name);
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.faults.push(format!("{name}={text}：应为{wanted}"));
        }
        parsed
    }

    fn database(&mut self, name: &str) -> Option<String> {
        let url = self.optional(name)?;
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            self.faults.push(format!("{name}：应以 postgres:// 开头"));
        }
        Some(url)
    }

    /// The provider of identities; `public_url` is where people come back to.
    fn provider(&mut self, public_url: Option<&str>) -> Option<ProviderSettings> {
        let issuer = self.optional("BIHUAN_OIDC_ISSUER")?;
        if !is_guarded(&issuer) {
            self.faults.push("BIHUAN_OIDC_ISSUER：应以 https:// 开头；http:// 只能指向本机".to_owned());
        }
        if public_url.is_none() {
            self.faults.push("BIHUAN_PUBLIC_URL：用统一身份认证的，要写明用户访问的网址".to_owned());
        }
        let client = self.text("BIHUAN_OIDC_CLIENT_ID");
        if client.is_empty() {
            self.faults.push("BIHUAN_OIDC_CLIENT_ID：填了签发者就要填".to_owned());
        }
        let secret = self.secret("BIHUAN_OIDC_SECRET_FILE");
        let matched = match self.text("BIHUAN_OIDC_MATCH").as_str() {
            "person" => Matched::PersonCode,
            "login" => Matched::Login,
            other => {
                self.faults.push(format!("BIHUAN_OIDC_MATCH={other}：应为 login 或 person"));
                Matched::Login
            }
        };
        let counted = self.text("BIHUAN_OIDC_SECOND_FACTOR");
        Some(ProviderSettings {
            issuer,
            client,
            secret,
            claim: self.text("BIHUAN_OIDC_CLAIM"),
            matched,
            name: self.text("BIHUAN_OIDC_NAME"),
            second_factor: counted.split(',').map(str::trim).filter(|m| !m.is_empty()).map(str::to_owned).collect(),
        })
    }

    fn secret(&mut self, name: &str) -> Option<String> {
        let file = self.optional(name)?;
        match std::fs::read_to_string(&file) {
            Ok(text) => Some(text.trim().to_owned()),
            Err(error) => {
                self.faults.push(format!("{name}={file}：{error}"));
                None
            }
        }
    }

    /// The directory; nothing is said to it in the open but on this machine.
    fn ldap(&mut self) -> Option<LdapSettings> {
        let url = self.optional("BIHUAN_LDAP_URL")?;
        let start_tls: bool = self.parse("BIHUAN_LDAP_STARTTLS", " true 或 false")?;
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        let is_open = scheme == "ldap";
        let has_host = rest.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'[');
        let is_plain = rest.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
        if !["ldap", "ldaps"].contains(&scheme) || !has_host || !is_plain {
            self.faults.push("BIHUAN_LDAP_URL：应为 ldaps://主机 或 ldap://主机，可带端口".to_owned());
        } else if is_open && !start_tls && !is_here(rest) {
            self.faults.push("BIHUAN_LDAP_STARTTLS：不加密的 ldap:// 只能指向本机".to_owned());
        }
        let seconds: u64 = self.parse("BIHUAN_LDAP_SECONDS", " 1 至 30 的整数")?;
        if !(1..=30).contains(&seconds) {
            self.faults.push("BIHUAN_LDAP_SECONDS：应为 1 至 30 的整数".to_owned());
        }
        let has_place = |text: &str| text.contains(domain::ldap::PLACE);
        let secret = self.secret("BIHUAN_LDAP_SEARCH_SECRET_FILE");
        let entries = match (self.optional("BIHUAN_LDAP_DN"), self.optional("BIHUAN_LDAP_BASE")) {
            (Some(template), None) if has_place(&template) => LdapEntries::Named(template),
            (Some(_), None) => {
                self.faults.push("BIHUAN_LDAP_DN：应含 {login}，即账号所在".to_owned());
                return None;
            }
            (None, Some(base)) => {
                let filter = self.text("BIHUAN_LDAP_FILTER");
                if !has_place(&filter) || ldap3::parse_filter(domain::ldap::filter_of(&filter, "x")).is_err() {
                    self.faults.push("BIHUAN_LDAP_FILTER：应为含 {login} 的查找条件，如 (uid={login})".to_owned());
                }
                let account = match (self.optional("BIHUAN_LDAP_SEARCH_DN"), secret) {
                    (Some(name), Some(secret)) if !secret.is_empty() => Some((name, secret)),
                    (None, None) => None,
                    _ => {
                        self.faults.push(
                            "BIHUAN_LDAP_SEARCH_DN、BIHUAN_LDAP_SEARCH_SECRET_FILE：要填就都填，密码不能为空"
                                .to_owned(),
                        );
                        None
                    }
                };
                LdapEntries::Found { base, filter, account }
            }
            _ => {
                self.faults.push("BIHUAN_LDAP_DN、BIHUAN_LDAP_BASE：填其中一项，说明怎样由账号找到条目".to_owned());
                return None;
            }
        };
        Some(LdapSettings { url, start_tls: start_tls && is_open, entries, patience: Duration::from_secs(seconds) })
    }

    fn outward(&mut self) -> OutwardSettings {
        let mail = self.optional("BIHUAN_SMTP_URL").and_then(|url| match self.optional("BIHUAN_MAIL_FROM") {
            Some(from) => Some((url, from)),
            None => {
                self.faults.push("BIHUAN_MAIL_FROM：填了发信服务器就要填发信人".to_owned());
                None
            }
        });
        if let Some((url, from)) = &mail
            && !crate::sender::is_usable(url, from)
        {
            self.faults.push(
                "BIHUAN_SMTP_URL、BIHUAN_MAIL_FROM：应为 smtp:// 或 smtps:// 开头的地址和一个邮件地址".to_owned(),
            );
        }
        let hosts = self.text("BIHUAN_ROBOT_HOSTS");
        let robot_hosts = hosts.split(',').map(str::trim).filter(|h| !h.is_empty()).map(str::to_owned).collect();
        let mut webhook_hosts = Vec::new();
        for entry in self.text("BIHUAN_WEBHOOK_HOSTS").split(',').map(str::trim).filter(|h| !h.is_empty()) {
            match domain::webhook::allowed(entry) {
                Ok(origin) => webhook_hosts.push(origin),
                Err(bad) => {
                    self.faults.push(format!("BIHUAN_WEBHOOK_HOSTS：{bad} 应为 主机、主机:端口 或 http://主机:端口"))
                }
            }
        }
        OutwardSettings { mail, robot_hosts, webhook_hosts }
    }
}

impl Config {
    /// Reads the process's environment.
    ///
    /// Errors: every mistake, one line each.
    pub fn from_env() -> Result<Self, Vec<String>> {
        Self::read(&std::env::vars().filter(|(name, _)| name.starts_with("BIHUAN_")).collect())
    }

    /// Reads given variables.
    ///
    /// Errors: every mistake, one line each.
    pub fn read(given: &BTreeMap<String, String>) -> Result<Self, Vec<String>> {
        let mut reader = Reader { given, faults: Vec::new() };
        for name in given.keys().filter(|n| !n.starts_with("BIHUAN_TEST_")) {
            if !VARIABLES.iter().any(|(known, ..)| known == name) {
                reader.faults.push(format!("{name}：没有这一项配置"));
            }
        }
        let database_url = reader.database("BIHUAN_DATABASE_URL");
        let owner_url = reader.database("BIHUAN_OWNER_URL");
        let signer = SignerConfig {
            url: reader.database("BIHUAN_SIGNER_URL"),
            key: reader.optional("BIHUAN_SIGNER_KEY").map(PathBuf::from),
        };
        let listen: Option<SocketAddr> = reader.parse("BIHUAN_LISTEN", "“地址:端口”，如 127.0.0.1:8080");
        let public_listen: Option<SocketAddr> = match reader.optional("BIHUAN_PUBLIC_LISTEN") {
            Some(_) => reader.parse("BIHUAN_PUBLIC_LISTEN", "“地址:端口”，如 127.0.0.1:8090"),
            None => None,
        };
        if public_listen.is_some_and(|open| listen.is_some_and(|own| own.port() != 0 && open == own)) {
            reader.faults.push("BIHUAN_PUBLIC_LISTEN：不能与 BIHUAN_LISTEN 相同".to_owned());
        }
        let public_database_url = reader.database("BIHUAN_PUBLIC_DATABASE_URL");
        if public_listen.is_some() && database_url.is_some() && public_database_url.is_none() {
            reader.faults.push("BIHUAN_PUBLIC_DATABASE_URL：开了公示网页，要给它自己的数据库账号".to_owned());
        }
        let trusts_proxy = reader.parse("BIHUAN_TRUSTS_PROXY", " true 或 false");
        let pool_size: Option<u32> = reader.parse("BIHUAN_POOL_SIZE", " 2 至 100 的整数");
        if pool_size.is_some_and(|n| !(2..=100).contains(&n)) {
            reader.faults.push("BIHUAN_POOL_SIZE：应为 2 至 100 的整数".to_owned());
        }
        let rehearsal_days: Option<i64> = reader.parse("BIHUAN_REHEARSAL_DAYS", "天数");
        if rehearsal_days.is_some_and(|n| n != 0) && listen.is_some_and(|l| !l.ip().is_loopback()) {
            reader.faults.push("BIHUAN_REHEARSAL_DAYS：演练时钟只能用于本机地址".to_owned());
        }
        let public_url = reader.optional("BIHUAN_PUBLIC_URL");
        if public_url.as_ref().is_some_and(|u| !u.starts_with("http://") && !u.starts_with("https://")) {
            reader.faults.push("BIHUAN_PUBLIC_URL：应以 http:// 或 https:// 开头".to_owned());
        }
        let outward = reader.outward();
        let provider = reader.provider(public_url.as_deref());
        let ldap = reader.ldap();
        let web_dir = reader.text("BIHUAN_WEB_DIR");
        let config = (|| {
            Some(Self {
                listen: listen?,
                public_listen,
                trusts_proxy: trusts_proxy?,
                pool_size: pool_size?,
                rehearsal_days: rehearsal_days?,
                database_url,
                public_database_url,
                owner_url,
                data_dir: reader.text("BIHUAN_DATA_DIR").into(),
                web_dir: (web_dir != "off").then(|| web_dir.into()),
                public_url,
                outward,
                provider,
                ldap,
                signer,
                anchor_file: reader.optional("BIHUAN_ANCHOR_FILE").map(PathBuf::from),
                audit_keys: reader.optional("BIHUAN_AUDIT_KEYS").map(PathBuf::from),
                log: reader.text("BIHUAN_LOG"),
            })
        })();
        match config {
            Some(config) if reader.faults.is_empty() => Ok(config),
            _ => Err(reader.faults),
        }
    }

    /// What handlers need of it.
    pub fn settings(&self) -> AppSettings {
        AppSettings {
            data_dir: self.data_dir.clone(),
            web_dir: self.web_dir.clone(),
            is_tls: self.public_url.as_ref().is_some_and(|u| u.starts_with("https://")),
            public_url: self.public_url.clone(),
            trusts_proxy: self.trusts_proxy,
            outward: self.outward.clone(),
            provider: self.provider.clone(),
            ldap: self.ldap.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, Vec<String>> {
        Config::read(&pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn nothing_set_is_a_private_database_on_loopback() {
        let config = read(&[]).unwrap();
        assert_eq!(config.database_url, None);
        assert!(config.listen.ip().is_loopback());
        assert!(!config.settings().is_tls);
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let faults = read(&[
            ("BIHUAN_LISTEN", "here"),
            ("BIHUAN_POOL_SIZE", "1000"),
            ("BIHUAN_DATABASE_URL", "mysql://x"),
            ("BIHUAN_COLOUR", "red"),
        ])
        .unwrap_err();
        assert_eq!(faults.len(), 4, "{faults:?}");
    }

    #[test]
    fn targets_of_webhooks_are_hosts_by_https_unless_they_say_otherwise() {
        let given = [("BIHUAN_WEBHOOK_HOSTS", "oa.example.cn, http://10.1.2.3:8080")];
        let allowed = read(&given).unwrap().settings().outward.webhook_hosts;
        assert_eq!(allowed, ["https://oa.example.cn:443", "http://10.1.2.3:8080"]);
        assert!(read(&[("BIHUAN_WEBHOOK_HOSTS", "oa.example.cn/hook")]).is_err());
        assert!(read(&[]).unwrap().settings().outward.webhook_hosts.is_empty(), "nothing is allowed unless it is set");
    }

    #[test]
    fn a_provider_is_spoken_to_in_private_and_knows_where_to_send_people_back() {
        let whole = [
            ("BIHUAN_OIDC_ISSUER", "https://sso.example.cn"),
            ("BIHUAN_OIDC_CLIENT_ID", "bihuan"),
            ("BIHUAN_PUBLIC_URL", "https://zg.example"),
            ("BIHUAN_OIDC_SECOND_FACTOR", "mfa, otp"),
        ];
        let provider = read(&whole).unwrap().settings().provider.unwrap();
        assert_eq!((provider.claim.as_str(), provider.matched), ("preferred_username", Matched::Login));
        assert_eq!(provider.second_factor, ["mfa", "otp"]);
        assert!(!format!("{provider:?}").contains("secret"));
        for without in 1..3 {
            assert!(read(&[&whole[..without], &whole[without + 1..]].concat()).is_err());
        }
        let otherwise = |name, value| read(&[&whole[..], &[(name, value)]].concat()).is_err();
        assert!(otherwise("BIHUAN_OIDC_MATCH", "mail"));
        assert!(otherwise("BIHUAN_OIDC_SECRET_FILE", "/nowhere/at/all"));
        assert!(otherwise("BIHUAN_OIDC_ISSUER", "http://sso.example.cn"));
        assert!(otherwise("BIHUAN_OIDC_ISSUER", "http://127.0.0.1.evil.example"));
        assert!(!otherwise("BIHUAN_OIDC_ISSUER", "http://127.0.0.1:8088/realm"));
        assert_eq!(read(&[]).unwrap().provider, None);
    }

    #[test]
    fn a_directory_is_spoken_to_in_private_and_says_how_an_entry_is_found() {
        let named = [("BIHUAN_LDAP_URL", "ldaps://ldap.example.cn"), ("BIHUAN_LDAP_DN", "uid={login},dc=example")];
        let ldap = read(&named).unwrap().settings().ldap.unwrap();
        assert!(ldap.entries == LdapEntries::Named("uid={login},dc=example".to_owned()));
        assert_eq!((ldap.start_tls, ldap.patience), (false, Duration::from_secs(5)));
        assert!(!format!("{ldap:?}").contains("entries"), "no secret is printed");
        let otherwise = |name, value| read(&[&named[..], &[(name, value)]].concat());
        assert!(otherwise("BIHUAN_LDAP_URL", "ldap://10.1.2.3").unwrap().ldap.unwrap().start_tls);
        for (name, value) in [
            ("BIHUAN_LDAP_URL", "http://ldap.example.cn"),
            ("BIHUAN_LDAP_URL", "ldap://"),
            ("BIHUAN_LDAP_URL", "ldaps://ldap.example.cn/dc=example"),
            ("BIHUAN_LDAP_SECONDS", "0"),
            ("BIHUAN_LDAP_BASE", "dc=example"),
            ("BIHUAN_LDAP_DN", "uid=p012,dc=example"),
        ] {
            assert!(otherwise(name, value).is_err(), "{name}={value}");
        }
        let open = |url| read(&[("BIHUAN_LDAP_URL", url), named[1], ("BIHUAN_LDAP_STARTTLS", "false")]);
        assert!(open("ldap://ldap.example.cn").is_err());
        assert!(open("ldap://127.0.0.1.evil.example").is_err());
        assert!(!open("ldap://127.0.0.1:3389").unwrap().ldap.unwrap().start_tls);
        let found = |more: &[(&'static str, &'static str)]| {
            read(&[&[named[0], ("BIHUAN_LDAP_BASE", "dc=example")][..], more].concat())
        };
        assert!(found(&[]).is_ok());
        assert!(found(&[("BIHUAN_LDAP_FILTER", "(uid=*)")]).is_err());
        assert!(found(&[("BIHUAN_LDAP_FILTER", "(uid={login}")]).is_err());
        assert!(found(&[("BIHUAN_LDAP_SEARCH_DN", "cn=search")]).is_err(), "without its secret");
        assert!(read(&named[..1]).is_err(), "neither a name nor a base");
        assert_eq!(read(&[]).unwrap().ldap, None);
    }

    #[test]
    fn a_rehearsal_stays_at_home() {
        assert!(read(&[("BIHUAN_REHEARSAL_DAYS", "95")]).is_ok());
        assert!(read(&[("BIHUAN_REHEARSAL_DAYS", "95"), ("BIHUAN_LISTEN", "0.0.0.0:8080")]).is_err());
    }

    #[test]
    fn the_open_page_has_an_address_of_its_own_or_none() {
        assert_eq!(read(&[]).unwrap().public_listen, None);
        assert!(read(&[("BIHUAN_PUBLIC_LISTEN", "127.0.0.1:8090")]).unwrap().public_listen.is_some());
        assert!(read(&[("BIHUAN_PUBLIC_LISTEN", "there")]).is_err());
        let own = [("BIHUAN_PUBLIC_LISTEN", "127.0.0.1:8090"), ("BIHUAN_DATABASE_URL", "postgres://a@h/d")];
        assert!(read(&own).is_err());
        assert!(read(&[own[0], own[1], ("BIHUAN_PUBLIC_DATABASE_URL", "postgres://p@h/d")]).is_ok());
        assert!(read(&[("BIHUAN_PUBLIC_LISTEN", "127.0.0.1:8080")]).is_err());
    }

    #[test]
    fn https_makes_cookies_secure() {
        assert!(read(&[("BIHUAN_PUBLIC_URL", "https://zg.example")]).unwrap().settings().is_tls);
        assert!(read(&[("BIHUAN_WEB_DIR", "off")]).unwrap().web_dir.is_none());
    }
}
