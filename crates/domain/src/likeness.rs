//! Which texts say the same matter in other words (docs/domain.md §39): rare pairs of characters weigh, stock phrases of inspections hardly do. A
//! likeness is proposed with the words it rests on; a person says whether it is one.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// From which score two texts are proposed as alike. Chosen on `tests/fixtures/likeness/tune.tsv`; what it does is measured on `test.tsv`.
pub const ALIKE: f32 = 0.15;

/// What a character within a stock phrase weighs.
const STOCK_WEIGHT: f32 = 0.15;
/// What a single character weighs beside a pair.
const SINGLE_WEIGHT: f32 = 0.5;
/// Most runs of words that a likeness is explained by.
const MOST_WORDS: usize = 5;

/// Phrases that findings share whatever they are about.
const STOCK: [&str; 98] = [
    "存在",
    "问题",
    "不到位",
    "到位",
    "不规范",
    "规范",
    "不严",
    "不力",
    "不足",
    "不够",
    "不及时",
    "及时",
    "流于形式",
    "走过场",
    "走形式",
    "管理",
    "制度",
    "执行",
    "落实",
    "履行",
    "未按规定",
    "规定",
    "部分",
    "个别",
    "有的",
    "未按",
    "按规定",
    "未经",
    "未履行",
    "程序",
    "审批",
    "手续",
    "不全",
    "缺失",
    "薄弱",
    "现象",
    "情况",
    "工作",
    "开展",
    "长期",
    "进展",
    "缓慢",
    "严格",
    "重视",
    "要求",
    "相关",
    "进行",
    "抽查",
    "有关",
    "公司",
    "单位",
    "企业",
    "部门",
    "集团",
    "管控",
    "监管",
    "违规",
    "违反",
    "擅自",
    "至今",
    "仍",
    "涉及",
    "金额",
    "万元",
    "亿元",
    "多年",
    "责任",
    "记录",
    "不完整",
    "完整",
    "不彻底",
    "彻底",
    "不实",
    "不深",
    "推进",
    "项目",
    "人员",
    "不善",
    "混乱",
    "粗放",
    "缺位",
    "缺乏",
    "疏于",
    "有差距",
    "领导",
    "干部",
    "滞后",
    "逾期",
    "超期",
    "加强",
    "进一步",
    "不断",
    "整改",
    "措施",
    "建立",
    "健全",
    "机制",
    "明确",
];

/// The same, character by character, taken apart once.
static STOCK_PHRASES: LazyLock<Vec<Vec<char>>> =
    LazyLock::new(|| STOCK.iter().map(|phrase| phrase.chars().collect()).collect());

/// Characters at which a run of words ends.
fn is_break(c: char) -> bool {
    c.is_whitespace() || c.is_ascii_punctuation() || "，。、；：“”‘’（）《》〔〕【】！？—…·".contains(c)
}

/// A pair of characters, or one by itself (its second is then nul).
type Gram = (char, char);

/// How often each gram stands in a text, a stock phrase counting little; numbers and punctuation not at all.
fn grams(text: &str) -> BTreeMap<Gram, f32> {
    let mut found: BTreeMap<Gram, f32> = BTreeMap::new();
    let text: String = text.chars().filter(|c| !c.is_numeric() && *c != '%' && *c != '％').collect();
    for run in text.split(is_break) {
        let run: Vec<char> = run.chars().collect();
        let weights = weights(&run);
        for (n, c) in run.iter().enumerate() {
            *found.entry((*c, '\0')).or_default() += SINGLE_WEIGHT * weights[n];
            if let Some(next) = run.get(n + 1) {
                *found.entry((*c, *next)).or_default() += weights[n].min(weights[n + 1]);
            }
        }
    }
    found
}

fn weights(run: &[char]) -> Vec<f32> {
    let mut weights = vec![1.0; run.len()];
    for phrase in STOCK_PHRASES.iter() {
        for (n, part) in run.windows(phrase.len()).enumerate() {
            if part == phrase {
                weights[n..n + phrase.len()].fill(STOCK_WEIGHT);
            }
        }
    }
    weights
}

/// A text that is like the one asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Alike {
    /// Which of the index's texts, counted from 0 in the order they were given.
    pub nth: usize,
    /// From 0 (nothing shared) to 1 (the same).
    pub score: f32,
    /// The words both have that weigh most, the weightiest first.
    pub words: Vec<String>,
}

/// Texts that can be asked which of them are like another.
pub struct Index {
    postings: HashMap<Gram, Vec<(u32, f32)>>,
    rarity: HashMap<Gram, f32>,
    texts: u32,
}

impl Index {
    /// An index of these texts.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let all: Vec<BTreeMap<Gram, f32>> = texts.into_iter().map(grams).collect();
        let texts = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let mut known: HashMap<Gram, u32> = HashMap::new();
        for gram in all.iter().flat_map(BTreeMap::keys) {
            *known.entry(*gram).or_default() += 1;
        }
        let rarity = known.into_iter().map(|(gram, n)| (gram, rarity(texts, n))).collect();
        let mut index = Self { postings: HashMap::new(), rarity, texts };
        for (nth, found) in (0u32..).zip(&all) {
            for (gram, weight) in index.vector(found) {
                index.postings.entry(gram).or_default().push((nth, weight));
            }
        }
        index
    }

    fn vector(&self, found: &BTreeMap<Gram, f32>) -> Vec<(Gram, f32)> {
        let weighed = found.iter().map(|(gram, n)| {
            let rare = self.rarity.get(gram).copied().unwrap_or_else(|| rarity(self.texts, 0));
            // The second time a pair stands in a text says less than the first; a part of a stock phrase says little however often it stands.
            (*gram, (1.0 + n.ln_1p()) * rare * n.min(1.0))
        });
        let weighed: Vec<(Gram, f32)> = weighed.collect();
        let length = weighed.iter().map(|(_, w)| w * w).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        weighed.into_iter().map(|(gram, weight)| (gram, weight / length)).collect()
    }

    /// The texts that are like this one from a score on, the most alike first, at most so many.
    pub fn like(&self, text: &str, from: f32, most: usize) -> Vec<Alike> {
        self.like_among(text, from, most, |_| true)
    }

    /// As `like`, of the texts alone that `keep` takes by their place; what it leaves out takes no room of the others.
    pub fn like_among(&self, text: &str, from: f32, most: usize, keep: impl Fn(usize) -> bool) -> Vec<Alike> {
        let vector = self.vector(&grams(text));
        let mut scores: HashMap<u32, f32> = HashMap::new();
        for (gram, weight) in &vector {
            for (nth, other) in self.postings.get(gram).into_iter().flatten() {
                *scores.entry(*nth).or_default() += weight * other;
            }
        }
        let mut found: Vec<(u32, f32)> = scores.into_iter().filter(|(_, score)| *score >= from).collect();
        found.retain(|(nth, _)| usize::try_from(*nth).is_ok_and(&keep));
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(most);
        let shared = |nth: u32| {
            vector
                .iter()
                .filter_map(|(gram, weight)| {
                    let list = self.postings.get(gram)?;
                    let at = list.binary_search_by_key(&nth, |(n, _)| *n).ok()?;
                    Some((*gram, weight * list[at].1))
                })
                .collect::<HashMap<Gram, f32>>()
        };
        found
            .into_iter()
            .map(|(nth, score)| Alike {
                nth: usize::try_from(nth).unwrap_or(usize::MAX),
                score: score.min(1.0),
                words: explained(text, &shared(nth)),
            })
            .collect()
    }
}

/// How much a gram says that stands in `n` of all texts.
#[expect(clippy::cast_precision_loss, reason = "counts of texts are small")]
fn rarity(all: u32, n: u32) -> f32 {
    ((all as f32 + 1.0) / (n as f32 + 0.5)).ln().max(0.0)
}

/// The longest runs of the text whose pairs are all shared, weightiest first.
fn explained(text: &str, shared: &HashMap<Gram, f32>) -> Vec<String> {
    let mut runs: Vec<(String, f32)> = Vec::new();
    let (mut run, mut weight) = (String::new(), 0.0);
    let mut end = |run: &mut String, weight: &mut f32| {
        if run.chars().count() > 1 && !runs.iter().any(|(known, _)| known == run) {
            runs.push((run.clone(), *weight));
        }
        run.clear();
        *weight = 0.0;
    };
    for part in text.split(|c: char| is_break(c) || c.is_numeric()) {
        for c in part.chars() {
            let gram = (run.chars().last().unwrap_or('\0'), c);
            match shared.get(&gram) {
                Some(more) if !run.is_empty() => weight += more,
                _ => end(&mut run, &mut weight),
            }
            run.push(c);
        }
        end(&mut run, &mut weight);
    }
    runs.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    runs.into_iter().filter(|(_, weight)| *weight > 0.0).take(MOST_WORDS).map(|(run, _)| run).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_wholly_alike_and_a_strange_one_is_not_proposed() {
        let texts = ["合同归档不及时", "公务用车无派车记录", "党费收缴不及时"];
        let index = Index::new(texts);
        let found = index.like(texts[0], ALIKE, 10);
        assert_eq!(found[0].nth, 0);
        assert!((found[0].score - 1.0).abs() < 1e-5, "{found:?}");
        assert!(index.like("尾矿库在线监测失修", ALIKE, 10).is_empty());
    }

    #[test]
    fn a_likeness_says_the_words_it_rests_on_and_stock_phrases_are_none() {
        let index = Index::new(["差旅费报销不规范，超标准住宿", "仓库管理不规范，账实不符"]);
        let found = index.like("差旅费审核不规范，有人超标准住宿", ALIKE, 10);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].nth, found[0].words[0].as_str()), (0, "超标准住宿"));
        assert!(found[0].words.contains(&"差旅费".to_owned()), "{found:?}");
    }

    #[test]
    fn nothing_is_like_nothing() {
        assert!(Index::new([]).like("合同", 0.0, 10).is_empty());
        assert!(Index::new(["合同"]).like("", 0.0, 10).is_empty());
        assert!(Index::new(["", "2023，46"]).like("合同", 0.0, 10).is_empty());
    }
}
