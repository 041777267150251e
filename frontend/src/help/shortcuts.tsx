// The keys that do something, on one sheet; ? opens it.
import { useEffect, useState } from 'react'
import { Dialog } from '../ui/parts'

export const shortcuts: { where: string; keys: [string, string][] }[] = [
  { where: '到处', keys: [['Ctrl K', '搜索'], ['?', '这张表'], ['Esc', '收起、关闭'], ['Tab', '下一处']] },
]

const isTyping = (target: EventTarget | null) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

export function Shortcuts() {
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      if ((e.key !== '?' && e.key !== '？') || isTyping(e.target) || e.ctrlKey || e.metaKey || e.altKey) return
      e.preventDefault()
      setOpen(true)
    }
    window.addEventListener('keydown', key)
    return () => window.removeEventListener('keydown', key)
  }, [])
  return isOpen ? <Dialog title="快捷键" onClose={() => setOpen(false)}><ShortcutList /></Dialog> : null
}

export function ShortcutList() {
  return (
    <div className="keys">
      {shortcuts.map((group) => (
        <section key={group.where} aria-label={group.where}>
          <h3>{group.where}</h3>
          <dl>{group.keys.map(([key, does]) => <div key={key}><dt>{key.split(' ').map((k) => <kbd key={k}>{k}</kbd>)}</dt><dd>{does}</dd></div>)}</dl>
        </section>
      ))}
    </div>
  )
}
