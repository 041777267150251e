//! The colours of the lights where a round has its own (docs/domain.md §3): each legible on paper and on the dark wall, no two alike.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::policy::AlertLevel;
use crate::refusal::FieldError;

/// The grounds the lights stand on: the page and the wall.
const PAPER: Rgb = Rgb([0xff, 0xff, 0xff]);
const WALL: Rgb = Rgb([0x0f, 0x1a, 0x26]);
/// Least contrast ratio of text to its ground (WCAG 2.2, 1.4.3).
const LEAST: f64 = 4.5;
/// Least distance of two lights on one ground, of 441 at most: what is nearer is taken for the other at a glance.
const APART: f64 = 60.0;

/// The colours of one light, as `#rrggbb`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LightColours {
    /// On white: lists, charts, print.
    #[cfg_attr(feature = "openapi", schema(example = "#b0241c"))]
    pub paper: String,
    /// On the dark ground of the wall.
    #[cfg_attr(feature = "openapi", schema(example = "#ff8a80"))]
    pub wall: String,
}

/// The colours of the lights. The shape and the word beside each stay, so that none is told by its colour alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Palette {
    pub red: LightColours,
    pub yellow: LightColours,
    pub green: LightColours,
}

#[derive(Clone, Copy)]
struct Rgb([u8; 3]);

impl Rgb {
    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|d| d.len() == 6)?;
        let mut parts = [0; 3];
        hex::decode_to_slice(digits, &mut parts).ok()?;
        Some(Self(parts))
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let [r, g, b] = self.0.map(|part| {
            let share = f64::from(part) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// Contrast ratio of two colours (WCAG 2.2), 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn distance(self, other: Self) -> f64 {
        let squares = self.0.iter().zip(other.0).map(|(a, b)| (f64::from(*a) - f64::from(b)).powi(2));
        squares.sum::<f64>().sqrt()
    }
}

impl Palette {
    /// The colours of a light.
    fn lights(&self) -> [(AlertLevel, &LightColours); 3] {
        [(AlertLevel::Red, &self.red), (AlertLevel::Yellow, &self.yellow), (AlertLevel::Green, &self.green)]
    }

    /// The colours of a light; none of a task that has none.
    pub fn of(&self, level: AlertLevel) -> Option<&LightColours> {
        self.lights().into_iter().find(|(of, _)| *of == level).map(|(_, colours)| colours)
    }

    /// What nobody could read or tell apart: `colour-malformed`, `colour-faint` with the contrast it has, `colours-alike`, each at its place.
    pub fn check(&self, pointer: &str) -> Vec<FieldError> {
        let mut errors = Vec::new();
        for (ground, name) in [(PAPER, "paper"), (WALL, "wall")] {
            let mut seen: Vec<Rgb> = Vec::new();
            for (level, colours) in self.lights() {
                let text = if name == "paper" { &colours.paper } else { &colours.wall };
                let at = format!("{pointer}/{level}/{name}");
                let Some(colour) = Rgb::parse(text) else {
                    errors.push(FieldError::at(at, "colour-malformed"));
                    continue;
                };
                let contrast = colour.contrast(ground);
                if contrast < LEAST {
                    let has = format!("{:.1}", (contrast * 10.0).floor() / 10.0);
                    errors.push(FieldError::with(at, "colour-faint", json!({ "has": has })));
                } else if seen.iter().any(|other| other.distance(colour) < APART) {
                    errors.push(FieldError::at(at, "colours-alike"));
                }
                seen.push(colour);
            }
        }
        errors
    }

    /// In words, for who compares two.
    pub fn says(&self) -> String {
        let one =
            |(level, of): (AlertLevel, &LightColours)| format!("{} {}（挂图 {}）", level.label(), of.paper, of.wall);
        self.lights().map(one).join("、")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn light(paper: &str, wall: &str) -> LightColours {
        LightColours { paper: paper.to_owned(), wall: wall.to_owned() }
    }

    fn palette() -> Palette {
        Palette {
            red: light("#b0241c", "#ff8a80"),
            yellow: light("#855300", "#f2b33d"),
            green: light("#186b42", "#4fb583"),
        }
    }

    #[test]
    fn contrast_is_that_of_the_definition() {
        let of = |a: &str, b: &str| Rgb::parse(a).unwrap().contrast(Rgb::parse(b).unwrap());
        // Black on white is the most there is; #767676 is the lightest grey that is legible on white (WCAG, technique G18).
        assert!((of("#000000", "#ffffff") - 21.0).abs() < 1e-9);
        assert!(of("#767676", "#ffffff") >= 4.5 && of("#777777", "#ffffff") < 4.5);
    }

    #[test]
    fn colours_that_can_be_read_and_told_apart_are_sound() {
        assert_eq!(palette().check("/palette"), Vec::new());
    }

    #[test]
    fn what_is_no_colour_too_faint_or_like_another_is_named_at_its_place() {
        let mut given = palette();
        given.red.paper = "red".to_owned();
        given.yellow.paper = "#ffff00".to_owned();
        given.green.wall = "#f0b040".to_owned();
        given.red.wall = "#0f1a26".to_owned();
        let found: Vec<_> = given.check("/palette").into_iter().map(|e| (e.pointer, e.code.to_owned())).collect();
        let wanted = [
            ("/palette/red/paper", "colour-malformed"),
            ("/palette/yellow/paper", "colour-faint"),
            ("/palette/red/wall", "colour-faint"),
            ("/palette/green/wall", "colours-alike"),
        ];
        assert_eq!(found, wanted.map(|(at, code)| (at.to_owned(), code.to_owned())));
        for text in ["b0241c", "#b0241", "#b0241cff", "#b0241g", "", "#é0241"] {
            given.red.paper = text.to_owned();
            assert_eq!(given.check("")[0].code, "colour-malformed", "{text}");
        }
    }

    #[test]
    fn it_is_told_in_words() {
        assert!(palette().says().starts_with(&format!("{} #b0241c（挂图 #ff8a80）、", AlertLevel::Red.label())));
    }
}
