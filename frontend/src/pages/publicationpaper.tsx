// A publication for the notice board, on A4 or A3, and for who signs it on paper: the text, then the boxes to be signed by hand.
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { type Publication, fetchPublication } from '../publications/act'
import '../styles/paper.css'
import '../styles/publications.css'
import { blankDate } from '../ui/code'
import { Loaded } from '../ui/parts'
import { useTitle } from '../ui/title'
import { checkCode, day } from '../ui/words'

export function PaperOfPublication() {
  const { id } = useParams({ from: '/publications/$id/paper' })
  const query = useQuery({ queryKey: ['publication', id], queryFn: () => fetchPublication(id) })
  return <Loaded query={query}>{(of) => <Sheet of={of} />}</Loaded>
}

function Sheet({ of }: { of: Publication }) {
  useTitle(of.title)
  const [isLarge, setLarge] = useState(false)
  const open = of.request?.is_open ? of.request : null
  const contact = [['监督电话', of.contact.phone], ['信箱', of.contact.mailbox], ['电子邮箱', of.contact.email], ['接待窗口', of.contact.window]].filter(([, value]) => value)
  return (
    <>
      <div className="head noprint">
        <h1>打印张贴</h1>
        <p>{of.published_on ? '已发布，可以张贴' : open ? '审签稿：打印后请签批人签字，再由整改办登记并上传扫描件' : '还没有发布，不要张贴'}</p>
        <div className="acts">
          <Link to="/publications/$id" params={{ id: of.id }} search={{}} className="button">回到公示</Link>
          <button type="button" onClick={() => setLarge(!isLarge)}>{isLarge ? '改用 A4' : '改用 A3 大字'}</button>
          <button type="button" className="main" onClick={() => window.print()}>打印</button>
        </div>
      </div>
      <article className={isLarge ? 'paper card poster large' : 'paper card poster'}>
        <h2>{of.title}</h2>
        {of.lead.split('\n').filter(Boolean).map((p) => <p key={p}>{p}</p>)}
        {of.sentences.map((s) => <p key={s}>{s}</p>)}
        {of.items.length > 0 && <h3>具体问题整改情况</h3>}
        {of.items.map((item, i) => (
          <section key={item.id}>
            <h4>{i + 1}. {item.text.problem}</h4>
            {item.text.measures && <p><b>整改措施：</b>{item.text.measures}</p>}
            {item.text.outcome && <p><b>整改成效：</b>{item.text.outcome}</p>}
          </section>
        ))}
        {of.next && <><h3>下一步打算</h3>{of.next.split('\n').filter(Boolean).map((p) => <p key={p}>{p}</p>)}</>}
        {contact.length > 0 && <h3>联系方式</h3>}
        {contact.map(([label, value]) => <p key={label}>{label}：{value}</p>)}
        {of.published_on && <p className="sign">公示期：{day(of.published_on)}至{day(of.until_on)}</p>}
        {open && (
          <table>
            <tbody>
              {open.chain.map((step) => (
                <tr key={step.label} className="box"><th>{step.label}</th><td><p className="hand"><span>意见：</span><span>签字：{step.person && <small>（{step.person.name}）</small>}</span><span>{blankDate}</span></p></td></tr>
              ))}
              <tr><th>校验码</th><td>{checkCode(open.content_hash)}　{open.content_hash}</td></tr>
            </tbody>
          </table>
        )}
      </article>
    </>
  )
}
