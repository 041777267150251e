// Which columns are shown and in what order, and how the rows are put together.
import { memo } from 'react'
import { Menu } from '../ui/menu'
import { type Column, columns as known } from './columns'
import { type Layout, movedColumn, toggledColumn } from './layout'
import type { Grouping } from './search'

export const Chooser = memo(function Chooser({ shown, setLayout }: { shown: Column[]; setLayout: (layout: Layout) => void }) {
  const hidden = known.filter((c) => !shown.some((s) => s.key === c.key))
  return (
    <Menu className="more colmenu" label="列" face={<>列<i aria-hidden="true" /></>} stays>
      {[...shown, ...hidden].map((c) => {
        const at = shown.findIndex((s) => s.key === c.key)
        const isOn = at >= 0
        return (
          <div key={c.key} className="columnline">
            <label className="check">
              <input type="checkbox" checked={isOn} disabled={c.isFixed} onChange={() => setLayout(toggledColumn(shown, known, c.key))} />
              <span>{c.label}</span>
            </label>
            {isOn && !c.isFixed && (
              <>
                <button type="button" className="plain" aria-label={`${c.label}左移`} disabled={Boolean(shown[at - 1]?.isFixed)} onClick={() => setLayout(movedColumn(shown, known, c.key, -1))}>↑</button>
                <button type="button" className="plain" aria-label={`${c.label}右移`} disabled={at === shown.length - 1} onClick={() => setLayout(movedColumn(shown, known, c.key, 1))}>↓</button>
              </>
            )}
          </div>
        )
      })}
      <button type="button" onClick={() => setLayout([])}>恢复常用列</button>
    </Menu>
  )
})

const groupings: [Grouping, string][] = [['finding', '反馈问题'], ['lead', '牵头单位'], ['none', '不分组']]

export const Groups = memo(function Groups({ by, set, folded, fold }: { by: Grouping; set: (by: Grouping) => void; folded: number; fold: (isAll: boolean) => void }) {
  return (
    <span className="groupby">
      <label>分组 <select aria-label="分组" value={by} onChange={(e) => set(groupings.find(([key]) => key === e.target.value)?.[0] ?? 'none')}>
        {groupings.map(([key, label]) => <option key={key} value={key}>{label}</option>)}
      </select></label>
      {by !== 'none' && <button type="button" className="plain" onClick={() => fold(folded === 0)}>{folded === 0 ? '全部收起' : '全部展开'}</button>}
    </span>
  )
})
