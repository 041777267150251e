//! What a template is filled from: the names of the document, those of what is repeated around it, and the figures.

use domain::document::expression::Expression;
use domain::document::figure::{Figure, Said};
use serde_json::{Map, Value};

use crate::office::docx::{Scope, Unknown};

/// Names that stand here, and those around them.
pub(super) struct Layer<'a> {
    names: &'a Map<String, Value>,
    around: Option<&'a Layer<'a>>,
    said: &'a Said,
}

impl<'a> Layer<'a> {
    pub(super) fn new(names: &'a Map<String, Value>, said: &'a Said) -> Self {
        Self { names, around: None, said }
    }

    fn find(&self, name: &str) -> Option<&Value> {
        self.names.get(name).or_else(|| self.around.and_then(|a| a.find(name)))
    }
}

impl Scope for Layer<'_> {
    fn text(&self, expression: &str) -> Result<String, Unknown> {
        match self.find(expression.trim()) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(Unknown::wrong("这是要重复的一组，不是一个值")),
            None => match Expression::parse(expression) {
                Ok(expression) => Ok(expression.say(self.said)),
                Err(fault) => Err(Unknown { code: fault.code().to_owned(), detail: String::new() }),
            },
        }
    }

    fn list(&self, name: &str) -> Result<Vec<Box<dyn Scope + '_>>, Unknown> {
        match self.find(name.trim()) {
            Some(Value::Array(items)) => {
                let layers = items.iter().filter_map(Value::as_object);
                Ok(layers
                    .map(|names| Box::new(Layer { names, around: Some(self), said: self.said }) as Box<dyn Scope>)
                    .collect())
            }
            Some(_) => Err(Unknown::wrong("这是一个值，不能重复")),
            None => Err(Unknown::expression()),
        }
    }

    fn holds(&self, name: &str) -> Result<bool, Unknown> {
        match self.find(name.trim()) {
            Some(Value::String(text)) => Ok(!text.trim().is_empty()),
            Some(Value::Array(items)) => Ok(!items.is_empty()),
            // A figure stands where it is said; one somebody has to enter may not be.
            _ => match Figure::named(name.trim()) {
                Some(figure) => Ok(self.said.contains_key(&figure)),
                None => Err(Unknown::expression()),
            },
        }
    }
}
