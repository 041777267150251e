//! What is kept outside the database of signed checkpoints (docs/domain.md §33): one note after the other, an empty line behind each.

use super::note::{Checkpoint, note};

/// A checkpoint that was signed and kept elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    pub checkpoint: Checkpoint,
    /// What was signed.
    pub text: String,
    /// The lines that sign it.
    pub lines: String,
}

/// What is written behind everything that is there already.
pub fn entry(text: &str, lines: &str) -> String {
    note(text, lines) + "\n"
}

/// The anchors of a file, in its order.
///
/// Errors: the number, from 1, of the first that is none or broke off.
pub fn read(file: &str) -> Result<Vec<Anchor>, usize> {
    if !file.is_empty() && !file.ends_with("\n\n") {
        return Err((file.split("\n\n").count() - 1) / 2 + 1);
    }
    let mut anchors = Vec::new();
    let mut parts = file.split("\n\n");
    loop {
        let n = anchors.len() + 1;
        match (parts.next(), parts.next()) {
            (None | Some(""), None) => return Ok(anchors),
            (Some(text), Some(lines)) => {
                let (text, lines) = (format!("{text}\n"), format!("{lines}\n"));
                let checkpoint = Checkpoint::parse(&text).filter(|_| lines.starts_with("— ")).ok_or(n)?;
                anchors.push(Anchor { checkpoint, text, lines });
            }
            _ => return Err(n),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::note::NoteKey;
    use super::*;

    #[test]
    fn what_was_kept_is_read_again_and_what_broke_off_is_told() {
        let key = NoteKey::new("o", [1; 32]).unwrap();
        let text = |size| Checkpoint { origin: "o".to_owned(), size, root: [9; 32] }.text();
        let file: String = (1..4).map(|size| entry(&text(size), &key.sign(&text(size)))).collect();
        let read_again = read(&file).unwrap();
        assert_eq!(read_again.iter().map(|a| a.checkpoint.size).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(
            (read_again[1].text.as_str(), read_again[1].lines.as_str()),
            (text(2).as_str(), key.sign(&text(2)).as_str())
        );
        assert_eq!(read("").unwrap(), []);
        assert_eq!(read(&text(1)), Err(1));
        assert_eq!(read(file.trim_end()), Err(3), "the empty line behind the last is not there");
        assert_eq!(read(&(file.clone() + "o\n4\n")), Err(4));
        assert_eq!(read(&file.replace("\n2\n", "\n02\n")), Err(2));
    }
}
