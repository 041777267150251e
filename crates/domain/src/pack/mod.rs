//! Policy packs (制度包): what a regulation, a province or a group fixes for a round, each setting with the text it rests on, and tests that say what
//! must come of it; one versioned file (docs/domain.md §47).

mod forms;
mod read;
mod scoring;
mod shipped;
mod trial;

use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::appraisal::scheme::Scheme;
use crate::policy::Policy;
use crate::refusal::{FieldError, Refusal};

pub use read::{LONGEST, read};
pub use scoring::{says as scheme_says, taken as scheme_taken};
pub use shipped::{shipped, shipped_file};
pub use trial::{Expect, Given, Trial};

/// A value with the text it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixed<T> {
    pub value: T,
    /// The article or the minutes that fix it.
    #[serde(default)]
    pub basis: String,
}

/// A pack as its file says it, found sound.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    pub name: String,
    pub version: String,
    /// Who fixes it.
    pub issuer: String,
    pub valid_from: NaiveDate,
    /// What it is for, in a sentence.
    pub says: String,
    /// By the name of the setting. What is not named stays as the round has it; of chains, only those named are replaced.
    pub settings: BTreeMap<String, Fixed<Value>>,
    /// Calendar months of the concentrated period from the day of the feedback.
    pub concentrated_months: Option<Fixed<u32>>,
    /// The scheme of appraisal, saved as a draft when the pack is taken.
    pub scheme: Option<Fixed<Scheme>>,
    /// Templates by kind of document or form, files of Word; in a round that takes the pack these hold.
    pub forms: BTreeMap<String, Fixed<Vec<u8>>>,
    pub tests: Vec<Trial>,
    /// SHA-256 of the file, 64 hex digits: what it is known by.
    pub sha256: String,
}

/// Which pack a policy was taken from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PackName {
    #[cfg_attr(feature = "openapi", schema(example = "集团内部巡察整改"))]
    pub name: String,
    #[cfg_attr(feature = "openapi", schema(example = "2026.1"))]
    pub version: String,
    /// Of its file.
    pub sha256: String,
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// The settings of a policy by name.
fn named(policy: &Policy) -> Map<String, Value> {
    match serde_json::to_value(policy) {
        Ok(Value::Object(settings)) => settings,
        _ => Map::new(),
    }
}

impl Pack {
    /// What it is known by.
    pub fn title(&self) -> PackName {
        PackName { name: self.name.clone(), version: self.version.clone(), sha256: self.sha256.clone() }
    }

    /// A policy with what the pack fixes in it.
    ///
    /// Errors: `pack-unsound` with the place of a setting that is none or whose value is of another kind.
    pub fn applied(&self, to: &Policy) -> Result<Policy, Refusal> {
        let (mut settings, mut errors) = (named(to), Vec::new());
        for (name, fixed) in &self.settings {
            let Some(held) = settings.get(name).cloned() else {
                errors.push(FieldError::at(format!("/settings/{name}"), "pack-setting-unknown"));
                continue;
            };
            let value = match (name.as_str(), &held, &fixed.value) {
                ("chains", Value::Object(held), Value::Object(given)) => {
                    let mut chains = held.clone();
                    chains.extend(given.clone());
                    Value::Object(chains)
                }
                (_, _, given) => given.clone(),
            };
            settings.insert(name.clone(), value);
            // One at a time, so that the one at fault is named.
            if let Err(error) = serde_json::from_value::<Policy>(Value::Object(settings.clone())) {
                let said = serde_json::json!({ "said": error.to_string() });
                errors.push(FieldError::with(format!("/settings/{name}/value"), "pack-value-wrong", said));
                settings.insert(name.clone(), held);
            }
        }
        if !errors.is_empty() {
            return Err(Refusal::invalid("pack-unsound", errors));
        }
        serde_json::from_value(Value::Object(settings)).map_err(|_| Refusal::invalid("pack-unsound", Vec::new()))
    }

    /// The last day of the concentrated period by the pack; none where it fixes none.
    pub fn concentrated_until(&self, feedback_on: NaiveDate) -> Option<NaiveDate> {
        let months = self.concentrated_months.as_ref()?.value;
        feedback_on.checked_add_months(Months::new(months))
    }
}
