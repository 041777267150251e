// Draws again from a file, whoever made it: chosen or dropped here, computed in the browser, sent nowhere.
import { useState } from 'react'
import { Verification } from '../checks/verification'
import '../styles/checks.css'
import { useTitle } from '../ui/title'

export function DrawAgain() {
  useTitle('验证抽取')
  const [file, setFile] = useState<{ name: string; text: string } | null>(null)
  const [isOver, setOver] = useState(false)
  const read = (list: FileList | null) => {
    const chosen = list?.[0]
    if (chosen) void chosen.text().then((text) => setFile({ name: chosen.name, text }))
  }
  return (
    <>
      <div className="head"><h1>验证抽取</h1><p>在本机浏览器里重新抽取一遍，文件不上传</p></div>
      <div className={isOver ? 'card drop over' : 'card drop'} onDragOver={(e) => { e.preventDefault(); setOver(true) }} onDragLeave={() => setOver(false)} onDrop={(e) => { e.preventDefault(); setOver(false); read(e.dataTransfer.files) }}>
        <p>把抽取记录文件（.json）拖到这里，或者</p>
        <p><label><input type="file" className="hidden" accept=".json,application/json" onChange={(e) => { read(e.target.files); e.target.value = '' }} /><span className="button">选择文件</span></label></p>
        <p className="muted">抽取记录在检查页面上下载。验证时按记录重新计算抽样框的根值、各方随机数、种子、每项任务的顺序和检查人员，一处不同就会指出来。</p>
      </div>
      {file && <section className="card"><h2>{file.name}</h2><Verification key={file.text.length + file.name} text={file.text} /></section>}
    </>
  )
}
