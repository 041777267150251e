//! A real directory (OpenLDAP's slapd) on a free port with the entries of tests/fixtures/directory.ldif.

use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use api::app::{LdapEntries, LdapSettings};

use super::served::{PATIENCE, free_address};

/// The password of somebody in the directory.
pub const P012: &str = "松涛-听雨-2931";
pub const P013: &str = "竹影-扫阶-4406";

pub struct Slapd {
    folder: PathBuf,
    pub open: SocketAddr,
    pub tls: SocketAddr,
    child: Option<Child>,
}

/// A program of slapd, which is not on the path of who is not root.
fn program(name: &str) -> Option<PathBuf> {
    let found = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/libexec"].map(|folder| Path::new(folder).join(name));
    found.into_iter().find(|path| path.exists())
}

impl Slapd {
    /// Starts one; none, said by name, where the machine has no slapd.
    pub fn start() -> Option<Self> {
        let (Some(_), Some(adds)) = (program("slapd"), program("slapadd")) else {
            eprintln!("跳过：没有 slapd，单位目录的登录没有演练");
            return None;
        };
        let folder = std::env::temp_dir().join(format!("bihuan-slapd-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(folder.join("data")).unwrap();
        let at = folder.display();
        std::fs::write(
            folder.join("openssl.conf"),
            "[req]\ndistinguished_name=name\nx509_extensions=more\nprompt=no\n[name]\nCN=localhost\n\
             [more]\nsubjectAltName=DNS:localhost\nbasicConstraints=critical,CA:FALSE\n",
        )
        .unwrap();
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-config", "openssl.conf"])
            .args(["-keyout", "key.pem", "-out", "cert.pem"])
            .current_dir(&folder)
            .stderr(Stdio::null())
            .status();
        let has_tls = made.is_ok_and(|s| s.success());
        let tls = if has_tls {
            format!(
                "TLSCACertificateFile {at}/cert.pem\nTLSCertificateFile {at}/cert.pem\nTLSCertificateKeyFile {at}/key.pem\n"
            )
        } else {
            String::new()
        };
        let schemas =
            ["core", "cosine", "inetorgperson"].map(|s| format!("include /etc/ldap/schema/{s}.schema\n")).concat();
        std::fs::write(
            folder.join("slapd.conf"),
            format!(
                "{schemas}modulepath /usr/lib/ldap\nmoduleload back_mdb\npidfile {at}/pid\n{tls}\
                 database mdb\nsuffix \"dc=example,dc=cn\"\nmaxsize 10485760\ndirectory {at}/data\n\
                 access to attrs=userPassword by anonymous auth by * none\n\
                 access to * by dn.exact=\"cn=search,dc=example,dc=cn\" read by * none\n"
            ),
        )
        .unwrap();
        let entries = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/directory.ldif");
        let added =
            Command::new(adds).arg("-f").arg(folder.join("slapd.conf")).arg("-l").arg(entries).output().unwrap();
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        let mut slapd = Self { folder, open: free_address(), tls: free_address(), child: None };
        slapd.go_on();
        Some(slapd)
    }

    /// Starts it at its addresses, where it was stopped.
    pub fn go_on(&mut self) {
        let addresses = format!("ldap://{} ldaps://{}", self.open, self.tls);
        let child = Command::new(program("slapd").unwrap())
            .args(["-d", "0", "-h", &addresses, "-f"])
            .arg(self.folder.join("slapd.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
        let began = Instant::now();
        while TcpStream::connect(self.open).is_err() {
            assert!(began.elapsed() < PATIENCE, "the directory does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// The file with its certificate.
    pub fn certificate(&self) -> PathBuf {
        self.folder.join("cert.pem")
    }

    /// An entry by its name.
    pub fn named(&self) -> LdapSettings {
        settings(self.open, LdapEntries::Named("uid={login},ou=people,dc=example,dc=cn".to_owned()))
    }

    /// An entry by a search.
    pub fn found(&self) -> LdapSettings {
        let account = Some(("cn=search,dc=example,dc=cn".to_owned(), "查找用-7315".to_owned()));
        let (base, filter) = ("ou=people,dc=example,dc=cn".to_owned(), "(uid={login})".to_owned());
        settings(self.open, LdapEntries::Found { base, filter, account })
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A directory at an address, waited for as long as a busy machine needs.
pub fn settings(at: SocketAddr, entries: LdapEntries) -> LdapSettings {
    LdapSettings { url: format!("ldap://{at}"), start_tls: false, entries, patience: Duration::from_secs(20) }
}
