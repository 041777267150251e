//! Files that are handed to a browser.

use actix_web::http::header::{Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue};

/// The header of a file that is to be kept under this name.
pub fn attachment(name: String) -> ContentDisposition {
    let value = ExtendedValue { charset: Charset::Ext("UTF-8".into()), language_tag: None, value: name.into_bytes() };
    ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::FilenameExt(value)],
    }
}
