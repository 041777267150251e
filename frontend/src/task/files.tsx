// Evidence as one sees and fetches it: a picture as itself, anything else by its kind.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { type Schemas, download, picture } from '../api/client'
import { useSend } from '../ui/form'
import { Dialog, Refused } from '../ui/parts'
import { day, size } from '../ui/words'

type Evidence = Schemas['EvidenceView']

/** Largest picture that is fetched to be shown small, bytes. */
const largest = 4 * 1024 * 1024

export function Files({ evidence, task }: { evidence: Evidence[]; task: Schemas['TaskView'] }) {
  if (evidence.length === 0) return null
  return (
    <ul className="files">
      {evidence.map((e) => <OneFile key={e.id} file={e} proves={proves(e, task)} />)}
    </ul>
  )
}

/** 标准 1、2, or what else it is for. */
function proves(e: Evidence, task: Schemas['TaskView']): string {
  const numbers = e.criteria.map((c) => task.criteria.findIndex((k) => k.id === c) + 1).filter((n) => n > 0)
  return numbers.length > 0 ? `标准 ${numbers.join('、')}` : e.purpose_label
}

function OneFile({ file, proves: what }: { file: Evidence; proves: string }) {
  const fetching = useSend(() => download(file.id))
  const [isLarge, setLarge] = useState(false)
  const kind = (file.filename.split('.').pop() ?? '').toUpperCase()
  const isPicture = file.media_type.startsWith('image/') && file.size <= largest
  const url = usePicture(file.id, isPicture)
  return (
    <li ref={url.ref}>
      <button type="button" className="onefile" disabled={fetching.busy} onClick={() => (url.href ? setLarge(true) : void fetching.submit())} title={url.href ? `看 ${file.filename}` : `下载 ${file.filename}`}>
        {url.href ? <img src={url.href} alt="" /> : <span className="kind" aria-hidden="true">{kind.slice(0, 4)}</span>}
        <span>
          <b>{file.filename}</b>
          <small>{kind} {size(file.size)}，{what}，{file.by.name} {day(file.occurred_on)}</small>
        </span>
      </button>
      <Refused error={fetching.error} />
      {isLarge && url.href && (
        <Dialog isWide title={file.filename} onClose={() => setLarge(false)}>
          <img className="whole" src={url.href} alt={file.filename} />
          <div className="send"><button type="button" onClick={() => void fetching.submit()}>下载</button></div>
        </Dialog>
      )}
    </li>
  )
}

/** An address of the picture within this page, once it has come into sight. */
function usePicture(id: string, isPicture: boolean) {
  const ref = useRef<HTMLLIElement>(null)
  const [isSeen, setSeen] = useState(false)
  const [href, setHref] = useState<string | null>(null)
  useEffect(() => {
    if (!isPicture || !ref.current) return
    const observer = new IntersectionObserver((entries) => entries.some((e) => e.isIntersecting) && setSeen(true))
    observer.observe(ref.current)
    return () => observer.disconnect()
  }, [isPicture])
  const { data } = useQuery({ queryKey: ['picture', id], queryFn: () => picture(id), enabled: isPicture && isSeen, staleTime: Infinity, refetchOnWindowFocus: false })
  useEffect(() => {
    if (!data) return
    const made = URL.createObjectURL(data)
    setHref(made)
    return () => {
      URL.revokeObjectURL(made)
      setHref(null)
    }
  }, [data])
  return { ref, href }
}
