// The templates of documents and forms: taken away, changed in Word, brought back; a broken one is refused with its places.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, get, save, upload } from '../api/client'
import '../styles/documents.css'
import { FileField, useSend } from '../ui/form'
import { Loaded, Refused } from '../ui/parts'
import { useTitle } from '../ui/title'
import { moment } from '../ui/words'

type Template = Schemas['TemplateView']

export function Templates() {
  useTitle('文书模板')
  const query = useQuery({ queryKey: ['templates'], queryFn: () => get(client.GET('/api/v1/document-templates')) })
  return (
    <>
      <p className="pathline"><Link to="/documents">文书</Link> › 模板</p>
      <div className="head">
        <h1>文书模板</h1>
        <p>下载后在 Word 或 WPS 里改版式和固定的文字，双层花括号里的名称由系统填写；上传后新拟制的文书用新模板，已有的不变。</p>
      </div>
      <Loaded query={query}>{(list) => <div className="templates">{list.map((t) => <One key={t.kind} template={t} />)}</div>}</Loaded>
    </>
  )
}

function One({ template }: { template: Template }) {
  const queries = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const fetching = useSend(() => save(`/document-templates/${template.kind}/file`))
  const putting = useSend(async () => {
    if (!file) return
    await upload(`/document-templates/${template.kind}`, { filename: file.name }, file, 'evidence')
    setFile(null)
    await queries.invalidateQueries({ queryKey: ['templates'] })
  })
  const holding = template.versions.find((v) => v.holds)
  return (
    <section className="card stack" aria-label={template.label}>
      <h2>{template.label} <span>{holding ? `第 ${holding.version} 版　${from(holding)}　${moment(holding.at)}` : '系统自带，尚未用过'}</span></h2>
      <div className="send">
        <button type="button" disabled={fetching.busy} onClick={() => void fetching.submit()}>下载现行模板</button>
      </div>
      <FileField label="换成改好的模板（docx）" accept=".docx" chosen={file ? [file] : []} onChoose={([chosen]) => setFile(chosen ?? null)} />
      {file && <div className="send"><button type="button" className="main" disabled={putting.busy} onClick={() => void putting.submit()}>{putting.busy ? '正在检查…' : '检查并启用'}</button></div>}
      <Refused error={putting.error ?? fetching.error} />
      <details>
        <summary>可用的名称 <span className="muted">{template.names.length} 个</span></summary>
        <Names names={template.names} />
      </details>
      {template.versions.some((v) => !v.holds) && (
        <details>
          <summary>历次版本</summary>
          <ul>{template.versions.map((v) => <Version key={v.version} kind={template.kind} version={v} />)}</ul>
        </details>
      )}
    </section>
  )
}

/** Where a version came from. */
const from = (version: Schemas['TemplateVersionView']) => version.pack ? `制度包“${version.pack.name} ${version.pack.version}”，只用于装入它的轮次` : version.by ? version.filename : '系统自带'

function Version({ kind, version }: { kind: string; version: Schemas['TemplateVersionView'] }) {
  const fetching = useSend(() => save(`/document-templates/${kind}/file?version=${version.version}`))
  return <li>第 {version.version} 版　{from(version)}　{version.holds && <b>现行　</b>}<small className="muted">{moment(version.at)}</small><button type="button" className="plain" disabled={fetching.busy} onClick={() => void fetching.submit()}>下载</button><Refused error={fetching.error} /></li>
}

function Names({ names }: { names: Template['names'] }) {
  const parts = [...new Set(names.map((n) => n.within ?? ''))]
  return (
    <dl className="templatenames">
      {parts.map((part) => (
        <div key={part}>
          <dt>{part ? `在 {{#${part}}} 与 {{/${part}}} 之间` : '任何地方'}</dt>
          <dd>{names.filter((n) => (n.within ?? '') === part).map((n) => <code key={n.mark}>{n.mark}</code>)}</dd>
        </div>
      ))}
    </dl>
  )
}
