//! The handlers of acts: each takes the version it was decided on and a body, becomes one command, and answers with the thing as it is then.

/// Makes a handler of each line: its summary, its name, its address, its body, and the command that comes of it. `wraps` takes the command to what
/// the module's own `perform` runs.
macro_rules! acts {
    (
        tag: $tag:tt, answers: $view:ty, wraps: $wraps:expr;
        $($(#[$doc:meta])* $name:ident $path:tt $body:ty => |$b:ident| $command:expr;)+
    ) => {$(
        $(#[$doc])*
        #[utoipa::path(tag = $tag, request_body = $body, params(("id" = uuid::Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = $view)))]
        #[post($path)]
        pub async fn $name(
            caller: $crate::extract::Caller,
            app: actix_web::web::Data<$crate::app::App>,
            id: actix_web::web::Path<uuid::Uuid>,
            version: $crate::extract::ExpectedVersion,
            body: $crate::extract::Body<$body>,
        ) -> Result<actix_web::HttpResponse, $crate::problem::Problem> {
            let $b = body.0;
            perform(&app, &caller, id.into_inner().into(), version.into(), $wraps($command)).await
        }
    )+};
}

pub(crate) use acts;
