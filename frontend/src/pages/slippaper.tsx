// A slip on paper: all of its parts in the usual order, boxes to be signed by hand where nobody has, and the code by which the paper finds its record.
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { fetchSlip } from '../slips/act'
import type { Slip } from '../slips/words'
import '../styles/paper.css'
import { Code, blankDate } from '../ui/code'
import { Loaded } from '../ui/parts'
import { useTitle } from '../ui/title'
import { checkCode, day, moment } from '../ui/words'

export function PaperOfSlip() {
  const { id } = useParams({ from: '/slips/$id/paper' })
  const query = useQuery({ queryKey: ['slip', id], queryFn: () => fetchSlip(id) })
  return <Loaded query={query}>{(slip) => <Form slip={slip} />}</Loaded>
}

function Form({ slip }: { slip: Slip }) {
  useTitle(slip.name)
  const year = new Date().getFullYear()
  const due = slip.due_on ?? slip.asked_due_on
  const answer = slip.answers[slip.answers.length - 1]
  const steps = slip.request?.chain ?? []
  const signedAt = (label: string) => (slip.request?.signatures ?? []).filter((s) => s.step === label && !s.is_void && !s.is_pending)
  return (
    <>
      <div className="head noprint">
        <h1>{slip.name}</h1>
        <p>{slip.number ? '已签发' : slip.request ? '打印后请签发人签字，再由整改办登记并上传扫描件；编号在签发后生成' : '还没有送签，没有校验码'}</p>
        <div className="acts">
          <Link to="/slips/$id" params={{ id: slip.id }} search={{}} className="button">回到督办单</Link>
          <button type="button" className="main" onClick={() => window.print()}>打印</button>
        </div>
      </div>
      <article className="paper card">
        <header>
          <h2>{slip.level_label}</h2>
          <p>{slip.number ?? `〔${year}〕　　号`}{slip.request && `　　校验码 ${checkCode(slip.request.content_hash)}`}</p>
          <Code text={`${window.location.origin}/slips/${slip.id}`} />
        </header>
        <table>
          <tbody>
            <tr><th>督办等级</th><td>{slip.level_label}</td><th>缓急</th><td>{slip.urgency_label}</td></tr>
            <tr><th>{slip.is_referral ? '涉及单位' : '牵头单位'}</th><td>{slip.unit.name}</td><th>配合单位</th><td>{slip.supporting.map((u) => u.name).join('、') || '—'}</td></tr>
            <tr><th>事项</th><td colSpan={3}>{slip.title}</td></tr>
            <tr><th>依据</th><td colSpan={3}>{slip.basis}{slip.task && !slip.basis.includes(slip.task.number) && `（任务编号 ${slip.task.number}）`}</td></tr>
            <tr><th>存在差距</th><td colSpan={3} className="prose">{slip.gap}</td></tr>
            <tr><th>办理要求</th><td colSpan={3} className="prose">{slip.asked}</td></tr>
            <tr><th>办结时限</th><td colSpan={3}>{due ? day(due) : `自签发之日起 ${slip.answer_working_days ?? '　'} 个工作日`}</td></tr>
            {steps.map((step, i) => {
              const done = signedAt(step.label)
              return (
                <tr key={i} className="box">
                  <th>{step.label}</th>
                  <td colSpan={3}>
                    {done.map((s) => <p key={s.id}>{s.person?.name ?? '会议'}　{s.verdict_label}{s.words && `：${s.words}`}　{day(s.occurred_on)}（{s.mode_label}）</p>)}
                    {done.length < step.count && <p className="hand"><span>意见：</span><span>签字：{step.person && <small>（{step.person.name}）</small>}</span><span>{blankDate}</span></p>}
                  </td>
                </tr>
              )
            })}
            {slip.is_referral ? (
              <tr className="box"><th>移交</th><td colSpan={3}>{slip.hand_over ? `${day(slip.hand_over.on)}　${slip.hand_over.document}` : <p className="hand"><span>文号：</span><span>接收人：</span><span>{blankDate}</span></p>}</td></tr>
            ) : (
              <>
                <tr className="box"><th>签收</th><td colSpan={3}>{slip.receipt ? `${slip.receipt.by.name}　${moment(slip.receipt.at)}${slip.receipt.on_behalf ? '（办公室代报）' : ''}` : <p className="hand"><span>签收人：</span><span>{blankDate}</span></p>}</td></tr>
                <tr className="box"><th>办理结果</th><td colSpan={3} className="prose">{answer && <>{answer.words}<br />{answer.files.map((f) => f.filename).join('、')}<br />{answer.by.name}　{moment(answer.at)}</>}</td></tr>
                <tr className="box"><th>复核意见</th><td colSpan={3} className="prose">{answer?.review ? `${answer.review.is_accepted ? '同意办结' : '退回'}${answer.review.words ? `：${answer.review.words}` : ''}　${answer.review.by.name}　${moment(answer.review.at)}` : <p className="hand"><span>意见：</span><span>签字：</span><span>{blankDate}</span></p>}</td></tr>
              </>
            )}
          </tbody>
        </table>
        <footer>
          {slip.request && <p>所签内容全文校验值 {slip.request.content_hash}</p>}
          <p>一单一事。内容改动则校验值改变，本单作废。</p>
        </footer>
      </article>
    </>
  )
}
