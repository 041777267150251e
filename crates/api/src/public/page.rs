//! The pages that anybody reads: HTML made on the server, without a script, a cookie or anything from elsewhere. Whatever people wrote is text.

use std::fmt::Write as _;

use chrono::NaiveDate;
use domain::opinion::{LONGEST_CONTACT, LONGEST_NAME, LONGEST_TEXT, MOST_FILES};
use domain::publication::copy::{PublicCopy, contact_lines};
use persistence::publications::{Notice, NoticeAnswer, PublicStanding};

use super::intake::Form;

/// The one style sheet.
pub const STYLE: &str = include_str!("style.css");

/// Text as text, whatever is in it.
fn text(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn day(on: NaiveDate) -> String {
    on.format("%Y年%-m月%-d日").to_string()
}

/// Paragraphs of what people wrote line by line.
fn paragraphs(words: &str) -> String {
    words.lines().filter(|l| !l.trim().is_empty()).fold(String::new(), |mut out, line| {
        let _ = write!(out, "<p>{}</p>", text(line.trim()));
        out
    })
}

/// A page around its content.
fn page(title: &str, content: &str) -> String {
    format!(
        "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         <title>{title}</title><link rel=\"stylesheet\" href=\"/style.css\"></head><body>\
         <a class=\"skip\" href=\"#main\">跳到正文</a>\
         <header><p class=\"site\"><a href=\"/\">整改公示</a></p><nav aria-label=\"栏目\"><a href=\"/\">公示列表</a> \
         <a href=\"/answers\">查询意见答复</a></nav></header><main id=\"main\">{content}</main></body></html>",
        title = text(title),
    )
}

fn line(notice: &Notice) -> String {
    let standing = match &notice.standing {
        PublicStanding::Shown(_) => {
            format!("公示中，至{}", day(notice.until_on))
        }
        PublicStanding::Ended => format!(
            "公示期满（{}至{}），收到意见{}件，已答复{}件",
            day(notice.published_on),
            day(notice.until_on),
            notice.n_received,
            notice.n_answered
        ),
        PublicStanding::Replaced(_) => "已更正".to_owned(),
        PublicStanding::Withdrawn(_) => "已撤回".to_owned(),
    };
    format!(
        "<li><a href=\"/notices/{}\">{}</a><p class=\"note\">{} · {standing}</p></li>",
        notice.id,
        text(&notice.title),
        text(&notice.kind)
    )
}

/// Every notice, what is shown now before what is over.
pub fn list(notices: &[Notice]) -> String {
    let is_shown = |n: &&Notice| matches!(n.standing, PublicStanding::Shown(_));
    let part = |title: &str, lines: String, none: &str| {
        let lines =
            if lines.is_empty() { format!("<p>{none}</p>") } else { format!("<ul class=\"notices\">{lines}</ul>") };
        format!("<section><h2>{title}</h2>{lines}</section>")
    };
    let now: String = notices.iter().filter(is_shown).map(line).collect();
    let over: String = notices.iter().filter(|n| !is_shown(n)).map(line).collect();
    let over = if over.is_empty() { String::new() } else { part("往期公示", over, "") };
    page("整改公示", &format!("<h1>整改公示</h1>{}{over}", part("正在公示", now, "现在没有公示。")))
}

fn item(n: usize, item: &domain::publication::state::ItemText) -> String {
    let row = |label: &str, words: &str| match words.trim() {
        "" => String::new(),
        words => format!("<dt>{label}</dt><dd>{}</dd>", paragraphs(words)),
    };
    format!(
        "<li><h3>{n}. {}</h3><dl>{}{}</dl></li>",
        text(&item.problem),
        row("整改措施", &item.measures),
        row("整改成效", &item.outcome)
    )
}

fn copy(copy: &PublicCopy) -> String {
    let figures = copy.figures.iter().fold(String::new(), |mut out, line| {
        let _ = write!(out, "<p>{}</p>", text(line));
        out
    });
    let items: String = copy.items.iter().enumerate().map(|(i, it)| item(i + 1, it)).collect();
    let section = |title: &str, content: String| {
        if content.is_empty() { String::new() } else { format!("<section><h2>{title}</h2>{content}</section>") }
    };
    let items = if items.is_empty() { items } else { format!("<ol class=\"items\">{items}</ol>") };
    let contact = contact_lines(&copy.contact).into_iter().fold(String::new(), |mut out, (label, value)| {
        let _ = write!(out, "<dt>{label}</dt><dd>{}</dd>", text(value));
        out
    });
    let contact = if contact.is_empty() { contact } else { format!("<dl class=\"contact\">{contact}</dl>") };
    format!(
        "{}<section><h2>总体情况</h2>{figures}</section>{}{}{}",
        paragraphs(&copy.lead),
        section("具体问题整改情况", items),
        section("下一步打算", paragraphs(&copy.next)),
        section("联系方式", contact)
    )
}

/// A notice as it stands, with the form for opinions while it is shown.
pub fn notice(notice: &Notice, form: &Form) -> String {
    let head = format!("<p class=\"kind\">{}</p><h1>{}</h1>", text(&notice.kind), text(&notice.title));
    let period = format!("{}至{}", day(notice.published_on), day(notice.until_on));
    let content = match &notice.standing {
        PublicStanding::Shown(of) => {
            format!("<p class=\"note\">公示期：{period}</p>{}{}", copy(of), opinion_form(notice.id, form))
        }
        PublicStanding::Ended => format!(
            "<p class=\"state\">公示期已满。公示期：{period}。收到意见{}件，已答复{}件。</p>\
             <p>提过意见的，可凭查询码<a href=\"/answers\">查询答复</a>。</p>",
            notice.n_received, notice.n_answered
        ),
        PublicStanding::Replaced(successor) => {
            let link = successor.map(|n| format!("<p><a href=\"/notices/{n}\">查看更正后的公示</a></p>"));
            format!(
                "<p class=\"state\">本公示已更正，以更正后的公示为准。原公示期：{period}。</p>{}",
                link.unwrap_or_default()
            )
        }
        PublicStanding::Withdrawn(reason) => {
            format!("<p class=\"state\">本公示已撤回。原公示期：{period}。撤回原因：{}</p>", text(reason))
        }
    };
    page(&notice.title, &format!("<article>{head}{content}</article>"))
}

fn opinion_form(id: i64, form: &Form) -> String {
    let faults: String = form.faults.iter().fold(String::new(), |mut out, fault| {
        let _ = write!(out, "<li>{}</li>", text(fault));
        out
    });
    let faults = if faults.is_empty() {
        String::new()
    } else {
        format!(
            "<div class=\"faults\" role=\"alert\"><p>意见没有提交，您写的内容保留如下，请按提示修改后再提交。附件需要重新选择。</p><ul>{faults}</ul></div>"
        )
    };
    format!(
        "<section class=\"opinion\" id=\"opinion\"><h2>提意见</h2>{faults}\
         <p>可以署名，也可以不署名。提交后给您一个查询码，凭码查询答复。请勿填写涉密内容。</p>\
         <form method=\"post\" action=\"/notices/{id}/opinions\" enctype=\"multipart/form-data\" accept-charset=\"utf-8\">\
         <p><label for=\"text\">意见（必填，最多{LONGEST_TEXT}字）</label>\
         <textarea id=\"text\" name=\"text\" rows=\"8\" maxlength=\"{LONGEST_TEXT}\" required>\n{}</textarea></p>\
         <p><label for=\"name\">姓名（选填）</label><input id=\"name\" name=\"name\" maxlength=\"{LONGEST_NAME}\" \
         autocomplete=\"off\" value=\"{}\"></p>\
         <p><label for=\"contact\">联系方式（选填）</label><input id=\"contact\" name=\"contact\" maxlength=\"{LONGEST_CONTACT}\" \
         autocomplete=\"off\" value=\"{}\"></p>\
         <p class=\"trap\" aria-hidden=\"true\"><label for=\"website\">请不要填写</label>\
         <input id=\"website\" name=\"website\" tabindex=\"-1\" autocomplete=\"off\"></p>\
         <input type=\"hidden\" name=\"form\" value=\"{}\">\
         <p><label for=\"files\">附件（选填，最多{MOST_FILES}个，每个不超过10 MB，PDF、Office文档或图片）</label>\
         <input id=\"files\" type=\"file\" name=\"files\" multiple></p>\
         <p><button type=\"submit\">提交意见</button></p></form></section>",
        text(&form.text),
        text(&form.writer.name),
        text(&form.writer.contact),
        text(&form.token),
    )
}

/// What whoever handed something in is told.
pub fn received(id: i64, code: &str, is_first: bool) -> String {
    let said = if is_first { "意见已收到。" } else { "这份意见此前已经收到，没有重复登记。" };
    page(
        "意见已收到",
        &format!(
            "<h1>意见已收到</h1><p class=\"state\">{said}</p><p>您的查询码：</p><p class=\"code\">{}</p>\
             <p>请记下查询码。凭查询码可以<a href=\"/answers\">查询答复</a>；系统不保存查询码，遗失后无法找回。</p>\
             <p><a href=\"/notices/{id}\">返回公示</a></p>",
            text(code)
        ),
    )
}

/// The form to look an answer up, with what was typed and what came of it.
pub fn answers(typed: &str, found: Option<&NoticeAnswer>, words: Option<&str>) -> String {
    let words = words.map(|w| format!("<div class=\"faults\" role=\"alert\"><p>{}</p></div>", text(w)));
    let found = found.map(|answer| {
        let standing = match answer.standing.as_str() {
            "received" => "已收到，待办理。".to_owned(),
            "working" => "正在办理。".to_owned(),
            "set_aside" => "已登记，不再另行答复。".to_owned(),
            _ => format!("已答复{}。", answer.answered_on.map(|on| format!("（{}）", day(on))).unwrap_or_default()),
        };
        let reply = answer.answer.as_deref().map(|a| format!("<section><h2>答复</h2>{}</section>", paragraphs(a)));
        format!(
            "<section aria-live=\"polite\"><p class=\"state\">您{}对《{}》提的意见{standing}</p>{}</section>",
            day(answer.received_on),
            text(&answer.title),
            reply.unwrap_or_default()
        )
    });
    page(
        "查询意见答复",
        &format!(
            "<h1>查询意见答复</h1>{}<form method=\"post\" action=\"/answers\"><p><label for=\"code\">查询码</label>\
             <input id=\"code\" name=\"code\" maxlength=\"40\" autocomplete=\"off\" required value=\"{}\"></p>\
             <p><button type=\"submit\">查询</button></p></form>{}",
            words.unwrap_or_default(),
            text(typed),
            found.unwrap_or_default()
        ),
    )
}

/// A page that says no more than what is to be done.
pub fn plain(title: &str, words: &str) -> String {
    page(title, &format!("<h1>{}</h1><p>{}</p><p><a href=\"/\">返回公示列表</a></p>", text(title), text(words)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_written_is_text() {
        let evil = "<script>alert(1)</script>\"'&";
        let form = Form { text: evil.to_owned(), faults: vec![evil.to_owned()], ..Form::default() };
        let copy = PublicCopy {
            kind: evil.to_owned(),
            title: evil.to_owned(),
            lead: evil.to_owned(),
            figures: vec![evil.to_owned()],
            items: vec![domain::publication::state::ItemText {
                problem: evil.to_owned(),
                measures: evil.to_owned(),
                outcome: evil.to_owned(),
            }],
            next: evil.to_owned(),
            contact: domain::publication::rules::Contact { phone: evil.to_owned(), ..Default::default() },
            from_on: NaiveDate::MIN,
            until_on: NaiveDate::MAX,
        };
        let mut of = Notice {
            id: 1,
            kind: evil.to_owned(),
            title: evil.to_owned(),
            published_on: NaiveDate::default(),
            until_on: NaiveDate::default(),
            standing: PublicStanding::Shown(Box::new(copy)),
            n_received: 0,
            n_answered: 0,
        };
        let found = NoticeAnswer {
            notice_id: 1,
            title: evil.to_owned(),
            received_on: NaiveDate::default(),
            standing: "answered".to_owned(),
            answer: Some(evil.to_owned()),
            answered_on: None,
        };
        let mut pages = vec![notice(&of, &form), list(std::slice::from_ref(&of)), received(1, evil, true)];
        of.standing = PublicStanding::Withdrawn(evil.to_owned());
        pages.extend([notice(&of, &form), answers(evil, Some(&found), Some(evil)), plain(evil, evil)]);
        for made in pages {
            assert!(!made.contains("<script"), "{made}");
            assert!(made.contains("&lt;script&gt;"), "{made}");
            assert!(!made.contains("\"'&"), "{made}");
        }
    }
}
