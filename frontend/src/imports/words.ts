// Words of the importer, and the addresses of cells.
import type { Schemas } from '../api/client'

export const meanings: readonly (readonly [Schemas['Meaning'], string])[] = [
  ['ignored', '不导入'], ['kept', '保留原文'], ['ordinal', '序号'], ['aspect', '方面'], ['finding_number', '问题编号'], ['finding', '反馈问题'],
  ['item_number', '具体问题编号'], ['item', '具体问题'], ['task_number', '任务编号'], ['measure_number', '措施编号'], ['measure', '整改措施'], ['objective', '整改目标'],
  ['criterion', '完成标准'], ['disposition', '处置类型'], ['due', '完成时限'], ['milestones', '阶段节点'], ['lead_leaders', '牵头领导'], ['leaders', '责任领导'],
  ['lead_units', '牵头单位'], ['units', '责任单位'], ['supporting', '配合单位'], ['persons', '责任人'], ['units_and_persons', '责任单位和责任人'],
  ['status', '完成情况'], ['done_on', '办结日期'], ['basis', '办结依据'], ['remark', '备注'],
]

export const reasons: Record<string, string> = {
  title: '标题', section: '方面', total: '合计', signature: '落款', note: '说明', duplicate: '重复', hidden_sheet: '隐藏的表',
}

/** What doubts of a kind have in common. */
export const kinds: Record<string, string> = {
  unit_unknown: '单位对不上', unit_open: '没有写明单位', unit_ambiguous: '单位不止一个', unit_repeated: '单位重复', person_unknown: '人员对不上', person_open: '没有写明人员',
  person_ambiguous: '同名人员', person_repeated: '人员重复', date_unclear: '时限看不懂', due_missing: '没有时限', measure_missing: '没有措施', measure_parts: '措施分条不明', item_missing: '没有具体问题',
  finding_missing: '没有反馈问题', disposition_unknown: '处置类型看不懂', disposition_differs: '处置类型前后不同', disposition_conflict: '“长期坚持”与时限不合',
  status_unclear: '完成情况看不懂', share_typed: '写了百分比', closing_incomplete: '存量办结缺依据', closing_unfinished: '存量办结仍不全', cell_misplaced: '像是写错了列',
  cell_unplaced: '没有表头的格', row_unplaced: '看不出归属的行', row_repeated: '像是重复的行', column_repeated: '重复的列', column_guessed: '按内容读的列', header_missing: '没有找到表头', matter_missing: '没有问题列',
  problem_parts: '问题分条不明', cell_more: '一格写了几样', row_part: '未导入的行里的格', row_joined: '并入上一行的行', row_passed: '略过的行', row_bare: '只写了问题的行', cell_blank: '空着的格', title_repeated: '几项问题相同',
  layout_unsure: '看不准的版式', count_differs: '与合计不符', roles_unsure: '牵头配合不明',
  formula_error: '公式出错', text_too_long: '文字过长', milestone_unclear: '节点看不懂', classified: '密级标志', list_missing: '缺少清单',
}

/** A, B … Z, AA of 1, 2 … */
export function columnName(column: number): string {
  let name = ''
  for (let n = column; n > 0; n = Math.floor((n - 1) / 26)) name = String.fromCharCode(65 + ((n - 1) % 26)) + name
  return name
}

/** 12 of F12. */
export function rowOf(cell: string): number {
  return Number(cell.replace(/^[A-Z]+/, '')) || 1
}
