// The workbook of a unit's plans: fetched, brought back filled, shown as a difference, and saved plan by plan by the same act as in the form.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, type Schemas, client, post } from '../api/client'
import { Results } from '../ledger/batch'
import '../styles/statements.css'
import { FillBook } from '../ui/fillbook'
import { useSend } from '../ui/form'
import { Dialog, Refused } from '../ui/parts'
import { said } from '../ui/words'

type Preview = Schemas['PlanWorkbookPreview']
type Plan = Schemas['PlanDifferenceView']
type Change = Schemas['PlanChangeView']

export function PlanWorkbook({ round, unit }: { round: string; unit: string }) {
  const [found, setFound] = useState<{ preview: Preview; name: string } | null>(null)
  return (
    <>
      <FillBook<Preview> path={`/rounds/${round}/plans/workbook`} query={{ unit }} fetch="下载方案表" bring="传回填好的方案表" onPreview={(preview, name) => setFound({ preview, name })} />
      {found && <Difference preview={found.preview} name={found.name} onClose={() => setFound(null)} />}
    </>
  )
}

type Ended = { done: number; refused: Schemas['BatchResult'][] }

function Difference({ preview, name, onClose }: { preview: Preview; name: string; onClose: () => void }) {
  const queries = useQueryClient()
  const offered = preview.plans.filter((p) => p.plan)
  const conflicts = preview.plans.filter((p) => p.is_conflict)
  const [chosen, setChosen] = useState(new Set(offered.map((p) => p.task_id)))
  const [at, setAt] = useState(0)
  const [ended, setEnded] = useState<Ended | null>(null)
  const taken = offered.filter((p) => chosen.has(p.task_id))
  const toggle = (id: string) => {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    setChosen(next)
  }
  const form = useSend(async () => {
    const end: Ended = { done: 0, refused: [] }
    try {
      for (const [i, plan] of taken.entries()) {
        setAt(i)
        const problem = await saved(plan)
        if (problem) end.refused.push({ id: plan.task_id, problem })
        else end.done += 1
      }
    } finally {
      await queries.invalidateQueries()
    }
    setEnded(end)
  })
  return (
    <Dialog isWide title={ended ? '存入结果' : `核对“${name}”`} onClose={onClose}>
      {ended ? (
        <div className="difference">
          <p role="status">{ended.done > 0 ? `已存入 ${ended.done} 项方案，核对无误后一并报送。` : '没有存入。'}</p>
          <Results refused={ended.refused} items={taken.map((p) => ({ id: p.task_id, number: p.number }))} />
        </div>
      ) : (
        <div className="difference">
          <Faults faults={preview.faults} />
          {conflicts.map((plan) => <Conflict key={plan.task_id} plan={plan} />)}
          {offered.length === 0 ? (
            <p className="muted">{preview.faults.length + conflicts.length === 0 ? '与已存的方案一样，没有要改的。' : '没有可以存入的方案，请改好后再来。'}</p>
          ) : (
            <>
              <p className="muted">存入后仍是未报送的方案{preview.unchanged > 0 && `；另有 ${preview.unchanged} 项没有改动`}。页面上还没存的草稿以表为准。</p>
              <div className="scroll">
                <table>
                  <thead><tr><th><span className="unseen">选择</span></th><th>任务</th><th>内容</th><th>改动</th></tr></thead>
                  <tbody>{offered.map((plan) => plan.changes.map((change, i) => (
                    <tr key={`${plan.task_id}.${i}`}>
                      {i === 0 && <td className="tick" rowSpan={plan.changes.length}><input type="checkbox" aria-label={`存入 ${plan.number}`} checked={chosen.has(plan.task_id)} disabled={form.busy} onChange={() => toggle(plan.task_id)} /></td>}
                      {i === 0 && <td rowSpan={plan.changes.length}><span className="number">{plan.number}</span>{plan.title}</td>}
                      <Sides change={change} />
                    </tr>
                  )))}</tbody>
                </table>
              </div>
            </>
          )}
          <Refused error={form.error} />
        </div>
      )}
      <div className="send">
        {!ended && offered.length > 0 && <button type="button" className="main" disabled={form.busy || taken.length === 0} data-focus onClick={() => void form.submit()}>{form.busy ? `正在存入 ${at + 1} / ${taken.length}…` : `存入 ${taken.length} 项方案`}</button>}
        <button type="button" disabled={form.busy} onClick={onClose}>{!ended && offered.length > 0 ? '不采用' : '关闭'}</button>
      </div>
    </Dialog>
  )
}

/** Saves one plan on the version it was compared with; what was typed and not saved gives way. A refusal is said beside its task, anything else stops it all. */
async function saved(plan: Plan): Promise<Schemas['Problem'] | null> {
  try {
    await post(`/tasks/${plan.task_id}/plan`, plan.plan, plan.version)
  } catch (error) {
    if (error instanceof ApiError && error.problem.status >= 400 && error.problem.status < 500) return error.problem
    throw error
  }
  await client.DELETE('/api/v1/drafts/{form}/{subject}', { params: { path: { form: 'plan', subject: plan.task_id } } }).catch(() => undefined)
  return null
}

function Faults({ faults }: { faults: Schemas['CellFaultView'][] }) {
  if (faults.length === 0) return null
  return (
    <div className="missing">
      <p><b>有 {faults.length} 处没有采用</b></p>
      <ul>{faults.map((f, i) => <li key={i}>{f.cell}：{said(f.text)}</li>)}</ul>
    </div>
  )
}

/** Somebody saved the plan after the workbook was made: both sides, and nothing is taken. */
function Conflict({ plan }: { plan: Plan }) {
  const parts = [...new Set([...plan.theirs, ...plan.changes].map((c) => c.what))]
  const side = (all: Change[], what: string) => all.filter((c) => c.what === what).map((c) => c.after ?? '删去').join('\n')
  return (
    <div className="missing">
      <p><b>{plan.number} {plan.title}：下载以后又存过，没有采用。请重新下载再填。</b></p>
      <table>
        <thead><tr><th>内容</th><th>页面上存的</th><th>表里写的</th></tr></thead>
        <tbody>{parts.map((what) => (
          <tr key={what}>
            <td className="nowrap">{what}</td>
            <td>{side(plan.theirs, what) || <span className="muted">没有改</span>}</td>
            <td>{side(plan.changes, what) || <span className="muted">没有改</span>}</td>
          </tr>
        ))}</tbody>
      </table>
    </div>
  )
}

/** Old above new, so that both are seen on a phone as well. */
function Sides({ change }: { change: Change }) {
  return (
    <>
      <td>{change.what}<small className="muted">{change.kind_label}{change.cell && `，${change.cell}`}</small></td>
      <td>{change.before && <del>{change.before}</del>}{change.before && change.after && <br />}{change.after && <ins>{change.after}</ins>}</td>
    </>
  )
}
