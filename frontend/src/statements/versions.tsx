// Two versions of what a row says: read, and chosen between.
import '../styles/statements.css'
import { moment } from '../ui/words'
import { type Field, type Texts, fields, labels, texts } from './values'

type Said = Partial<Record<Field, string | null>>

/** What a revision says, field by field. */
export function Words({ of, title }: { of: Said; title: string }) {
  const said = texts(of)
  return (
    <div className="words">
      <small className="muted">{title}</small>
      {fields.filter((f) => said[f] !== '').map((f) => (
        <p key={f}>{f !== 'progress' && <small className="muted">{labels[f]}　</small>}{said[f]}</p>
      ))}
    </div>
  )
}

/** Somebody handed in another version while this one was written. */
export function Conflict({ mine, theirs, onMine, onTheirs }: { mine: Texts; theirs: Said & { revision: number; at: string }; onMine: () => void; onTheirs: () => void }) {
  const said = texts(theirs)
  const shown = fields.filter((f) => mine[f].trim() !== '' || said[f] !== '')
  return (
    <section className="twoversions" aria-label="两个版本">
      <p className="note">您写的时候，本单位又交了一版。两版都在这里，请选用哪一版。</p>
      <div className="pair">
        <div><h3>您写的</h3>{shown.map((f) => <p key={f}><small className="muted">{labels[f]}</small>{mine[f] || '—'}</p>)}</div>
        <div><h3>第 {theirs.revision} 版，{moment(theirs.at)} 交</h3>{shown.map((f) => <p key={f}><small className="muted">{labels[f]}</small>{said[f] || '—'}</p>)}</div>
      </div>
      <div className="send">
        <button type="button" className="main" onClick={onMine}>用我写的继续改，另存一版</button>
        <button type="button" onClick={onTheirs}>用已交的，放弃我写的</button>
      </div>
    </section>
  )
}
