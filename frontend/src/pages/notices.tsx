// Everything one was told: what is unread first, then all of it.
import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type Schemas, client, get, post } from '../api/client'
import '../styles/notices.css'
import { useSend } from '../ui/form'
import { Empty, Loaded, Refused } from '../ui/parts'
import { useTitle } from '../ui/title'
import { moment } from '../ui/words'

type Page = Schemas['NoticeList']

export function Notices() {
  useTitle('通知')
  const isAll = useSearch({ from: '/notices' }).all !== undefined
  const navigate = useNavigate({ from: '/notices' })
  const queries = useQueryClient()
  const query = useInfiniteQuery({
    queryKey: ['notices', isAll ? 'all' : 'unread'],
    queryFn: ({ pageParam }) => get(client.GET('/api/v1/notices', { params: { query: { unread: isAll ? undefined : true, after: pageParam ?? undefined } } })),
    initialPageParam: null as string | null,
    getNextPageParam: (last: Page) => last.next ?? null,
  })
  const again = () => queries.invalidateQueries({ queryKey: ['notices'] })
  const all = useSend(async () => {
    await post('/notices/read', {})
    await again()
  })
  const unread = query.data?.pages[0]?.unread ?? 0
  return (
    <>
      <div className="head">
        <h1>通知</h1>
        <p>{unread > 0 ? `${unread >= 1000 ? '1000 条以上' : `${unread} 条`}未读` : query.data && '都看过了'}</p>
        <div className="acts">{unread > 0 && <button type="button" className="soft" disabled={all.busy} onClick={() => void all.submit()}>全部标为已读</button>}</div>
      </div>
      <Refused error={all.error} />
      <div className="tabs" role="group" aria-label="范围">
        <button type="button" aria-pressed={!isAll} onClick={() => void navigate({ search: {} })}>未读 <span>{unread > 0 ? unread : ''}</span></button>
        <button type="button" aria-pressed={isAll} onClick={() => void navigate({ search: { all: '1' } })}>全部</button>
      </div>
      <Loaded query={query}>
        {(data: InfiniteData<Page>) => {
          const items = data.pages.flatMap((page) => page.items)
          if (items.length === 0) return <Empty>{isAll ? '还没有通知。任务下发、签批、退回、预警时会通知您。' : <>没有未读的通知。<br /><Link to="/notices" search={{ all: '1' }} className="button">看全部</Link></>}</Empty>
          return (
            <>
              <ul className="card lines told">{items.map((n) => <Line key={n.id} notice={n} again={again} />)}</ul>
              {query.hasNextPage && <div className="pager"><button type="button" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{query.isFetchingNextPage ? '正在读取…' : '更早的'}</button></div>}
            </>
          )
        }}
      </Loaded>
    </>
  )
}

function Line({ notice, again }: { notice: Schemas['NoticeView']; again: () => Promise<void> }) {
  const read = useSend(async () => {
    await post(`/notices/${notice.id}/read`, {})
    await again()
  })
  const open = () => {
    if (!notice.is_read) void read.submit()
  }
  const words = <><b>{notice.text}</b>{(notice.number ?? notice.title) && <span><span className="number">{notice.number}</span>{notice.title}</span>}</>
  return (
    <li className={notice.is_read ? undefined : 'new'}>
      {notice.task_id
        ? <Link to="/tasks/$id" params={{ id: notice.task_id }} search={{}} onClick={open}>{words}</Link>
        : notice.document_id
        ? <Link to="/documents/$id" params={{ id: notice.document_id }} onClick={open}>{words}</Link>
        : notice.publication_id
        ? <Link to="/publications/$id" params={{ id: notice.publication_id }} search={{}} onClick={open}>{words}</Link>
        : notice.systemic_problem_id
        ? <Link to="/systemic/$id" params={{ id: notice.systemic_problem_id }} onClick={open}>{words}</Link>
        : notice.rule_id
        ? <Link to="/rules/$id" params={{ id: notice.rule_id }} search={{}} onClick={open}>{words}</Link>
        : notice.handover_id
        ? <Link to="/handovers/$id" params={{ id: notice.handover_id }} onClick={open}>{words}</Link>
        : notice.accountability_id
        ? <Link to="/accountability/$id" params={{ id: notice.accountability_id }} onClick={open}>{words}</Link>
        : notice.appraisal_id
        ? <Link to="/appraisals/$id" params={{ id: notice.appraisal_id }} onClick={open}>{words}</Link>
        : notice.opinion_id
        ? <Link to="/opinions" search={{ id: notice.opinion_id }} onClick={open}>{words}</Link>
        : notice.slip_id
        ? <Link to="/slips/$id" params={{ id: notice.slip_id }} search={{}} onClick={open}>{words}</Link>
        : notice.meeting_id
        ? <Link to="/meetings/$id" params={{ id: notice.meeting_id }} onClick={open}>{words}</Link>
        : notice.resolution_id
        ? <Link to="/resolutions/$id" params={{ id: notice.resolution_id }} onClick={open}>{words}</Link>
        : notice.duty_act_id
        ? <Link to="/duties" search={{}} onClick={open}>{words}</Link>
        : <Link to="/todo" onClick={open}>{words}</Link>}
      <small>{moment(notice.at)}</small>
      {notice.is_read ? <span className="muted">已读</span> : <button type="button" className="plain" disabled={read.busy} onClick={open}>标为已读</button>}
    </li>
  )
}
