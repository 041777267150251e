//! Notices that leave the page: where the caller wants them, which rules go out, what did not arrive.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post, put};
use chrono::{DateTime, Utc};
use domain::account;
use domain::notification::Rule;
use domain::outward::{Channel, RobotKind, ToldBy};
use domain::warning;
use persistence::outward;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Body, Caller};
use crate::own::person;
use crate::problem::Problem;
use crate::sender;

/// The robot of a chat that passes messages on.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RobotAddress {
    #[schema(inline)]
    pub kind: RobotKind,
    #[schema(example = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6")]
    pub url: String,
}

/// How the caller is told outside the page.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetToldBy {
    #[serde(default)]
    #[schema(example = "zhang.san@group.example.cn")]
    pub mail: Option<String>,
    #[serde(default)]
    pub robot: Option<RobotAddress>,
    /// One message on the morning of a working day instead of one for each notice.
    #[serde(default)]
    pub is_digest: bool,
}

/// How the caller is told outside the page, and what can be had here.
#[derive(Serialize, ToSchema)]
pub struct ToldByView {
    pub mail: Option<String>,
    pub robot: Option<RobotAddress>,
    pub is_digest: bool,
    /// Whether mail is sent from here at all.
    pub has_mail: bool,
    /// Whether robots are allowed here at all; where they may be.
    pub robot_hosts: Vec<String>,
}

fn view(app: &App, told: ToldBy) -> ToldByView {
    ToldByView {
        mail: told.mail,
        robot: told.robot.map(|(kind, url)| RobotAddress { kind, url }),
        is_digest: told.is_digest,
        has_mail: app.settings.outward.mail.is_some(),
        robot_hosts: app.settings.outward.robot_hosts.clone(),
    }
}

/// Say how the caller is told outside the page.
#[utoipa::path(tag = "notices", responses((status = 200, body = ToldByView)))]
#[get("/me/told-by")]
pub async fn get_told_by(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let person = person(&caller)?;
    let told = app.db.read(&caller.origin.actor, move |conn| outward::told_by(conn, person)).await?;
    Ok(HttpResponse::Ok().json(view(&app, told)))
}

/// What was entered, if it may be had here.
fn entered(app: &App, form: SetToldBy) -> Result<ToldBy, Problem> {
    let mail = form.mail.map(|m| m.trim().to_owned()).filter(|m| !m.is_empty());
    let robot = form.robot.map(|r| (r.kind, r.url.trim().to_owned())).filter(|(_, url)| !url.is_empty());
    let told = ToldBy { mail, robot, is_digest: form.is_digest };
    told.check()?;
    if let Some((_, url)) = &told.robot {
        sender::check_robot(&app.settings.outward, url)?;
    }
    Ok(told)
}

/// Set how the caller is told outside the page.
#[utoipa::path(tag = "notices", request_body = SetToldBy, responses((status = 200, body = ToldByView)))]
#[put("/me/told-by")]
pub async fn set_told_by(caller: Caller, app: Data<App>, body: Body<SetToldBy>) -> Result<HttpResponse, Problem> {
    let person = person(&caller)?;
    let told = entered(&app, body.0)?;
    let told = app
        .db
        .write(&caller.origin.actor, move |conn| {
            outward::set_told_by(conn, person, &told)?;
            Ok(told)
        })
        .await?;
    Ok(HttpResponse::Ok().json(view(&app, told)))
}

/// Which way is tried out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TryToldBy {
    #[schema(inline)]
    pub channel: Channel,
    pub told_by: SetToldBy,
}

/// Send the caller a message to try an address out before it is kept.
#[utoipa::path(tag = "notices", request_body = TryToldBy, responses((status = 204)))]
#[post("/me/told-by/trials")]
pub async fn try_told_by(caller: Caller, app: Data<App>, body: Body<TryToldBy>) -> Result<HttpResponse, Problem> {
    person(&caller)?;
    let TryToldBy { channel, told_by } = body.0;
    sender::try_out(&app, channel, entered(&app, told_by)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A rule by which people are told, and how it goes out.
#[derive(Serialize, ToSchema)]
pub struct ChannelRule {
    #[schema(example = "light_red")]
    pub rule: String,
    pub label: String,
    /// Who is told, the nearest first.
    #[schema(example = json!(["承办单位", "第一责任人"]))]
    pub told: Vec<String>,
    /// mail, robot; in the page it always stands.
    #[schema(example = json!(["mail"]))]
    pub channels: Vec<String>,
}

/// Every rule and how it goes out.
#[derive(Serialize, ToSchema)]
pub struct ChannelRules {
    pub rules: Vec<ChannelRule>,
    pub version: i64,
    /// Whether mail is sent from here at all.
    pub has_mail: bool,
    pub robot_hosts: Vec<String>,
}

fn listed(app: &App, (rules, version): (outward::Outward, i64)) -> ChannelRules {
    let one = |(rule, channels): (Rule, BTreeSet<Channel>)| ChannelRule {
        rule: rule.as_str().to_owned(),
        label: rule.label().to_owned(),
        told: warning::circles(rule).iter().map(|c| c.label().to_owned()).collect(),
        channels: channels.into_iter().map(|c| c.as_str().to_owned()).collect(),
    };
    ChannelRules {
        rules: rules.into_iter().map(one).collect(),
        version,
        has_mail: app.settings.outward.mail.is_some(),
        robot_hosts: app.settings.outward.robot_hosts.clone(),
    }
}

/// List the rules by which people are told and how each goes out.
#[utoipa::path(tag = "notices", responses((status = 200, body = ChannelRules)))]
#[get("/channel-rules")]
pub async fn list_channel_rules(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    account::permit_channels(&caller.origin.actor)?;
    let rules = app.db.read(&caller.origin.actor, outward::rules).await?;
    Ok(HttpResponse::Ok().json(listed(&app, rules)))
}

/// The channels of every rule.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetChannelRules {
    #[schema(value_type = BTreeMap<String, Vec<String>>, example = json!({ "light_red": ["mail", "robot"], "task_closed": [] }))]
    pub rules: BTreeMap<Rule, BTreeSet<Channel>>,
    /// The version the choice rests on.
    pub version: i64,
}

/// Set which rules go out, for everybody and from now on; a rule that is not named follows the product's own choice.
#[utoipa::path(tag = "notices", request_body = SetChannelRules, responses((status = 200, body = ChannelRules)))]
#[put("/channel-rules")]
pub async fn set_channel_rules(
    caller: Caller,
    app: Data<App>,
    body: Body<SetChannelRules>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let SetChannelRules { rules, version } = body.0;
    let rules = app
        .db
        .write(&caller.origin.actor, move |conn| {
            outward::set_rules(conn, &origin, version, &rules)?;
            outward::rules(conn)
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed(&app, rules)))
}

/// A notice that did not reach somebody.
#[derive(Serialize, ToSchema)]
pub struct FailedNotice {
    pub id: Uuid,
    pub channel: String,
    pub channel_label: String,
    pub text: String,
    pub recipient: String,
    /// What the mail server or the robot said.
    #[schema(example = "connection refused")]
    pub fault: Option<String>,
    pub attempts: i32,
    pub at: DateTime<Utc>,
    /// When it is tried again; none when it is left lying.
    pub again_at: Option<DateTime<Utc>>,
}

/// List notices that did not leave, the latest first, at most a hundred.
#[utoipa::path(tag = "notices", responses((status = 200, body = Vec<FailedNotice>)))]
#[get("/failed-notices")]
pub async fn list_failed_notices(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let rows = app.db.read(&caller.origin.actor, move |conn| outward::failures(conn, &origin)).await?;
    let views: Vec<FailedNotice> = rows
        .into_iter()
        .map(|row| FailedNotice {
            again_at: (row.state == "due").then_some(row.next_at),
            text: Rule::parse(&row.rule).map_or("", Rule::label).to_owned(),
            channel_label: Channel::parse(&row.channel).map_or("", Channel::label).to_owned(),
            id: row.id,
            channel: row.channel,
            recipient: row.recipient,
            fault: row.fault,
            attempts: row.attempts,
            at: row.created_at,
        })
        .collect();
    Ok(HttpResponse::Ok().json(views))
}

/// How many were put in line again.
#[derive(Serialize, ToSchema)]
pub struct TriedAgain {
    pub n: usize,
}

/// Send everything that did not leave once more.
#[utoipa::path(tag = "notices", responses((status = 200, body = TriedAgain)))]
#[post("/failed-notices/retry")]
pub async fn retry_failed_notices(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let n = app.db.write(&caller.origin.actor, move |conn| outward::try_again(conn, &origin)).await?;
    Ok(HttpResponse::Ok().json(TriedAgain { n }))
}
