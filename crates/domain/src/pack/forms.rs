//! The templates of documents and forms that a pack fixes (docs/domain.md §32, §47): files of Word, each written into the pack as base64.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::Fixed;
use super::read::{Reader, basis_missing};
use crate::document::kind;

/// The templates of a pack by kind, as far as they are of a kind that is known and are written in base64. What stands in them is looked at by whoever
/// fills them.
pub(super) fn read(reader: &mut Reader) -> BTreeMap<String, Fixed<Vec<u8>>> {
    let mut forms = BTreeMap::new();
    let given = match reader.taken("forms") {
        None => return forms,
        Some(Value::Object(given)) => given,
        Some(_) => {
            reader.fault("/forms", "wrong-type");
            return forms;
        }
    };
    for (kind, value) in given {
        let pointer = format!("/forms/{kind}");
        if kind::label_of(&kind).is_none() {
            reader.fault(pointer, "form-unknown");
            continue;
        }
        let Some(fixed) = reader.part::<Fixed<String>>(pointer.clone(), value) else { continue };
        if basis_missing(&fixed.basis) {
            reader.fault(format!("{pointer}/basis"), "pack-basis-missing");
        }
        match STANDARD.decode(fixed.value.trim()) {
            Ok(file) if !file.is_empty() => drop(forms.insert(kind, Fixed { value: file, basis: fixed.basis })),
            _ => reader.fault(format!("{pointer}/value"), "pack-file-unreadable"),
        }
    }
    forms
}
