// The first day: an offer above the first page, then a walk along what this person has; left at any time, found again under 帮助.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { useEffect, useLayoutEffect, useState } from 'react'
import { client } from '../api/client'
import { useSession } from '../session'

type Stop = { at: string; title: string; text: string }

/** What there is to say of each entry of the navigation, in its order. */
const entries: Record<string, Omit<Stop, 'at'>> = {
  todo: { title: '我的待办', text: '等您办的事都在这里，按逾期、今日、本周、以后排好。每行右边的按钮就是要办的事，多数不用离开这一页。' },
  overview: { title: '总览', text: '全盘的数字和图。点任何一个数字，看到的就是那几项任务。' },
  ledger: { title: '整改台账', text: '所有您能看到的任务。可筛选、排序、存成视图；点一行展开速览，点编号看全文。' },
  statements: { title: '每周写实', text: '本单位这一周要写的任务一页写完，上周写的摆在旁边。写一句存一句，写完一次提交。' },
  plans: { title: '认领与方案', text: '新下发的任务在这里认领，再把措施细化成节点，一并报审。' },
  signing: { title: '签批', text: '等您签的事。先看签什么、改了哪里，再同意或退回；线下签的也在这里登记。' },
  calendar: { title: '日历', text: '工作日、写实截止、任务和节点到期都在一张月历上。' },
  publications: { title: '公示', text: '整改进展通报和销号公示。内容从记录带入，自动检查、审签之后才能发布。' },
  systemic: { title: '举一反三', text: '几个单位的同类问题认定为共性问题后列在这里：职能部门落实集团层面措施，其他单位对照自查。' },
  appraisals: { title: '考评', text: '得分由记录按方案算出，每一分都能展开到事实；公布后单位可申诉一次，由整改办答复。' },
  handovers: { title: '职务交接', text: '职务终止后仍在名下的事项列在这里；编制清单，双方签字后一次转给接收人。' },
  rules: { title: '制度建设', text: '针对问题建立、修订、废止的制度，到期检验有没有在用；检验通过的才计为长效。' },
  opinions: { title: '群众意见', text: '公示期间收到的意见，每件有承办单位、时限和答复。' },
  duties: { title: '四个亲自', text: '单位正职亲自做的四件事。本人随手记一条，或由单位代填、本人确认。' },
  imports: { title: '导入', text: '把整改方案或手工台账拖进来，先看清楚再入账。' },
  rounds: { title: '轮次与规则', text: '这一轮的日期、领导组、分工和规则。改规则前先看会改变什么。' },
  organisation: { title: '组织与账号', text: '单位、人员、账号和授权。' },
}

const everywhere: Stop[] = [
  { at: '.top .find', title: '搜索', text: '随时按 Ctrl K，输入编号或两个字就能找。' },
  { at: '.top .notices', title: '消息', text: '下发、签批、退回、红灯都会在这里提醒。' },
  { at: '.top .help', title: '帮助', text: '用户手册、灯和状态的含义、快捷键都在这里，也可以再看一遍这个引导。' },
]

const form = 'tour'
const subject = 'first-day'

/** Whether this person has seen or declined the walk; kept with his account, not with the machine. */
function useSeen() {
  const queries = useQueryClient()
  const query = useQuery({
    queryKey: ['tour'],
    queryFn: async () => (await client.GET('/api/v1/drafts/{form}/{subject}', { params: { path: { form, subject } } })).response.status === 200,
    staleTime: Infinity,
  })
  const see = () => {
    queries.setQueryData(['tour'], true)
    void client.PUT('/api/v1/drafts/{form}/{subject}', { params: { path: { form, subject } }, body: { body: { seen: true } as unknown as Record<string, never> } }).catch(() => undefined)
  }
  return { isNew: query.data === false, see }
}

const listeners = new Set<() => void>()
/** Starts the walk from anywhere. */
export const startTour = () => listeners.forEach((start) => start())

export function Tour() {
  const { isNew, see } = useSeen()
  const [isWalking, setWalking] = useState(false)
  // Offered where one arrives, not in the middle of work.
  const isHome = useLocation({ select: (at) => at.pathname === '/todo' || at.pathname === '/organisation' })
  useEffect(() => {
    const start = () => setWalking(true)
    listeners.add(start)
    return () => void listeners.delete(start)
  }, [])
  if (isWalking) return <Walk onEnd={() => { setWalking(false); see() }} />
  if (!isNew || !isHome) return null
  return (
    <aside className="welcome card" aria-label="初次使用">
      <p><b>第一次使用？</b>用一分钟看一遍各处是做什么的。</p>
      <button type="button" className="soft" onClick={() => setWalking(true)}>看一遍</button>
      <button type="button" className="plain" onClick={see}>不用了</button>
    </aside>
  )
}

function Walk({ onEnd }: { onEnd: () => void }) {
  const { me } = useSession()
  const [stops] = useState(() => [
    ...me.navigation.flatMap((name) => (entries[name] ? [{ at: `.side a[href="/${name}"]`, ...entries[name] }] : [])),
    ...everywhere,
  ].filter((stop) => document.querySelector(stop.at)))
  const [n, setN] = useState(0)
  const stop = stops[n]
  const [place, setPlace] = useState<DOMRect | null>(null)
  useLayoutEffect(() => {
    const target = stop && document.querySelector(stop.at)
    if (!target) return
    const measure = () => setPlace(target.getBoundingClientRect())
    measure()
    target.classList.add('toured')
    window.addEventListener('resize', measure)
    return () => {
      target.classList.remove('toured')
      window.removeEventListener('resize', measure)
    }
  }, [stop])
  useEffect(() => {
    const key = (e: KeyboardEvent) => e.key === 'Escape' && onEnd()
    window.addEventListener('keydown', key)
    return () => window.removeEventListener('keydown', key)
  }, [onEnd])
  if (!stop) return null
  const isLast = n === stops.length - 1
  return (
    <aside className="tour card" role="dialog" aria-label={`引导 ${n + 1}/${stops.length}`} style={place ? beside(place) : undefined}>
      <p><b>{stop.title}</b></p>
      <p>{stop.text}</p>
      <div className="send">
        <small className="muted">{n + 1} / {stops.length}</small>
        {n > 0 && <button type="button" className="plain" onClick={() => setN(n - 1)}>上一处</button>}
        {!isLast && <button type="button" className="plain" onClick={onEnd}>不看了</button>}
        <button type="button" className="main" autoFocus key={n} onClick={() => (isLast ? onEnd() : setN(n + 1))}>{isLast ? '开始使用' : '下一处'}</button>
      </div>
    </aside>
  )
}

const width = 300
const height = 180

/** To the right of what it is about where there is room, else below or above it, always on the screen. */
function beside(of: DOMRect) {
  const within = (value: number, most: number) => Math.max(8, Math.min(value, most - 8))
  const hasRoom = of.right + width + 24 < window.innerWidth
  const left = hasRoom ? of.right + 12 : within(of.left + of.width / 2 - width / 2, window.innerWidth - width)
  const below = of.bottom + 12 + height < window.innerHeight
  const top = hasRoom ? within(of.top, window.innerHeight - height) : below ? of.bottom + 12 : within(of.top - height - 12, window.innerHeight)
  return { left, top, width }
}
