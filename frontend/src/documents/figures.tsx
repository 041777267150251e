// The figures of a document: what the records count, what somebody entered and why.
import { useState } from 'react'
import { TextField, blank } from '../ui/form'
import { Refused } from '../ui/parts'
import { moment } from '../ui/words'
import { type Document, useDocumentAct } from './act'
import { type FigureView, hundredths, typed, whole } from './words'

export function Figures({ document, mayEnter }: { document: Document; mayEnter: boolean }) {
  const [open, setOpen] = useState<string | null>(null)
  return (
    <section className="card figuretable" aria-label="数据">
      <h2>数据 <span>由台账计算，改动留名</span></h2>
      <table>
        <tbody>
          {document.figures.map((f) => (
            <tr key={f.key} className={f.entered && !f.is_entered ? 'changed' : undefined}>
              <th scope="row">{f.name}</th>
              <td>
                <b>{f.said ?? '待填'}</b>
                {f.entered && <small>{!f.is_entered && `系统为 ${f.counted}，`}{f.entered.by.name} {moment(f.entered.at)} 填写：{f.entered.reason}</small>}
                {open === f.key && <Enter document={document} figure={f} done={() => setOpen(null)} />}
              </td>
              <td>{mayEnter && open !== f.key && <button type="button" className="plain" onClick={() => setOpen(f.key)} aria-label={`${f.said === null ? '填写' : '更改'}${f.name}`}>{f.said === null || f.is_entered ? '填写' : '更改'}</button>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Enter({ document, figure, done }: { document: Document; figure: FigureView; done: () => void }) {
  const [value, setValue] = useState(() => typed(figure))
  const [reason, setReason] = useState(figure.entered?.reason ?? '')
  const read = figure.is_amount ? hundredths(value) : whole(value)
  const keep = useDocumentAct(document, 'figures', () => ({ figure: figure.key, value: read, reason }), done, () => [...blank({ '/reason': reason }), ...(read === null ? ['/value'] : [])])
  const back = useDocumentAct(document, 'figures', () => ({ figure: figure.key, value: null, reason: '' }), done)
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void keep.submit() }}>
      {!figure.is_entered && <small className="muted">这个数由台账算出。改动会在文件末尾注明系统记录、改为多少、由谁改和理由。</small>}
      <TextField label={figure.is_amount ? '金额（元）' : '数量'} value={value} onChange={setValue} error={keep.at('/value')} />
      <TextField label={figure.is_entered ? '数据来源' : '理由'} rows={2} value={reason} onChange={setReason} error={keep.at('/reason')} />
      <Refused error={keep.error ?? back.error} shown={['/value', '/reason']} />
      <div className="send">
        <button type="submit" className="main" disabled={keep.busy}>保存</button>
        <button type="button" onClick={done}>取消</button>
        {figure.entered && <button type="button" className="plain" disabled={back.busy} onClick={() => void back.submit()}>{figure.is_entered ? '清除' : '恢复系统的数'}</button>}
      </div>
    </form>
  )
}
