// The week's list by keyboard alone. While something is being composed by an input method, its keys are its own.
import { useEffect, useRef } from 'react'

export const shortcuts: [string, string][] = [
  ['Ctrl+Enter', '下一项'],
  ['Alt+↑ ↓', '上一项、下一项'],
  ['Enter', '下一格'],
  ['Ctrl+S', '提交'],
  ['Esc', '收起'],
]

type Acts = { move: (by: 1 | -1) => void; handIn: () => void; fold: () => void }

/** The field after this one in its row. */
function next(field: HTMLElement): HTMLElement | undefined {
  const all = [...(field.closest('.weekrow')?.querySelectorAll<HTMLElement>('.now textarea, .now input:not([type=file])') ?? [])]
  return all[all.indexOf(field) + 1]
}

export function useKeys(acts: Acts) {
  const latest = useRef(acts)
  latest.current = acts
  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      if (e.isComposing || e.keyCode === 229 || e.defaultPrevented || document.querySelector('dialog[open]')) return
      const target = e.target instanceof HTMLElement ? e.target : null
      const isSave = (e.ctrlKey || e.metaKey) && !e.shiftKey && e.key.toLowerCase() === 's'
      const isNextRow = (e.ctrlKey || e.metaKey) && e.key === 'Enter'
      const isMove = e.altKey && (e.key === 'ArrowDown' || e.key === 'ArrowUp')
      const isLine = e.key === 'Enter' && !e.altKey && !e.ctrlKey && !e.metaKey && target instanceof HTMLInputElement && target.type !== 'file' && target.closest('.weekrow') !== null
      if (isSave) latest.current.handIn()
      else if (isNextRow) latest.current.move(1)
      else if (isMove) latest.current.move(e.key === 'ArrowDown' ? 1 : -1)
      else if (isLine) {
        const field = next(target)
        if (field) field.focus()
        else latest.current.move(1)
      } else if (e.key === 'Escape' && target?.closest('.weekrow.open')) latest.current.fold()
      else return
      e.preventDefault()
    }
    document.addEventListener('keydown', key)
    return () => document.removeEventListener('keydown', key)
  }, [])
}
