//! Sends notices by mail and robot: one taker per person and channel, each message with a name of its own, a failure tried again later.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::notification::Rule;
use domain::outward::{self, Channel, RobotKind, ToldBy};
use domain::refusal::Refusal;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{Message, SmtpTransport, Transport};
use persistence::outward::{Leaving, Parcel, claim, failed, put_off, sent};
use serde_json::{Value, json};

use crate::app::{App, OutwardSettings};
use crate::problem::Problem;
use crate::telemetry::without_addresses;

/// How long a mail server or a robot may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Longest fault that is kept, in characters.
const LONGEST_FAULT: usize = 300;

/// Whether mail could be sent with these.
pub(crate) fn is_usable(url: &str, from: &str) -> bool {
    SmtpTransport::from_url(url).is_ok() && from.parse::<Mailbox>().is_ok()
}

/// Asks the mail server whether it can be reached and lets us in; nothing is sent.
///
/// Errors: what it or the network says.
pub(crate) fn reach(url: &str) -> Result<(), String> {
    let builder = SmtpTransport::from_url(url).map_err(|e| e.to_string())?;
    match builder.timeout(Some(PATIENCE)).build().test_connection() {
        Ok(true) => Ok(()),
        Ok(false) => Err("没有回答".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// One message to one person: whether there was anything to send.
///
/// Nothing is taken while neither way out is open.
pub async fn turn(app: &App) -> Result<bool, Problem> {
    let settings = app.settings.outward.clone();
    if settings.mail.is_none() && settings.robot_hosts.is_empty() {
        return Ok(false);
    }
    let now = app.clock.now();
    let Some(parcel) = app.db.write(&Actor::System, move |conn| claim(conn, now)).await? else { return Ok(false) };
    let Parcel { channel, told_by, notices } = parcel;
    if notices.is_empty() {
        return Ok(true);
    }
    if told_by.is_digest {
        let calendar = app.calendar().await?;
        let due = notices.iter().map(|n| outward::digest_at(n.created_at, &calendar)).min().unwrap_or(now);
        if due > now {
            app.db.write(&Actor::System, move |conn| put_off(conn, channel, &notices, due)).await?;
            return Ok(true);
        }
    }
    deliver(app, channel, told_by, notices, now).await?;
    Ok(true)
}

/// Sends one message about some notices and says what became of it.
async fn deliver(
    app: &App,
    channel: Channel,
    told_by: ToldBy,
    notices: Vec<Leaving>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let (settings, site) = (app.settings.outward.clone(), app.settings.public_url.clone().unwrap_or_default());
    let message = Outgoing::of(&notices, site.trim_end_matches('/'));
    let outcome = actix_web::rt::task::spawn_blocking(move || send(channel, &settings, &told_by, &message))
        .await
        .unwrap_or_else(|e| Err(e.to_string()));
    app.db
        .write(&Actor::System, move |conn| match outcome {
            Ok(()) => sent(conn, channel, &notices, now),
            Err(fault) => {
                let failures = notices.iter().map(|n| n.attempts).max().and_then(|n| usize::try_from(n).ok());
                let again = outward::again_at(failures.unwrap_or_default(), now);
                let said = without_addresses(&fault);
                tracing::warn!(channel = channel.as_str(), fault = said, "a notice did not leave");
                failed(conn, channel, &notices, &fault, again, now)
            }
        })
        .await?;
    Ok(())
}

/// A message as it leaves: labels, numbers and addresses of pages, never what a task says.
struct Outgoing {
    /// The same whenever it is sent, so that a mailbox that has it already can tell.
    name: String,
    subject: String,
    text: String,
    n: usize,
}

impl Outgoing {
    fn of(notices: &[Leaving], site: &str) -> Self {
        let label = |n: &Leaving| Rule::parse(&n.rule).map_or("", Rule::label);
        let line = |n: &Leaving| {
            let number = n.number.as_deref().map(|number| format!("（{number}）")).unwrap_or_default();
            let page = match n.subject_kind.as_str() {
                "task" => format!("tasks/{}", n.subject_id),
                "slip" => format!("slips/{}", n.subject_id),
                "document" => format!("documents/{}", n.subject_id),
                // What else there is stands in the list of things to do.
                _ => "todo".to_owned(),
            };
            let door = if site.is_empty() { String::new() } else { format!("\r\n  {site}/{page}") };
            format!("{}{number}{door}", label(n))
        };
        let subject = match notices {
            [one] => format!("整改闭环：{}", label(one)),
            _ => format!("整改闭环：{}", outward::short_words(notices.len())),
        };
        let mut text = notices.iter().map(line).collect::<Vec<_>>().join("\r\n");
        text.push_str("\r\n\r\n请登录整改闭环系统办理。本邮件由系统自动发出，不含事项内容。\r\n");
        let name = notices.first().map(|n| n.id.to_string()).unwrap_or_default();
        Self { name, subject, text, n: notices.len() }
    }
}

fn send(channel: Channel, settings: &OutwardSettings, told_by: &ToldBy, message: &Outgoing) -> Result<(), String> {
    let fault = match channel {
        Channel::Mail => mail(settings, told_by, message),
        Channel::Robot => robot(settings, told_by, message),
    };
    fault.map_err(|f| f.chars().take(LONGEST_FAULT).collect())
}

fn mail(settings: &OutwardSettings, told_by: &ToldBy, message: &Outgoing) -> Result<(), String> {
    let (url, from) = settings.mail.as_ref().ok_or("没有接通邮件")?;
    let to = told_by.mail.as_ref().ok_or("没有邮件地址")?;
    let from: Mailbox = from.parse().map_err(|_| "发信人地址不对")?;
    let host = from.email.domain().to_owned();
    let built = Message::builder()
        .message_id(Some(format!("<{}.mail@{host}>", message.name)))
        .from(from)
        .to(to.parse().map_err(|_| "收信人地址不对")?)
        .subject(&message.subject)
        .header(ContentType::TEXT_PLAIN)
        .body(message.text.clone())
        .map_err(|e| e.to_string())?;
    let transport = SmtpTransport::from_url(url).map_err(|e| e.to_string())?.timeout(Some(PATIENCE)).build();
    transport.send(&built).map(|_| ()).map_err(|e| e.to_string())
}

/// Whether a robot's address is at a host that is allowed: by https, or by http on this machine alone.
pub(crate) fn check_robot(settings: &OutwardSettings, url: &str) -> Result<(), Refusal> {
    let host = outward::host_of(url).unwrap_or_default();
    let is_here = host.starts_with("127.0.0.1:") || host.starts_with("localhost:");
    let is_allowed = settings.robot_hosts.iter().any(|h| h == host) && (url.starts_with("https://") || is_here);
    if is_allowed { Ok(()) } else { Err(Refusal::field("/robot/url", "robot-not-allowed")) }
}

fn robot(settings: &OutwardSettings, told_by: &ToldBy, message: &Outgoing) -> Result<(), String> {
    let (kind, url) = told_by.robot.as_ref().ok_or("没有机器人地址")?;
    check_robot(settings, url).map_err(|_| "机器人地址不在允许之列")?;
    let words = outward::short_words(message.n);
    let body = match kind {
        RobotKind::Wecom | RobotKind::Dingtalk => json!({ "msgtype": "text", "text": { "content": words } }),
        RobotKind::Feishu => json!({ "msg_type": "text", "content": { "text": words } }),
    };
    let agent: ureq::Agent =
        ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).max_redirects(0).build().into();
    let mut answer = agent.post(url).send_json(&body).map_err(|e| e.to_string())?;
    if !answer.status().is_success() {
        return Err(format!("机器人答复 {}", answer.status()));
    }
    let said: Value = answer.body_mut().with_config().limit(64 * 1024).read_json().map_err(|e| e.to_string())?;
    let code = said.get("errcode").or_else(|| said.get("code")).and_then(Value::as_i64);
    if code == Some(0) { Ok(()) } else { Err(format!("机器人答复 {said}")) }
}

/// Sends a message at once to try an address out.
///
/// Errors: `channel-off`, `not-an-address`, `not-delivered`.
pub(crate) async fn try_out(app: &App, channel: Channel, told_by: ToldBy) -> Result<(), Problem> {
    let settings = app.settings.outward.clone();
    let is_on = match channel {
        Channel::Mail => settings.mail.is_some(),
        Channel::Robot => !settings.robot_hosts.is_empty(),
    };
    if !is_on {
        return Err(Refusal::conflict("channel-off").into());
    }
    let message = Outgoing {
        name: uuid::Uuid::now_v7().to_string(),
        subject: "整改闭环：试发一封".to_owned(),
        text: "收到这封邮件，说明整改闭环系统可以通知到您。\r\n".to_owned(),
        n: 1,
    };
    let outcome = actix_web::rt::task::spawn_blocking(move || send(channel, &settings, &told_by, &message)).await;
    outcome.unwrap_or_else(|e| Err(e.to_string())).map_err(|fault| {
        let said = without_addresses(&fault);
        tracing::warn!(channel = channel.as_str(), fault = said, "a trial did not leave");
        Refusal::conflict("not-delivered").into()
    })
}
