//! Marks of state secrets, which must not be entered (docs/domain.md §17).

use super::grid::{Book, address, squeeze};
use super::report::Doubt;

/// Words and signs that mark a state secret.
const MARKS: [&str; 4] = ["绝密", "机密", "秘密", "★"];

/// What holds one of the words and marks nothing: secrets of trade and of work are no state secrets.
const HARMLESS: [&str; 3] = ["商业秘密", "工作秘密", "司机密"];

fn is_marked(text: &str) -> bool {
    let mut rest = squeeze(text);
    if !MARKS.iter().any(|mark| rest.contains(mark)) {
        return false;
    }
    for word in HARMLESS {
        rest = rest.replace(word, "");
    }
    MARKS.iter().any(|mark| rest.contains(mark))
}

/// Every marked cell of the book, hidden sheets and names of sheets included, without what stands in it; None when there is none.
pub(super) fn marks(book: &Book) -> Option<Vec<Doubt>> {
    let doubt = |sheet: &str, cell: String| Doubt {
        sheet: if is_marked(sheet) { String::new() } else { sheet.to_owned() },
        cell,
        kind: "classified".into(),
        text: String::new(),
        message: "此处带有密级标志，本系统不得录入国家秘密，整个文件不予导入。".into(),
    };
    let mut found = Vec::new();
    for sheet in &book.sheets {
        if is_marked(&sheet.name) {
            found.push(doubt(&sheet.name, String::new()));
        }
        for (row, cells) in sheet.rows.iter().enumerate() {
            for (column, _) in cells.iter().enumerate().filter(|(_, cell)| is_marked(&cell.text())) {
                found.push(doubt(&sheet.name, address(row, column)));
            }
        }
    }
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::is_marked;

    #[test]
    fn marks_are_known_and_harmless_words_are_not() {
        for text in ["绝密", "机密★十年", "秘 密", "本件属秘密级", "商业秘密与秘密"] {
            assert!(is_marked(text), "{text}");
        }
        for text in ["商业秘密保护不到位", "司机密切配合", "泄露工作秘密", "保密教育不够"] {
            assert!(!is_marked(text), "{text}");
        }
    }
}
