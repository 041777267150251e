//! Words with boxes to tick: ☑已完成 □未完成, 是（√） 否（ ）.

const TICKED: [char; 8] = ['☑', '■', '☒', '√', '✓', '✔', '●', '✅'];
const EMPTY: [char; 4] = ['□', '☐', '○', '◻'];

/// The one word that is ticked where others stand beside it unticked; None where the text has no boxes, or none or several are ticked.
pub(super) fn ticked(text: &str) -> Option<String> {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let text = ["（√）", "(√)", "[√]", "【√】"].iter().fold(bare, |text, tick| text.replace(tick, "☑"));
    let text = ["（）", "()", "[]", "【】"].iter().fold(text, |text, empty| text.replace(empty, "□"));
    let is_box = |c: char| TICKED.contains(&c) || EMPTY.contains(&c);
    if !text.contains(EMPTY) || !text.contains(TICKED) {
        return None;
    }
    let is_before = text.starts_with(is_box);
    let mut found: Vec<(String, bool)> = Vec::new();
    let mut word = String::new();
    let mut mark = None;
    for c in text.chars() {
        if !is_box(c) {
            word.push(c);
            continue;
        }
        if is_before {
            found.extend(mark.map(|is_ticked| (std::mem::take(&mut word), is_ticked)));
            mark = Some(TICKED.contains(&c));
        } else {
            found.push((std::mem::take(&mut word), TICKED.contains(&c)));
        }
    }
    if is_before {
        found.extend(mark.map(|is_ticked| (word, is_ticked)));
    }
    let mut words = found.into_iter().filter(|(_, is_ticked)| *is_ticked).map(|(word, _)| word);
    let only = words.next().filter(|_| words.next().is_none())?;
    let only = only.trim_matches(['、', '，', ',', '；', ';', '/', '|']).to_owned();
    (!only.is_empty()).then_some(only)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ticked_word_is_found() {
        for (text, word) in [
            ("☑已完成 □未完成", Some("已完成")),
            ("□是 ☑否", Some("否")),
            ("■立行立改　□限期整改　□长期坚持", Some("立行立改")),
            ("已完成□ 整改中☑", Some("整改中")),
            ("是（ ） 否（√）", Some("否")),
            ("已完成（√）、未完成（ ）", Some("已完成")),
            ("□已完成 □未完成", None),
            ("☑已完成 ☑已销号 □未完成", None),
            ("√", None),
            ("●制定办法●公示清单", None),
            ("已完成", None),
        ] {
            assert_eq!(ticked(text).as_deref(), word, "{text}");
        }
    }
}
