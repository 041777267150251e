//! Templates of documents and forms: looked at, taken away, put in place once they are sound.

use std::collections::BTreeMap;

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Utc};
use domain::document::expression::RATE;
use domain::document::figure::{Figure, Said};
use domain::document::kind::{DocumentKind, FormKind};
use domain::document::vocabulary::{self, Part};
use domain::pack::PackName;
use domain::refusal::FieldError;
use domain::rights;
use persistence::documents::templates;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::scope::Layer;
use super::{DOCX, standard, standard_form};
use crate::app::App;
use crate::download;
use crate::extract::{Caller, Params};
use crate::office::docx;
use crate::problem::Problem;

/// A version of a template.
#[derive(Serialize, ToSchema)]
pub struct TemplateVersionView {
    pub version: i32,
    pub filename: String,
    pub sha256: String,
    /// Who put it in place; nobody where it came with the program.
    pub by: Option<Uuid>,
    /// The policy pack it came with; it holds in the rounds that took the pack, not for the whole house.
    pub pack: Option<PackName>,
    /// Whether it is the one that holds for the whole house.
    pub holds: bool,
    pub at: DateTime<Utc>,
}

/// A name that a template may use.
#[derive(Serialize, ToSchema)]
pub struct TemplateNameView {
    #[schema(example = "{{问题原文}}")]
    pub mark: String,
    /// The part it stands in; none where it may stand anywhere.
    #[schema(example = "问题")]
    pub within: Option<String>,
}

/// A kind of document or form with its templates.
#[derive(Serialize, ToSchema)]
pub struct TemplateView {
    #[schema(example = "report")]
    pub kind: String,
    #[schema(example = "整改落实情况报告")]
    pub label: String,
    /// The newest first. None until the one of the program is first used.
    pub versions: Vec<TemplateVersionView>,
    pub names: Vec<TemplateNameView>,
    /// Whether the caller may put another in its place.
    pub may_change: bool,
}

/// A kind of either sort.
#[derive(Clone, Copy)]
pub(crate) enum TemplateKind {
    Document(DocumentKind),
    Form(FormKind),
}

impl TemplateKind {
    fn all() -> impl Iterator<Item = Self> {
        DocumentKind::ALL.iter().map(|k| Self::Document(*k)).chain(FormKind::ALL.iter().map(|k| Self::Form(*k)))
    }

    pub(crate) fn parse(word: &str) -> Result<Self, Problem> {
        Self::all().find(|k| k.word() == word).ok_or_else(Problem::not_found)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Document(kind) => kind.as_str(),
            Self::Form(kind) => kind.as_str(),
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Document(kind) => kind.label(),
            Self::Form(kind) => kind.label(),
        }
    }

    /// The one that comes with the program.
    pub(crate) fn standard(self) -> Vec<u8> {
        match self {
            Self::Document(kind) => standard(kind),
            Self::Form(kind) => standard_form(kind),
        }
    }

    fn part(self) -> Part {
        match self {
            Self::Document(kind) => kind.part(),
            Self::Form(kind) => kind.part(),
        }
    }

    /// The names beside those of its part.
    fn more(self) -> Vec<String> {
        let common = vocabulary::COMMON.iter().map(|n| (*n).to_owned());
        match self {
            Self::Document(kind) => {
                let head = vocabulary::HEAD.iter().map(|n| (*n).to_owned());
                common.chain(head).chain(kind.sections().iter().map(|s| format!("正文.{}", s.name))).collect()
            }
            Self::Form(_) => common.chain(vocabulary::FORM_HEAD.iter().map(|n| (*n).to_owned())).collect(),
        }
    }

    fn names(self) -> Vec<TemplateNameView> {
        let mark = |name: &str, within: Option<&str>| TemplateNameView {
            mark: format!("{{{{{name}}}}}"),
            within: within.map(str::to_owned),
        };
        let mut names: Vec<TemplateNameView> = self.more().iter().map(|n| mark(n, None)).collect();
        fn inner(
            part: Part,
            within: Option<&str>,
            names: &mut Vec<TemplateNameView>,
            mark: &dyn Fn(&str, Option<&str>) -> TemplateNameView,
        ) {
            names.extend(part.texts.iter().map(|n| mark(n, within)));
            for (name, part) in part.lists {
                names.push(mark(&format!("#{name}"), within));
                inner(*part, Some(name), names, mark);
            }
        }
        inner(self.part(), None, &mut names, &mark);
        if matches!(self, Self::Document(_)) {
            names.extend(Figure::ALL.iter().map(|f| mark(f.label(), None)));
            names.push(mark(RATE, None));
        }
        names
    }

    /// Tries a template with something of every name, and with nothing: what stands only where a thing is not there is looked at too.
    pub(crate) fn check(self, template: &[u8]) -> Result<(), Vec<FieldError>> {
        let all: Said = match self {
            Self::Document(_) => Figure::ALL.iter().map(|f| (*f, 1)).collect(),
            Self::Form(_) => Said::new(),
        };
        let (full, empty) =
            (vocabulary::sample(self.part(), &self.more()), vocabulary::nothing(self.part(), &self.more()));
        for (names, said) in [(&full, &all), (&empty, &Said::new())] {
            let Some(names) = names.as_object() else { continue };
            docx::fill(template, &Layer::new(names, said), DateTime::UNIX_EPOCH).map_err(|faults| {
                let told = faults.into_iter().map(|f| {
                    let params = json!({ "place": format!("（{}）", f.place), "near": f.near });
                    FieldError::with("/template", &f.code, params)
                });
                told.collect::<Vec<_>>()
            })?;
        }
        Ok(())
    }
}

/// List the kinds of documents and forms with their templates and the names these may use.
#[utoipa::path(tag = "documents", responses((status = 200, body = Vec<TemplateView>)))]
#[get("/document-templates")]
pub async fn list_templates(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let may_change = rights::permit_templates(&caller.origin.actor);
    may_change.clone()?;
    let rows = app.db.read(&caller.origin.actor, templates::list).await?;
    let mut by: BTreeMap<String, Vec<TemplateVersionView>> = BTreeMap::new();
    for row in rows {
        let of_kind = by.entry(row.kind).or_default();
        of_kind.push(TemplateVersionView {
            holds: row.pack.is_none() && !of_kind.iter().any(|v| v.holds),
            pack: row.pack.and_then(|pack| serde_json::from_value(pack).ok()),
            version: row.version,
            filename: row.filename,
            sha256: row.sha256,
            by: row.account_id,
            at: row.created_at,
        });
    }
    let views: Vec<TemplateView> = TemplateKind::all()
        .map(|kind| TemplateView {
            kind: kind.word().to_owned(),
            label: kind.label().to_owned(),
            versions: by.remove(kind.word()).unwrap_or_default(),
            names: kind.names(),
            may_change: may_change.is_ok(),
        })
        .collect();
    Ok(HttpResponse::Ok().json(views))
}

/// Which version.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TemplateQuery {
    /// The one that holds unless given.
    pub version: Option<i32>,
}

/// Get a template as a file of Word, to be changed there.
#[utoipa::path(tag = "documents", params(("kind" = String, Path, example = "report"), TemplateQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))]
#[get("/document-templates/{kind}/file")]
pub async fn download_template(
    caller: Caller,
    app: Data<App>,
    kind: Path<String>,
    query: Params<TemplateQuery>,
) -> Result<HttpResponse, Problem> {
    rights::permit_templates(&caller.origin.actor)?;
    let kind = TemplateKind::parse(&kind)?;
    let origin = caller.origin.clone();
    let (version, bytes) = app
        .db
        .write(&caller.origin.actor, move |conn| match query.0.version {
            Some(version) => Ok((version, templates::body(conn, kind.word(), version)?)),
            None => {
                let (mark, bytes) = templates::current(conn, kind.word(), &kind.standard(), origin.now)?;
                Ok((mark.version, bytes))
            }
        })
        .await?;
    let name = format!("模板-{}-第{version}版.docx", kind.label());
    Ok(HttpResponse::Ok().content_type(DOCX).insert_header(download::attachment(name)).body(bytes))
}

/// Name of a file.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TemplateFileQuery {
    pub filename: String,
}

/// A template that was put in place.
#[derive(Serialize, ToSchema)]
pub struct PutTemplate {
    pub version: i32,
    pub sha256: String,
}

/// Put a template in the place of the one that holds; documents that are there keep theirs.
///
/// A broken one is refused with every fault, its place and the text around it (`template-unsound`).
#[utoipa::path(tag = "documents", params(("kind" = String, Path, example = "report"), TemplateFileQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = PutTemplate)))]
#[post("/document-templates/{kind}")]
pub async fn put_template(
    caller: Caller,
    app: Data<App>,
    kind: Path<String>,
    query: Params<TemplateFileQuery>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    rights::permit_templates(&caller.origin.actor)?;
    let kind = TemplateKind::parse(&kind)?;
    let (blob, filename) = crate::evidence::received(&app, payload, &query.0.filename).await?;
    let path = crate::evidence::blob_path(&app.settings.data_dir, &blob.sha256);
    let bytes = std::fs::read(path).map_err(Problem::internal)?;
    let checked = actix_web::web::block(move || kind.check(&bytes).map(|()| bytes)).await.map_err(Problem::internal)?;
    let bytes = checked.map_err(|faults| {
        Problem::new(actix_web::http::StatusCode::UNPROCESSABLE_ENTITY, "template-unsound").with_errors(faults)
    })?;
    let origin = caller.origin.clone();
    let mark = app
        .db
        .write(&caller.origin.actor, move |conn| templates::put(conn, &origin, kind.word(), &bytes, &filename))
        .await?;
    Ok(HttpResponse::Created().json(PutTemplate { version: mark.version, sha256: mark.sha256 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_of_the_program_says_names_that_are_known() {
        for kind in TemplateKind::all() {
            assert_eq!(kind.check(&kind.standard()), Ok(()), "{}", kind.word());
        }
    }
}
