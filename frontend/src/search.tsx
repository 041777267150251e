// The search over every page: tasks, units, people, pages; by keyboard alone from the first letter to the page.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { client, get } from './api/client'
import type { LedgerSearch } from './router'
import { lastSearches, noteSearch } from './searches'
import { useSession } from './session'
import { Shape } from './ui/parts'

/** How long to wait for the next letter, milliseconds. */
const REST = 150

type Hit = { key: string; group: string; face: ReactNode; open: () => void }

export function Search({ pages, onClose }: { pages: Record<string, { to: string; label: string }>; onClose: () => void }) {
  const { me, round } = useSession()
  const navigate = useNavigate()
  const dialog = useRef<HTMLDialogElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const [text, setText] = useState('')
  const [asked, setAsked] = useState('')
  const [at, setAt] = useState(0)
  useEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  useEffect(() => {
    const timer = window.setTimeout(() => setAsked(text.trim()), REST)
    return () => window.clearTimeout(timer)
  }, [text])
  const isLong = asked.length >= 2
  const query = useQuery({
    queryKey: ['search', round?.id, asked],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/search', { params: { path: { id: round?.id ?? '' }, query: { text: asked } } })),
    enabled: Boolean(round) && isLong,
    placeholderData: keepPreviousData,
  })
  const leave = (go: () => unknown) => () => {
    if (asked) noteSearch(me.login, asked)
    onClose()
    void go()
  }
  const ledger = (search: LedgerSearch) => leave(() => navigate({ to: '/ledger', search }))
  const found = isLong ? query.data : undefined
  const hits: Hit[] = [
    ...(found?.tasks ?? []).map((t) => ({
      key: t.id, group: '任务', open: leave(() => navigate({ to: '/tasks/$id', params: { id: t.id }, search: {} })),
      face: <><Shape of={t.light} /><span className="number">{t.number}</span><span className="title">{t.title}</span><small>{[t.lead_unit, t.state_label].filter(Boolean).join('　')}</small></>,
    })),
    ...(found?.is_more ? [{ key: 'more', group: '任务', open: ledger({ text: asked }), face: <span className="title">在台账中看全部含“{asked}”的任务</span> }] : []),
    ...(found?.units ?? []).map((u) => ({ key: u.id, group: '单位', open: ledger({ unit: u.id }), face: <><span className="title">{u.name}</span><small>{u.above}</small></> })),
    ...(found?.people ?? []).map((p) => ({
      key: p.id, group: '人员', open: ledger(p.is_leader ? { leader: p.id } : p.unit_id ? { unit: p.unit_id } : {}),
      face: <><span className="title">{p.name}</span><small>{[p.post, p.is_leader ? '看其负责的任务' : '看所在单位的任务'].filter(Boolean).join('　')}</small></>,
    })),
    ...me.navigation.flatMap((name) => {
      const entry = pages[name]
      return entry && (text.trim() === '' || entry.label.includes(text.trim())) ? [{ key: name, group: '页面', open: leave(() => navigate({ to: entry.to })), face: <span className="title">{entry.label}</span> }] : []
    }),
  ]
  if (text.trim() === '')
    hits.unshift(...lastSearches(me.login).map((said) => ({ key: `last.${said}`, group: '最近搜过', open: () => setText(said), face: <span className="title">{said}</span> })))
  useEffect(() => setAt(0), [asked, found])
  const chosen = Math.min(at, hits.length - 1)
  useEffect(() => list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' }), [chosen])
  const groups = [...new Set(hits.map((h) => h.group))]
  const key = (e: React.KeyboardEvent) => {
    // A letter that is still being composed is not chosen with.
    if (e.nativeEvent.isComposing) return
    const step = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && hits.length > 0) {
      e.preventDefault()
      setAt((chosen + step + hits.length) % hits.length)
    }
    if (e.key === 'Enter') {
      e.preventDefault()
      hits[chosen]?.open()
    }
  }
  return (
    <dialog ref={dialog} className="search" aria-label="搜索" onCancel={(e) => { e.preventDefault(); onClose() }} onClick={(e) => e.target === dialog.current && onClose()}>
      <div className="field">
        <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true"><path d="M11 4a7 7 0 100 14 7 7 0 000-14zM16 16l5 5" /></svg>
        <input
          type="text" role="combobox" aria-label="搜索任务、单位、人员、页面" aria-expanded="true" aria-controls="hits" aria-autocomplete="list" aria-activedescendant={hits[chosen] ? `hit${chosen}` : undefined}
          placeholder="任务编号、单位、姓名、词语，两个字起" autoComplete="off" maxLength={50} value={text} onChange={(e) => setText(e.target.value)} onKeyDown={key}
        />
      </div>
      <div className="hits" id="hits" role="listbox" aria-label="搜索结果" ref={list}>
        {groups.map((group) => (
          <div key={group} role="group" aria-label={group}>
            <h2 role="presentation">{group}</h2>
            {hits.map((hit, i) => hit.group === group && (
              <div key={hit.key} id={`hit${i}`} role="option" aria-selected={i === chosen} onMouseMove={() => setAt(i)} onClick={hit.open}>{hit.face}</div>
            ))}
          </div>
        ))}
      </div>
      {text.trim().length === 1 && <p className="none">再输入一个字。</p>}
      {isLong && asked === text.trim() && !query.isFetching && hits.length === 0 && <p className="none">没有找到“{asked}”。可以换一个词，或只输入编号的一部分。</p>}
      <p className="unseen" role="status">{isLong && !query.isFetching ? `找到 ${hits.length} 项` : ''}</p>
      <footer aria-hidden="true"><span>↑↓ 选择</span><span>回车 打开</span><span>Esc 关闭</span></footer>
    </dialog>
  )
}
