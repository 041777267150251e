//! The operator's own look at a draw: draws again from its bundle, without a server or a database (docs/domain.md §24).

use std::path::Path;

use domain::check::draw;
use domain::labels;
use serde_json::Value;

/// What the bundle in a file comes to, in words.
///
/// Errors: why it does not agree.
pub fn verify(file: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}：{e}", file.display()))?;
    let bundle = draw::verify(&text).map_err(|fault| format!("不一致：{}", labels::say(fault.code, &Value::Null)))?;
    let frame = &bundle.frame;
    let names: Vec<&str> = frame.parties.iter().map(|p| p.name.as_str()).collect();
    let silent: Vec<&str> = frame
        .parties
        .iter()
        .zip(&bundle.commitments)
        .filter(|(_, c)| c.nonce.is_none())
        .map(|(p, _)| p.name.as_str())
        .collect();
    let mut lines = vec![format!(
        "一致：第 {} 次抽取，抽样框 {} 项，{} 层，抽出 {} 项，参与方 {}",
        frame.nth,
        frame.entries.len(),
        frame.strata.len(),
        bundle.sample.len(),
        names.join("、")
    )];
    if frame.is_quick {
        lines.push("快速抽取：随机数由服务器一方产生".to_owned());
    }
    if !silent.is_empty() {
        lines.push(format!("未公开随机数：{}", silent.join("、")));
    }
    for (i, reason) in frame.given_up.iter().enumerate() {
        lines.push(format!("第 {} 次抽取已作废：{reason}", i + 1));
    }
    lines.push(format!("校验码 {}", bundle.digest));
    Ok(lines.join("\n"))
}
