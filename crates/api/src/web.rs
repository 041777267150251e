//! The built page from a folder: hashed assets for a year, the entry never kept, unknown addresses answered by the entry.

use std::path::{Component, Path, PathBuf};

use actix_web::http::header;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use crate::app::App;
use crate::problem::Problem;

/// Adds the page's addresses; everything else must be added before.
pub fn configure(config: &mut ServiceConfig) {
    config.default_service(web::get().to(page));
}

/// A file of the folder, or none: nothing above it, nothing hidden.
fn file(folder: &Path, path: &str) -> Option<PathBuf> {
    let relative = Path::new(path.trim_start_matches('/'));
    let is_plain = relative.components().all(|part| match part {
        Component::Normal(name) => !name.to_string_lossy().starts_with('.'),
        _ => false,
    });
    let file = folder.join(relative);
    (is_plain && !path.ends_with('/') && file.is_file()).then_some(file)
}

async fn page(request: HttpRequest, app: Data<App>) -> HttpResponse {
    let Some(folder) = &app.settings.web_dir else { return Problem::not_found().error_response() };
    let path = request.path();
    let (found, is_asset) = match file(folder, path) {
        Some(found) => (found, path.starts_with("/assets/")),
        // An address of the page itself; a missing asset is missing.
        None if !path.starts_with("/assets/") && !path.starts_with("/docs") => (folder.join("index.html"), false),
        None => return Problem::not_found().error_response(),
    };
    let takes_gzip = request
        .headers()
        .get(header::ACCEPT_ENCODING)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.contains("gzip"));
    let mut packed = found.clone().into_os_string();
    packed.push(".gz");
    let kind = actix_files::file_extension_to_mime(found.extension().and_then(|e| e.to_str()).unwrap_or_default());
    let (path, is_packed) = match PathBuf::from(packed) {
        packed if takes_gzip && packed.is_file() => (packed, true),
        _ => (found, false),
    };
    let Ok(file) = actix_files::NamedFile::open(path) else {
        return Problem::not_found().error_response();
    };
    let mut response = file.use_etag(true).set_content_type(kind).disable_content_disposition().into_response(&request);
    let headers = response.headers_mut();
    if is_packed {
        headers.insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("gzip"));
    }
    headers.insert(header::VARY, header::HeaderValue::from_static("accept-encoding"));
    let kept = if is_asset { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static(kept));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_beneath_the_folder_are_served() {
        let folder = std::env::temp_dir().join(format!("bihuan-web-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(folder.join("assets")).unwrap();
        std::fs::write(folder.join("assets/a.js"), "x").unwrap();
        std::fs::write(folder.join(".secret"), "x").unwrap();
        assert!(file(&folder, "/assets/a.js").is_some());
        for path in ["/", "/assets/", "/assets", "/../x", "/.secret", "/assets/../.secret", "/assets/b.js"] {
            assert!(file(&folder, path).is_none(), "{path}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
