// A field that narrows a long list as one types: arrows move, Enter takes, Esc closes; the usual combobox of ARIA 1.2.
import { useEffect, useId, useRef, useState } from 'react'

export type Option = { value: string; label: string }

/** The list as far as it is worth showing. */
const shown = 50

const narrowed = (options: Option[], text: string) => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return options.filter((o) => words.every((w) => o.label.toLowerCase().includes(w))).slice(0, shown)
}

/** Shows the chosen one; an empty `value` with `clears` makes a field that adds to a list. */
export function Pick({ id, label, value, options, onChange, empty, invalid, clears }: {
  id?: string
  label?: string
  value: string
  options: Option[]
  onChange: (value: string) => void
  empty?: string
  invalid?: boolean
  clears?: boolean
}) {
  const list = useId()
  const box = useRef<HTMLDivElement>(null)
  const chosen = options.find((o) => o.value === value)?.label.trim() ?? ''
  const [text, setText] = useState<string | null>(null)
  const [at, setAt] = useState(0)
  const isOpen = text !== null
  const found = isOpen ? narrowed(options, text) : []
  useEffect(() => {
    if (isOpen) box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [at, isOpen])
  const take = (option: Option | undefined) => {
    if (option) onChange(option.value)
    setText(null)
    setAt(0)
  }
  return (
    <div className="pickbox" ref={box}>
      <input
        id={id}
        role="combobox"
        aria-label={label}
        aria-expanded={isOpen}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && found[at] ? `${list}-${at}` : undefined}
        aria-invalid={invalid}
        autoComplete="off"
        placeholder={empty ?? '输入姓名或单位查找'}
        value={text ?? chosen}
        onFocus={(e) => e.target.select()}
        onClick={() => text === null && setText('')}
        onChange={(e) => {
          setText(e.target.value)
          setAt(0)
          if (e.target.value === '' && !clears) onChange('')
        }}
        onBlur={() => setText(null)}
        onKeyDown={(e) => {
          if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
            e.preventDefault()
            if (!isOpen) setText('')
            else setAt((now) => Math.max(0, Math.min(found.length - 1, now + (e.key === 'ArrowDown' ? 1 : -1))))
          } else if (e.key === 'Enter' && isOpen) {
            e.preventDefault()
            take(found[at])
          } else if (e.key === 'Escape' && isOpen) {
            e.preventDefault()
            e.stopPropagation()
            setText(null)
          }
        }}
      />
      {isOpen && (
        <ul id={list} role="listbox" aria-label={label ?? '可选'}>
          {found.map((o, i) => (
            <li key={o.value} id={`${list}-${i}`} role="option" aria-selected={i === at} onMouseDown={(e) => { e.preventDefault(); take(o) }} onMouseEnter={() => setAt(i)}>{o.label}</li>
          ))}
          {found.length === 0 && <li className="muted" role="option" aria-selected="false" aria-disabled="true">没有相符的</li>}
        </ul>
      )}
    </div>
  )
}
