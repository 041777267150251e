// The keys that do something, on one sheet; ? opens it.
import { useEffect, useState } from 'react'
import { Dialog } from '../ui/parts'

export const shortcuts: { where: string; keys: [string, string][] }[] = [
  { where: '到处', keys: [['Ctrl K', '搜索'], ['?', '这张表'], ['Esc', '收起、关闭'], ['Tab', '下一处']] },
  { where: '整改台账', keys: [['↑ ↓', '上一行、下一行'], ['Enter', '展开或收起速览'], ['x', '选中这一行'], ['o', '打开任务']] },
  { where: '每周写实', keys: [['Ctrl Enter', '存下这一项，写下一项'], ['Alt ↑ ↓', '上一项、下一项'], ['Enter', '下一格'], ['Ctrl S', '提交'], ['Esc', '收起']] },
  { where: '任务', keys: [['Alt ↑ ↓', '列表里的上一项、下一项']] },
  { where: '方案时间轴', keys: [['← →', '前后移一个工作日'], ['PageUp PageDown', '前后移五个工作日']] },
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
