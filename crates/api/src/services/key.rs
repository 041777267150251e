//! The text of a key: `bihuan_ID_SECRET_CHECK`. The check is a CRC-32 of what stands before it, so that a mistyped or cut key is told without asking
//! anybody, and a leaked one can be searched for.

/// So every key begins.
const PREFIX: &str = "bihuan";

/// Random bytes of a public id.
const ID_BYTES: usize = 6;

/// Random bytes of a secret.
const SECRET_BYTES: usize = 32;

/// A key taken apart.
#[derive(Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    pub id: &'a str,
    pub secret: &'a str,
}

/// Whether a bearer is meant as a key.
pub fn is_key(bearer: &str) -> bool {
    bearer.strip_prefix(PREFIX).is_some_and(|rest| rest.starts_with('_'))
}

fn check(text: &str) -> String {
    format!("{:08x}", crc32fast::hash(text.as_bytes()))
}

/// A new key: its public id, its secret, and the text that holds both.
///
/// Errors: the machine gives no random bytes.
pub fn make() -> Result<(String, String, String), String> {
    let mut bytes = [0u8; ID_BYTES + SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(|e| e.to_string())?;
    let (id, secret) = bytes.split_at(ID_BYTES);
    let (id, secret) = (hex::encode(id), hex::encode(secret));
    let text = write(&id, &secret);
    Ok((id, secret, text))
}

fn write(id: &str, secret: &str) -> String {
    let front = format!("{PREFIX}_{id}_{secret}");
    format!("{front}_{}", check(&front))
}

/// The parts of a key; none where it is no key or was changed on its way.
pub fn read(text: &str) -> Option<Parts<'_>> {
    let (front, sum) = text.rsplit_once('_')?;
    let (id, secret) = front.strip_prefix(PREFIX)?.strip_prefix('_')?.split_once('_')?;
    let is_hex = |part: &str, bytes: usize| {
        part.len() == bytes * 2 && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let is_whole = is_hex(id, ID_BYTES) && is_hex(secret, SECRET_BYTES) && sum == check(front);
    is_whole.then_some(Parts { id, secret })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_made_and_no_letter_of_it_may_change() {
        let (id, secret, text) = make().unwrap();
        assert!(is_key(&text));
        assert_eq!(read(&text), Some(Parts { id: &id, secret: &secret }));
        for i in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[i] = if changed[i] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(changed == text || read(&changed).is_none(), "letter {i}");
        }
        for cut in 0..text.len() {
            assert_eq!(read(&text[..cut]), None);
        }
        assert_ne!(make().unwrap().2, text);
    }

    #[test]
    fn the_check_is_the_common_crc_32() {
        // The check value every description of CRC-32 gives for these nine digits.
        assert_eq!(check("123456789"), "cbf43926");
        assert!(!is_key("eyJhbGciOiJFZERTQSJ9.e30.x") && !is_key("bihuan"));
    }
}
