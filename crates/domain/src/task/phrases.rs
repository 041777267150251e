//! Words that can be said of any problem: a text made of nothing else names no act, no thing and no extent.

/// How much: may stand before any act.
const DEGREES: &[&str] = &[
    "进一步",
    "切实",
    "不断",
    "持续",
    "认真",
    "深入",
    "全面",
    "着力",
    "坚决",
    "高度",
    "大力",
    "扎实",
    "有效",
    "严格",
    "继续",
    "更加",
    "真正",
    "充分",
    "牢固",
    "自觉",
    "深刻",
    "主动",
    "从严",
    "从实",
    "及时",
    "积极",
    "尽快",
    "逐步",
];

/// Acts that nobody can see done.
const ACTS: &[&str] = &[
    "加强", "强化", "提高", "提升", "增强", "深化", "加大", "抓好", "抓实", "抓紧", "狠抓", "重视", "落实", "推进",
    "推动", "完善", "改进", "树牢", "树立", "筑牢", "端正", "认识", "把握", "领会", "贯彻", "做好", "压实", "夯实",
    "确保", "开展", "注重", "规范", "健全", "优化",
];

/// Things that are always in need of it.
const THINGS: &[&str] = &[
    "学习",
    "教育",
    "学习教育",
    "思想",
    "思想认识",
    "思想教育",
    "认识",
    "政治站位",
    "站位",
    "政治意识",
    "责任意识",
    "大局意识",
    "服务意识",
    "意识",
    "责任",
    "责任感",
    "责任心",
    "使命感",
    "紧迫感",
    "领导",
    "组织领导",
    "管理",
    "日常管理",
    "内部管理",
    "监督",
    "监督管理",
    "力度",
    "工作力度",
    "监督力度",
    "水平",
    "管理水平",
    "工作水平",
    "能力",
    "业务能力",
    "素质",
    "业务素质",
    "作风",
    "工作作风",
    "作风建设",
    "队伍建设",
    "制度建设",
    "担当",
    "引导",
    "宣传",
    "沟通",
    "协调",
    "沟通协调",
    "配合",
    "执行力",
    "制度执行",
    "质量",
    "工作质量",
    "效率",
    "工作效率",
    "工作",
    "要求",
    "精神",
    "会议精神",
    "各项工作",
    "整改",
    "整改落实",
    "整改工作",
    "长效机制",
    "机制",
    "建设",
    "研究",
    "部署",
    "统筹",
    "统筹协调",
    "重要性",
    "主体责任",
    "到位",
    "见效",
    "实效",
    "成效",
];

/// What joins them.
const JOINTS: &[&str] = &[
    "和", "与", "及", "以及", "的", "地", "对", "在", "上", "中", "并", "从", "把", "以", "为", "性", "全员", "干部",
    "职工", "党员",
];

/// Whether a text consists of such words alone (docs/domain.md §6). An empty text is no such text: that it is missing is said elsewhere.
pub(super) fn says_nothing(text: &str) -> bool {
    let mut clauses =
        text.split(|c: char| c.is_whitespace() || "，。；、：,.;:！!（）()".contains(c)).filter(|c| !c.is_empty());
    let first = clauses.next();
    first.is_some_and(is_empty_phrase) && clauses.all(is_empty_phrase)
}

/// Whether a clause can be cut into such words from its beginning to its end.
fn is_empty_phrase(clause: &str) -> bool {
    let mut is_reached = vec![false; clause.len() + 1];
    is_reached[0] = true;
    for (at, _) in clause.char_indices() {
        if is_reached[at] {
            let words = [DEGREES, ACTS, THINGS, JOINTS].into_iter().flatten();
            words.filter(|word| clause[at..].starts_with(**word)).for_each(|word| is_reached[at + word.len()] = true);
        }
    }
    is_reached[clause.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_said_of_anything_says_nothing() {
        for text in [
            "加强学习",
            "进一步提高思想认识",
            "加强学习，提高政治站位，强化责任意识。",
            "切实加强组织领导和统筹协调",
            "加大工作力度",
            "持续抓好各项工作的落实",
            "完善长效机制",
        ] {
            assert!(says_nothing(text), "{text}");
        }
    }

    #[test]
    fn whatever_names_a_thing_or_an_extent_says_something() {
        for text in [
            "",
            "  ，。",
            "加强合同归档管理",
            "进一步提高采购招标率至 95%",
            "清理存量",
            "印发督办办法",
            "加强学习，每季度组织一次闭卷测试",
            "强化责任意识，与 12 个厂矿签订责任书",
            "提高认识 9月30日前完成轮训",
        ] {
            assert!(!says_nothing(text), "{text}");
        }
    }

    #[test]
    fn a_clause_is_cut_at_any_word_that_fits() {
        // 工作 fits first, but only 工作作风 leads on to the end.
        assert!(is_empty_phrase("端正工作作风"));
        assert!(!is_empty_phrase("工作汇编"));
        // A long clause that fails at its end is given up, not tried for ever.
        assert!(!is_empty_phrase(&format!("{}x", "加强学习教育".repeat(2_000))));
    }

    #[test]
    fn each_list_names_a_word_once() {
        for list in [DEGREES, ACTS, THINGS, JOINTS] {
            for (i, word) in list.iter().enumerate() {
                assert!(!list[..i].contains(word), "{word}");
            }
        }
    }
}
