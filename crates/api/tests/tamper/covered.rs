//! What documents say at their foot of the ledger, held against it (docs/domain.md §33).

use std::io::{Cursor, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::transparency::note::{self, Checkpoint, Signed};
use domain::transparency::{from_hex, tree};
use persistence::testing::run;
use serde_json::json;

use crate::changes::{Chance, World, restored};
use crate::ledger::Ledger;

/// The checkpoint whose code stands at the foot of a document; none where there is no code.
fn at_foot(bytes: &[u8]) -> Option<Checkpoint> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name("word/footer1.xml").unwrap().read_to_string(&mut text).unwrap();
    let code = text.split("descr=\"").nth(1)?.split('"').next()?.replace("&#10;", "\n");
    let head = Checkpoint::parse(&code).unwrap();
    let root: String = STANDARD.encode(head.root).chars().take(12).collect();
    assert!(text.contains(&format!("台账总序 {} · 根 {root}… · 生成时间 ", head.size)), "{text}");
    Some(head)
}

#[actix_web::test]
async fn what_a_document_says_at_its_foot_is_held_against_the_ledger() {
    let ledger = Ledger::lived_in().await;
    let house = &ledger.house;
    let round = house.round().await;
    let path = format!("/rounds/{round}/documents");
    let draft = house.request("p072", "POST", &path, None, Some(json!({ "kind": "progress" }))).await.ok();
    let document = format!("/documents/{}/file", draft["id"].as_str().unwrap());
    let file = async |path: &str| house.get("p072", path).await.bytes.to_vec();
    let (first, form) = (file(&document).await, format!("/tasks/{}/closure-form", house.task("T02").await));
    let old = at_foot(&first).expect("a code");
    assert_eq!(Some(&old), at_foot(&file(&form).await).as_ref(), "forms and documents say the same at the same time");

    // More happens; the form says so, and the document stays what it was.
    while ledger.seal(500) > 0 {}
    ledger.signer().turn().unwrap();
    assert!(first == file(&document).await);
    let new = at_foot(&file(&form).await).unwrap();
    assert!(new.size > old.size);

    let path = |size: u64, root: &[u8; 32]| {
        let root = STANDARD.encode(root).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        format!("/audit/covers?size={size}&root={root}")
    };
    let keys =
        [note::Verifier::parse(std::fs::read_to_string(&ledger.keys_file).unwrap().lines().nth(1).unwrap()).unwrap()];
    for head in [&old, &new] {
        let said = house.get("auditor", &path(head.size, &head.root)).await.ok();
        assert_eq!((&said["is_covered"], &said["is_signed"]), (&json!(true), &json!(true)), "{said}");
        let (text, lines) = note::opened(said["checkpoint"].as_str().unwrap()).unwrap();
        assert_eq!(note::signed(text, lines, &keys), Signed::Yes);
        let newest = Checkpoint::parse(text).unwrap();
        let proof: Vec<_> =
            said["proof"].as_array().unwrap().iter().map(|h| from_hex(h.as_str().unwrap()).unwrap()).collect();
        assert!(tree::is_consistent(head.size, &head.root, newest.size, &newest.root, &proof), "{said}");
        let hexed: String = head.root.iter().map(|b| format!("{b:02x}")).collect();
        for root in [STANDARD.encode(head.root), hexed] {
            let (said, code) = ledger.bihuan(&["audit", "covers", &head.size.to_string(), &root]);
            assert!(code == 0 && said.starts_with("是：") && said.contains("一致性证明"), "{said}");
        }
    }
    // Another root, another size, nothing, more than there is: no.
    let mut other = old.root;
    other[7] ^= 1;
    for (size, root) in
        [(old.size, &other), (old.size - 1, &old.root), (0, &tree::empty_root()), (new.size + 1, &new.root)]
    {
        let said = house.get("auditor", &path(size, root)).await.ok();
        assert_eq!((&said["is_covered"], &said["proof"]), (&json!(false), &json!([])), "{size}: {said}");
        let (said, code) = ledger.bihuan(&["audit", "covers", &size.to_string(), &STANDARD.encode(root)]);
        assert!(code == 1 && said.starts_with("否："), "{said}");
    }
    house.get("auditor", "/audit/covers?size=1&root=x").await.refused(422, "content");
    for who in ["p072", "sysadmin"] {
        house.get(who, &path(old.size, &old.root)).await.refused(403, "not-allowed");
    }
    // A history cut short no longer holds what the paper says.
    let world = World::of(&ledger);
    let cut = restored(&world, &mut Chance(3)).sql;
    run(&house.db.super_url(), &format!("SET session_replication_role = replica; {cut}")).unwrap();
    let said = house.get("auditor", &path(new.size, &new.root)).await.ok();
    assert_eq!(said["is_covered"], json!(false));
}
