//! What waits for somebody in the register of rules: entries to be confirmed or mended, checks to be answered or judged.

use domain::calendar::{self, Calendar};
use domain::ids::RoundId;
use domain::rule_register::judging::{can_be_answered, can_be_judged};
use domain::rule_register::state::RuleState;
use domain::rule_register::{Context, RuleAction, open_actions};
use persistence::rule_register::{self, LoadedRule};
use persistence::{Origin, PgConnection};

use crate::todo::{TodoItem, days_until, group_of};

fn lines(of: &LoadedRule, origin: &Origin, calendar: &Calendar) -> Vec<TodoItem> {
    let (rule, now) = (&of.rule, origin.now);
    let today = calendar::today(now);
    let own = origin.actor.person().and_then(|p| p.person);
    let open = open_actions(rule, &Context { actor: &origin.actor, now, calendar, facts: &of.facts });
    let title = of.text.as_ref().map(|t| t.title.clone()).unwrap_or_default();
    let base = |action: RuleAction, what: &str, verb: &str| TodoItem {
        action: action.as_str().to_owned(),
        what: format!("{what}：{title}"),
        verb: verb.to_owned(),
        version: Some(rule.version),
        group: group_of(None, now).to_owned(),
        count: 1,
        rule_id: Some(rule.id.0),
        ..TodoItem::default()
    };
    let mut items = Vec::new();
    let waits = [(RuleState::Submitted, RuleAction::Confirm), (RuleState::Draft, RuleAction::Change)];
    for (state, action) in waits {
        if rule.state != state || !open.contains(&action) {
            continue;
        }
        let (what, verb, from) = match state {
            RuleState::Submitted => ("确认制度登记", "确认", "报请确认"),
            _ => ("修改退回的制度登记", "修改", "整改办退回"),
        };
        let since = rule.submitted_at;
        items.push(TodoItem {
            since,
            from: Some(from.to_owned()),
            working_days_waited: since.map(|at| calendar.working_days_between(calendar::today(at), today)),
            ..base(action, what, verb)
        });
    }
    for check in &rule.checks {
        let is_owner = own.is_some() && rule.shape.owner == own;
        let line = if is_owner && open.contains(&RuleAction::Answer) && can_be_answered(rule, check, today) {
            base(RuleAction::Answer, "说明制度使用情况", "说明")
        } else if rule.supervisor == own && open.contains(&RuleAction::Judge) && can_be_judged(rule, check, today) {
            base(RuleAction::Judge, "检验制度使用情况", "检验")
        } else {
            continue;
        };
        let due_at = Some(calendar::end_of_day(check.due_on));
        items.push(TodoItem {
            due_at,
            context: format!("施行满{}个月", check.months),
            group: group_of(due_at, now).to_owned(),
            working_days_left: due_at.map(|at| days_until(calendar, now, at)),
            ..line
        });
    }
    items
}

/// The lines of the caller's list that are about the register of rules.
pub(crate) fn todo(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    calendar: &Calendar,
) -> Result<Vec<TodoItem>, persistence::Error> {
    let waiting = rule_register::waiting(conn, origin, round)?;
    Ok(waiting.iter().flat_map(|of| lines(of, origin, calendar)).collect())
}
