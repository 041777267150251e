// The form of a sign request on paper: what is signed, whole, a box for each signature, and the code by which the paper finds its record again.
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { type Schemas, client, get } from '../api/client'
import { Signed } from '../task/requests'
import { Code, blankDate } from '../ui/code'
import { Empty, Loaded } from '../ui/parts'
import { useTitle } from '../ui/title'
import { checkCode, day, moment } from '../ui/words'

export function PaperOfRequest() {
  const { id } = useParams({ from: '/forms/$id' })
  const place = useQuery({ queryKey: ['request', id], queryFn: () => get(client.GET('/api/v1/sign-requests/{id}', { params: { path: { id } } })) })
  return <Loaded query={place}>{(found) => <OfTask place={found} />}</Loaded>
}

function OfTask({ place }: { place: Schemas['RequestPlace'] }) {
  const query = useQuery({ queryKey: ['task', place.task_id], queryFn: () => get(client.GET('/api/v1/tasks/{id}', { params: { path: { id: place.task_id } } })) })
  return (
    <Loaded query={query}>
      {(task) => {
        const request = task.requests.find((r) => r.id === place.id)
        return request ? <Form task={task} request={request} number={place.number} /> : <Empty>这件签批的内容仅限指定人员阅看。</Empty>
      }}
    </Loaded>
  )
}

function Form({ task, request, number }: { task: Schemas['TaskView']; request: Schemas['RequestView']; number: number }) {
  useTitle(`${request.kind_label}签批单 ${number}`)
  const names = (people: Schemas['Named'][]) => people.map((p) => p.name).join('、') || '—'
  const signedAt = (step: Schemas['StepView']) => request.signatures.filter((s) => s.step === step.label && !s.is_void && !s.is_pending)
  return (
    <>
      <div className="head noprint">
        <h1>{request.kind_label}签批单</h1>
        <p>打印后请签批人在对应栏签字，再由整改办登记并上传扫描件</p>
        <div className="acts">
          <Link to="/tasks/$id" params={{ id: task.id }} search={{}} className="button">回到任务</Link>
          <button type="button" className="main" onClick={() => window.print()}>打印</button>
        </div>
      </div>
      <article className="paper card">
        <header>
          <h2>{request.kind_label}签批单</h2>
          <p>第 {number} 号　　校验码 {checkCode(request.content_hash)}</p>
          <Code text={`${window.location.origin}/forms/${request.id}`} />
        </header>
        <table>
          <tbody>
            <tr><th>任务</th><td colSpan={3}>{task.number}　{task.title}</td></tr>
            <tr><th>反馈问题</th><td colSpan={3}>{task.finding_number}　{task.finding}</td></tr>
            <tr><th>责任单位</th><td>{names(task.units)}</td><th>责任领导</th><td>{names(task.leaders)}</td></tr>
            <tr><th>报送</th><td>{request.submitted_by.name}　{moment(request.submitted_at)}</td><th>时限</th><td>{task.due_on ? day(task.due_on) : '长期坚持'}</td></tr>
            <tr><th>所签内容</th><td colSpan={3}><Signed request={request} /></td></tr>
            {request.chain.map((step, i) => {
              const done = signedAt(step)
              return (
                <tr key={i} className="box">
                  <th>{step.label}{step.count > 1 && <small>（{step.count} 人）</small>}</th>
                  <td colSpan={3}>
                    {step.is_met_by_submission && <p>{request.submitted_by.name}　报送即签　{moment(request.submitted_at)}</p>}
                    {done.map((s) => <p key={s.id}>{s.person?.name ?? '会议'}　{s.verdict_label}{s.words && `：${s.words}`}　{day(s.occurred_on)}（{s.mode_label}）</p>)}
                    {!step.is_met_by_submission && done.length < step.count && (
                      <p className="hand">{step.needs_method && <span>核实方式：</span>}<span>意见：</span><span>签字：{step.person && <small>（{step.person.name}）</small>}</span><span>{blankDate}</span></p>
                    )}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
        <footer>
          <p>所签内容全文校验值 {request.content_hash}</p>
          <p>内容改动则校验值改变，本单作废。录入时请核对校验码。</p>
        </footer>
      </article>
    </>
  )
}
