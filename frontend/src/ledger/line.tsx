// A line of the ledger's table: a task, the heading of a group, a glance, a place that waits. One that did not change is left alone.
import { type ReactNode, memo, startTransition, useEffect, useState } from 'react'
import { type Chosen, useIsChosen } from './chosen'
import { afterPaint } from '../ui/paint'
import type { Column } from './columns'
import { Peek } from './peek'
import { type Group, type Item, groupKey } from './rows'

/** Where its height is only known once it is there, it is measured under its index. */
export type Measured = { index?: number; measure?: (node: Element | null) => void }

export const TaskRow = memo(function TaskRow({ index, measure, nth, item, columns, offsets, chosen, isAt, isPeeked, press, unfold }: Measured & {
  /** Its place among the lines that have one. */
  nth: number
  item: Item
  columns: Column[]
  offsets: (number | undefined)[]
  /** None where nothing can be chosen. */
  chosen: Chosen | null
  isAt: boolean
  isPeeked: boolean
  press: (item: Item, isShift: boolean) => void
  unfold: (id: string) => void
}) {
  const cells = <Cells item={item} columns={columns} offsets={offsets} isPeeked={isPeeked} unfold={unfold} />
  const line = (isChosen: boolean, pick?: ReactNode) => (
    <tr className={['task', isChosen && 'chosen', isPeeked && 'peeked', isAt && 'at'].filter(Boolean).join(' ')} aria-rowindex={nth + 2} data-index={index} ref={measure}>{pick}{cells}</tr>
  )
  return chosen ? <Choosable chosen={chosen} item={item} press={press} line={line} /> : line(false)
})

function Choosable({ chosen, item, press, line }: { chosen: Chosen; item: Item; press: (item: Item, isShift: boolean) => void; line: (isChosen: boolean, pick: ReactNode) => ReactNode }) {
  const isChosen = useIsChosen(chosen, item.id)
  return line(isChosen, <td className="pick fixed" style={{ left: 0 }}><input type="checkbox" aria-label={`选择 ${item.number}`} checked={isChosen} onClick={(e) => press(item, e.shiftKey)} onChange={() => undefined} /></td>)
}

/** What a line says stays as it is while it is chosen, or stood at. */
const Cells = memo(function Cells({ item, columns, offsets, isPeeked, unfold }: { item: Item; columns: Column[]; offsets: (number | undefined)[]; isPeeked: boolean; unfold: (id: string) => void }) {
  return columns.map((c, i) => (
    <td key={c.key} className={[c.className, c.isFixed && 'fixed'].filter(Boolean).join(' ') || undefined} style={c.isFixed ? { left: offsets[i] } : undefined} data-label={c.label}>
      {c.key === 'number' && <button type="button" className="unfold" aria-expanded={isPeeked} aria-label={`${item.number} 速览`} onClick={() => unfold(item.id)}>›</button>}
      {c.cell(item)}
    </td>
  ))
})

export const GroupRow = memo(function GroupRow({ index, measure, group, isFolded, fold, span }: Measured & { group: Group; isFolded: boolean; fold: (key: string) => void; span: number }) {
  const name = group.label || '尚未确定牵头单位'
  // The heading answers at once; its rows follow.
  const [pressed, setPressed] = useState<boolean | null>(null)
  useEffect(() => setPressed(null), [isFolded])
  const isShut = pressed ?? isFolded
  const press = () => {
    setPressed(!isShut)
    afterPaint(() => startTransition(() => fold(groupKey(group))))
  }
  return (
    <tr className="group" data-index={index} ref={measure}>
      <td colSpan={span}>
        <div className="groupline">
          <button type="button" className="unfold" aria-expanded={!isShut} aria-label={`${group.number} ${name}${isShut ? '，展开' : '，收起'}`} onClick={press}>›</button>
          <b>{group.number && `${group.number}　`}<span title={name}>{name}</span></b>
          <small>{group.aspect && `${group.aspect}　`}任务 {group.tasks}{group.measures > 0 && `，措施 ${group.measures}`}{group.closed > 0 && `，已销号 ${group.closed}`}</small>
          {group.red > 0 && <small className="late">红灯 {group.red}</small>}
          {group.yellow > 0 && <small className="amber">预警 {group.yellow}</small>}
        </div>
      </td>
    </tr>
  )
})

export const PeekRow = memo(function PeekRow({ index, measure, id, span }: Measured & { id: string; span: number }) {
  return <tr className="peek" data-index={index} ref={measure}><td colSpan={span}><Peek id={id} /></td></tr>
})

export const WaitRow = memo(function WaitRow({ index, measure, span }: Measured & { span: number }) {
  return <tr className="wait" data-index={index} ref={measure}><td colSpan={span}><span className="bone" aria-label="正在读取" role="img" /></td></tr>
})
