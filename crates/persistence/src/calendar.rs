//! The calendar as the database holds it: the built-in years to begin with, later ones loaded when they are announced.

use diesel::prelude::*;
use domain::calendar::{Calendar, CalendarYear};

use crate::error::Error;
use crate::schema::calendar_years;

/// Puts the built-in years in where they are missing; a year that is there stays as it is.
pub(crate) fn fill(conn: &mut PgConnection) -> Result<(), Error> {
    for (year, days) in Calendar::builtin().years() {
        diesel::insert_into(calendar_years::table)
            .values((
                calendar_years::year.eq(year),
                calendar_years::notice.eq(&days.notice),
                calendar_years::days.eq(serde_json::to_value(&days.days)?),
            ))
            .on_conflict_do_nothing()
            .execute(conn)?;
    }
    Ok(())
}

/// The whole calendar.
pub fn load(conn: &mut PgConnection) -> Result<Calendar, Error> {
    let rows: Vec<(i32, String, serde_json::Value)> = calendar_years::table.load(conn)?;
    let mut calendar = Calendar::default();
    for (year, notice, days) in rows {
        calendar.set_year(year, CalendarYear { notice, days: serde_json::from_value(days)? });
    }
    Ok(calendar)
}
