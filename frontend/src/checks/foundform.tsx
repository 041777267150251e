// The form of what is found on the spot. Every key is kept on the device; saving puts it on its way, with or without a network.
import { useEffect, useRef, useState } from 'react'
import { turnedAway } from '../api/intake'
import { useSession } from '../session'
import { named } from '../task/attach'
import { DayField } from '../ui/dayfield'
import { TextField } from '../ui/form'
import { Ask } from '../ui/parts'
import { today } from '../ui/words'
import { type Entry, drop, fresh, keep, queue, readEntry } from './outbox'
import { useOutbox } from './outboxbar'
import { pictures } from './pictures'
import { type Check, type Target, results } from './words'

export function FoundForm({ check, target }: { check: Check; target: Target }) {
  const { me } = useSession()
  const { entries } = useOutbox()
  const of = { person: me.person_id ?? '', check: check.id, task: target.task_id }
  const begin = (): Entry => {
    const { result } = target
    return {
      ...of, number: target.number, result: result?.result ?? '', found: result?.found ?? '', occurred_on: result?.occurred_on ?? today(),
      photos: (result?.files ?? []).map((f) => ({ id: f.id, name: f.filename, received: f.id })), standing: 'writing', key: null, refusal: null, at: Date.now(),
    }
  }
  const stored = entries.find((e) => e.check === of.check && e.task === of.task)
  const standing = stored?.standing
  // What was sent is the server's; what is shown then is what it has.
  const entry = stored && stored.standing !== 'sent' ? stored : begin()
  const [fault, setFault] = useState<string | null>(null)
  const [isWanting, setWanting] = useState(false)
  const [isDropping, setDropping] = useState(false)
  const write = (part: Partial<Entry>) => {
    setFault(null)
    const known = readEntry(of)
    const now = known && known.standing !== 'sent' ? known : begin()
    try {
      keep({ ...now, ...part, standing: 'writing', key: null, at: Date.now() })
    } catch {
      setFault('这台设备存不下了，请先发送或清理后再写')
    }
  }
  const add = async (list: FileList | null) => {
    for (const given of Array.from(list ?? [])) {
      const file = named(given)
      const unfit = turnedAway(file, 'evidence')
      if (unfit) {
        setFault(unfit.text)
        continue
      }
      const id = fresh()
      try {
        await pictures.put(id, file)
      } catch {
        setFault(`${file.name} 在这台设备上存不下`)
        continue
      }
      const known = readEntry(of)
      const photos = known && known.standing !== 'sent' ? known.photos : begin().photos
      write({ photos: [...photos, { id, name: file.name, received: null }] })
    }
  }
  const remove = (id: string) => {
    write({ photos: entry.photos.filter((p) => p.id !== id) })
    void pictures.remove(id).catch(() => undefined)
  }
  const isWhole = entry.result !== '' && entry.found.trim() !== '' && entry.occurred_on !== ''
  const save = () => {
    setWanting(!isWhole)
    if (isWhole) queue(entry)
  }
  const { result } = target
  const isUntouched = !stored && Boolean(result)
  return (
    <section className="card foundform" aria-label="现场情况">
      <h2>现场情况</h2>
      {result?.returned && <div className="missing"><p><b>被退回</b>：{result.returned}</p></div>}
      {result && !result.returned && standing !== 'writing' && standing !== 'refused' && <p className="ok">✓ 已记录，等另一位检查人员复核签名。签名前可以修改。</p>}
      <fieldset className={isWanting && entry.result === '' ? 'wrong' : ''}>
        <legend>结论</legend>
        <div className="verdicts" role="radiogroup" aria-label="结论">
          {results.map((r) => (
            <button key={r.value} type="button" role="radio" aria-checked={entry.result === r.value} className={`finding-${r.value}`} onClick={() => write({ result: r.value })}><b>{r.label}</b><small>{r.hint}</small></button>
          ))}
        </div>
        {isWanting && entry.result === '' && <p className="fault" role="alert">请选择结论</p>}
      </fieldset>
      <TextField label="看到的情况" rows={5} value={entry.found} onChange={(found) => write({ found })} error={isWanting && entry.found.trim() === '' ? '请填写' : undefined} hint="写在哪里、看了什么、问了谁，与台账哪里不同" />
      <DayField label="检查日期" lies="behind" value={entry.occurred_on} onChange={(occurred_on) => write({ occurred_on })} error={isWanting && entry.occurred_on === '' ? '请填写' : undefined} />
      <div className="photos">
        <label className="button"><input type="file" className="hidden" accept="image/jpeg,image/png" capture="environment" onChange={(e) => { void add(e.target.files); e.target.value = '' }} />拍照</label>
        <label className="button"><input type="file" className="hidden" multiple accept=".pdf,.jpg,.jpeg,.png,.docx,.xlsx,.txt" aria-label="添加照片或文件" onChange={(e) => { void add(e.target.files); e.target.value = '' }} />添加照片或文件</label>
      </div>
      {entry.photos.length > 0 && <ul className="thumbs">{entry.photos.map((p) => <Thumb key={p.id} id={p.id} name={p.name} isThere={p.received !== null} onRemove={() => remove(p.id)} />)}</ul>}
      {fault && <p className="refused" role="alert">{fault}</p>}
      {standing === 'refused' && <p className="refused" role="alert"><strong>服务器没有接受：{entry.refusal}</strong><br />填写的内容还在本机，可以修改后再保存。</p>}
      {standing === 'queued' && <p className="note queued" role="status">已存在本机，待发送。有网络时自动发送，也可以继续修改。</p>}
      <div className="send thumb">
        {stored && standing !== 'sent' && <button type="button" className="plain" onClick={() => setDropping(true)}>放弃填写</button>}
        <button type="button" className="main wide" disabled={standing === 'queued' || standing === 'sent' || isUntouched} onClick={save}>{standing === 'queued' ? '待发送' : standing === 'sent' ? '已发送' : isUntouched ? '没有改动' : '保存'}</button>
      </div>
      {isDropping && (
        <Ask title="放弃本机上填写的内容？" verb="放弃" onYes={() => { drop(entry, pictures); setWanting(false); setDropping(false) }} onNo={() => setDropping(false)}>
          <p>文字和还没有发送的照片从本机删除，不能恢复。已经送到的记录不受影响。</p>
        </Ask>
      )}
      <p className="hint">边填边存在本机，断网、刷新都不会丢。</p>
    </section>
  )
}

function Thumb({ id, name, isThere, onRemove }: { id: string; name: string; isThere: boolean; onRemove: () => void }) {
  const image = useRef<HTMLImageElement>(null)
  const [isPicture, setPicture] = useState(false)
  useEffect(() => {
    let href: string | null = null
    let here = true
    void pictures.get(id).then((blob) => {
      if (!here || !blob?.type.startsWith('image/')) return
      href = URL.createObjectURL(blob)
      if (image.current) image.current.src = href
      setPicture(true)
    }, () => undefined)
    return () => {
      here = false
      if (href) URL.revokeObjectURL(href)
    }
  }, [id])
  return (
    <li>
      <img ref={image} alt="" hidden={!isPicture} />
      <span>{name}<small className="muted">{isThere ? '已传' : '在本机'}</small></span>
      <button type="button" className="plain" aria-label={`移除 ${name}`} onClick={onRemove}>✕</button>
    </li>
  )
}
