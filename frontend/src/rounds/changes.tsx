// What a policy would change: setting by setting, and what follows for the tasks that are under way.
import { Link } from '@tanstack/react-router'
import type { Schemas } from '../api/client'
import { Light } from '../ui/parts'
import { until } from '../ui/words'
import { Patched } from './palette'

export function Changes({ preview }: { preview: Schemas['PolicyPreview'] }) {
  return (
    <>
      <div className="scroll">
        <table className="changes">
          <thead><tr><th>规则</th><th>现行</th><th>改为</th></tr></thead>
          <tbody>{preview.changes.map((c) => <tr key={c.pointer}><td>{c.label}</td><td><Patched text={c.before || '（空）'} /></td><td><mark><Patched text={c.after || '（空）'} /></mark></td></tr>)}</tbody>
        </table>
      </div>
      <ul className="effects">
        <li>灯：{preview.lights.map((l) => `${l.label} ${l.before === l.after ? l.before : `${l.before} → ${l.after}`}`).join('，')}{preview.is_whole ? '' : '（任务很多，只推算了前一部分）'}</li>
        {preview.cut_off_before !== preview.cut_off_after && <li>本周写实截止：{until(preview.cut_off_before) || '无'} → {until(preview.cut_off_after) || '无'}</li>}
        {preview.n_open_requests > 0 && <li>正在签批的 {preview.n_open_requests} 件按报送时的签批链走完，不受影响。</li>}
        <li>已定的认领、方案时限不变；新规则只管今后下发和认领的。</li>
      </ul>
      {preview.tasks.length > 0 && (
        <details>
          <summary>灯会变的 {preview.n_tasks_changed} 项{preview.n_tasks_changed > preview.tasks.length && `（列出前 ${preview.tasks.length} 项）`}</summary>
          <ul className="lightchanges">
            {preview.tasks.map((t) => <li key={t.task_id}><Link to="/tasks/$id" params={{ id: t.task_id }} search={{}} className="number">{t.number}</Link><Light light={t.before} /> → <Light light={t.after} withReason /></li>)}
          </ul>
        </details>
      )}
    </>
  )
}
