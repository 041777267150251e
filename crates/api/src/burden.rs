//! The burden meter: what rectification costs units in filling in, by unit and week (docs/domain.md §44).

use std::cmp::Reverse;

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use domain::actor::Actor;
use domain::burden::{CHARACTERS_A_MINUTE, Effort};
use domain::calendar::{self, Week};
use domain::ids::RoundId;
use persistence::burden::Burden;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Caller, Params};
use crate::problem::Problem;

/// Weeks that are shown.
const WEEKS: usize = 8;

/// Until which week.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct BurdenQuery {
    /// The last of the eight weeks; the present one unless given.
    #[param(example = "2026-W11")]
    pub week: Option<String>,
}

/// What filling in cost.
#[derive(Serialize, ToSchema)]
pub struct BurdenEffort {
    /// Statements, plans, requests and answers handed in.
    pub hand_ins: usize,
    /// Fields whose words stood nowhere before.
    pub fields: usize,
    /// Their characters without white space: no fewer keys were pressed.
    pub typed: usize,
    /// Fields that stood there already or were brought along.
    pub carried_fields: usize,
    /// Their characters.
    pub carried: usize,
    /// Estimated: half a minute for a field and one for forty characters typed, rounded up.
    pub minutes: usize,
}

impl From<Effort> for BurdenEffort {
    fn from(of: Effort) -> Self {
        Self {
            hand_ins: of.hand_ins,
            fields: of.fields,
            typed: of.typed,
            carried_fields: of.carried_fields,
            carried: of.carried,
            minutes: of.minutes(),
        }
    }
}

/// A unit's eight weeks.
#[derive(Serialize, ToSchema)]
pub struct BurdenUnit {
    pub id: Uuid,
    pub name: String,
    /// All eight weeks together.
    pub all: BurdenEffort,
    /// Week by week, in the order of the weeks.
    pub weeks: Vec<BurdenEffort>,
    /// Lists and papers its people had made instead of writing them.
    pub exports: i64,
}

/// A week of the meter.
#[derive(Serialize, ToSchema)]
pub struct BurdenWeek {
    #[schema(example = "2026-W11")]
    pub week: String,
    /// Its first day, Asia/Shanghai.
    pub monday: NaiveDate,
    /// All units together.
    pub all: BurdenEffort,
}

/// What filling in cost the units of a round.
#[derive(Serialize, ToSchema)]
pub struct BurdenView {
    /// Eight weeks, the earliest first.
    pub weeks: Vec<BurdenWeek>,
    /// Those with the most minutes first.
    pub units: Vec<BurdenUnit>,
    /// All units and weeks together.
    pub all: BurdenEffort,
    /// Lists and papers that people of units had made instead of writing them.
    pub exports: i64,
    /// Documents that were made from the records.
    pub documents: i64,
    /// Characters taken for a minute.
    pub characters_a_minute: usize,
}

fn sum<'a>(all: impl Iterator<Item = &'a Effort>) -> Effort {
    all.fold(Effort::default(), |sum, effort| sum.with(*effort))
}

fn view(weeks: &[Week], found: Burden) -> BurdenView {
    let exports = found.units.values().map(|of| of.exports).sum();
    let of_week = |week: &Week| sum(found.units.values().filter_map(|of| of.weeks.get(week)));
    let shown = weeks
        .iter()
        .map(|week| BurdenWeek { week: week.to_string(), monday: week.monday(), all: of_week(week).into() })
        .collect();
    let all = sum(found.units.values().flat_map(|of| of.weeks.values()));
    let mut units: Vec<BurdenUnit> = found
        .units
        .into_iter()
        .map(|(id, of)| BurdenUnit {
            id: id.0,
            all: sum(of.weeks.values()).into(),
            weeks: weeks.iter().map(|w| of.weeks.get(w).copied().unwrap_or_default().into()).collect(),
            exports: of.exports,
            name: of.name,
        })
        .collect();
    units.sort_by(|a, b| (Reverse(a.all.minutes), &a.name, a.id).cmp(&(Reverse(b.all.minutes), &b.name, b.id)));
    BurdenView {
        weeks: shown,
        units,
        all: all.into(),
        exports,
        documents: found.documents,
        characters_a_minute: CHARACTERS_A_MINUTE,
    }
}

/// Get what filling in cost the units of a round in eight weeks, those with the most first; for who reads the whole weekly brief. Nothing is said of persons.
#[utoipa::path(tag = "brief", params(("id" = Uuid, Path), BurdenQuery), responses((status = 200, body = BurdenView)))]
#[get("/rounds/{id}/burden")]
pub async fn get_burden(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<BurdenQuery>,
) -> Result<HttpResponse, Problem> {
    let last = match query.0.week {
        Some(text) => Week::parse(&text).ok_or_else(|| Problem::field("/week", "wrong-type"))?,
        None => Week::of(calendar::today(caller.origin.now)),
    };
    let mut weeks = vec![last];
    while weeks.len() < WEEKS {
        weeks.extend(weeks.last().map(|w| w.previous()));
    }
    weeks.reverse();
    let (origin, round, first) = (caller.origin.clone(), RoundId(*id), weeks[0]);
    let found = app
        .db
        // Whoever sits in the leading group reads figures of the whole round: who does is asked by its own rule.
        .read(&Actor::System, move |conn| persistence::burden::of_weeks(conn, &origin.actor, round, first, last))
        .await?;
    Ok(HttpResponse::Ok().json(view(&weeks, found)))
}
