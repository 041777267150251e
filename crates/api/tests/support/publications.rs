//! Publications in the sample group: the office is p072 and p073, p004 reviews the secrecy, p001 decides; and the open page as anybody asks for it.

use actix_web::dev::{Service, ServiceResponse};
use actix_web::web::Data;
use actix_web::{App as Server, middleware, test};
use api::public::{self, rate::Rate};
use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};

use super::slips::ids;
use super::{Answer, House};

type Call = Box<
    dyn Fn(
        actix_http::Request,
    ) -> LocalBoxFuture<'static, Result<ServiceResponse<actix_web::body::BoxBody>, actix_web::Error>>,
>;

/// The open page of a house.
pub struct OpenPage(Call);

/// What the open page said.
pub struct Said {
    pub status: u16,
    pub body: String,
    pub headers: actix_web::http::header::HeaderMap,
}

impl OpenPage {
    pub async fn of(house: &House) -> Self {
        let service = test::init_service(
            Server::new()
                .app_data(Data::new(house.app.clone()))
                .app_data(Data::new(Rate::default()))
                .configure(public::configure)
                .wrap(middleware::from_fn(public::around)),
        )
        .await;
        Self(Box::new(move |request| Box::pin(service.call(request))))
    }

    pub async fn send(&self, request: test::TestRequest) -> Said {
        let request = request.peer_addr("10.1.1.1:4000".parse().unwrap());
        let response = match (self.0)(request.to_request()).await {
            Ok(response) => response.into_parts().1.map_into_boxed_body(),
            Err(error) => error.error_response(),
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = actix_web::body::to_bytes(response.into_body()).await.unwrap_or_default();
        Said { status, body: String::from_utf8(bytes.to_vec()).unwrap(), headers }
    }

    pub async fn get(&self, path: &str) -> Said {
        self.send(test::TestRequest::with_uri(path)).await
    }

    /// The form of a notice with these fields; a file is a field of its name.
    pub async fn hand_in(&self, notice: i64, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Said {
        let mut body: Vec<u8> = Vec::new();
        for (name, value) in fields {
            body.extend(format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        for (name, bytes) in files {
            let head = format!(
                "--XX\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            );
            body.extend(head.bytes());
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--XX--\r\n");
        let request = test::TestRequest::post()
            .uri(&format!("/notices/{notice}/opinions"))
            .insert_header(("content-type", "multipart/form-data; boundary=XX"))
            .set_payload(body);
        self.send(request).await
    }

    pub async fn look_up(&self, code: &str) -> Said {
        let request = test::TestRequest::post()
            .uri("/answers")
            .insert_header(("content-type", "application/x-www-form-urlencoded"))
            .set_payload(format!("code={code}"));
        self.send(request).await
    }

    /// What the form of a notice carries.
    pub async fn token(&self, notice: i64) -> String {
        let page = self.get(&format!("/notices/{notice}")).await.body;
        page.split("name=\"form\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }
}

/// The code a page shows.
pub fn code_of(page: &str) -> String {
    page.split("class=\"code\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

/// Lets the round publish.
pub async fn switch_on(house: &House, reach: &str, more: Value) {
    let round = house.round().await;
    let view = house.get("p072", &format!("/rounds/{round}")).await.ok();
    let mut policy = view["policy"].clone();
    policy["publication"]["reach"] = json!(reach);
    for (key, value) in more.as_object().unwrap() {
        policy["publication"][key] = value.clone();
    }
    let body = json!({ "policy": policy, "basis": "领导组会议" });
    house.request("p072", "PUT", &format!("/rounds/{round}/policy"), view["version"].as_i64(), Some(body)).await.ok();
}

pub async fn drafted(house: &House, kind: &str) -> Value {
    let round = house.round().await;
    let today = house.today();
    let body = json!({ "kind": kind, "from_on": today - chrono::Days::new(20), "to_on": today });
    let made = house.request("p072", "POST", &format!("/rounds/{round}/publications"), None, Some(body)).await.ok();
    view(house, made["id"].as_str().unwrap()).await
}

pub async fn view(house: &House, id: &str) -> Value {
    house.get("p072", &format!("/publications/{id}")).await.ok()
}

/// An act on the version the office sees now.
pub async fn act(house: &House, login: &str, id: &str, act: &str, body: Value) -> Answer {
    let version = view(house, id).await["version"].as_i64();
    house.request(login, "POST", &format!("/publications/{id}/{act}"), version, Some(body)).await
}

/// The words beside the items as they are, to be written with a change.
pub async fn head(house: &House, of: &Value) -> Value {
    let ids = ids(house).await;
    json!({
        "revision": of["head_revision"], "title": of["title"], "lead": of["lead"], "next": of["next"], "contact": of["contact"],
        "opens_page": of["opens_page"], "working_days": of["working_days"], "secrecy_reviewer": ids["P004"],
    })
}

/// Writes the head with a change.
pub async fn write_head(house: &House, id: &str, change: impl FnOnce(&mut Value)) -> Value {
    let of = view(house, id).await;
    let mut body = head(house, &of).await;
    change(&mut body);
    house.request("p072", "PUT", &format!("/publications/{id}"), None, Some(body)).await.ok()
}

/// Signed by everybody the chain names.
pub async fn signed(house: &House, id: &str) -> Value {
    act(house, "p072", id, "submit", json!({})).await.ok();
    act(house, "p073", id, "sign", json!({ "verdict": "approve" })).await.ok();
    act(house, "p004", id, "sign", json!({ "verdict": "approve", "words": "不涉密，可以公示" })).await.ok();
    let after = act(house, "p001", id, "sign", json!({ "verdict": "approve" })).await.ok();
    assert_eq!(after["state"], "approved");
    after
}

/// Drafted, signed and published on the open page: its id and its number there.
pub async fn published(house: &House) -> (String, i64) {
    let of = drafted(house, "progress").await;
    let id = of["id"].as_str().unwrap().to_owned();
    write_head(house, &id, |_| ()).await;
    signed(house, &id).await;
    let after = act(house, "p072", &id, "publish", json!({})).await.ok();
    assert_eq!(after["state"], "published");
    (id, after["notice"].as_i64().unwrap())
}

/// An opinion from the open page: its code, and its id inside.
pub async fn handed_in(house: &House, open: &OpenPage, notice: i64, text: &str) -> (String, String) {
    let token = open.token(notice).await;
    let said = open.hand_in(notice, &[("text", text), ("name", "来信人甲"), ("form", &token)], &[]).await;
    assert_eq!(said.status, 201, "{}", said.body);
    let list = house.get("p072", &format!("/rounds/{}/opinions", house.round().await)).await.ok();
    let found = list["items"].as_array().unwrap().iter().find(|o| o["text"] == text).unwrap().clone();
    (code_of(&said.body), found["id"].as_str().unwrap().to_owned())
}

/// An act on an opinion, on the version the office sees now.
pub async fn opine(house: &House, login: &str, id: &str, act: &str, body: Value) -> Answer {
    let version = house.get("p072", &format!("/opinions/{id}")).await.ok()["version"].as_i64();
    house.request(login, "POST", &format!("/opinions/{id}/{act}"), version, Some(body)).await
}
