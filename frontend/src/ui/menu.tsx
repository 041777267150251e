import { type ReactNode, useEffect, useRef } from 'react'

/** A button with something that folds out below it; a click elsewhere or Esc folds it in. */
export function Menu({ className, label, face, onOpen, stays = false, children }: {
  className: string
  label?: string
  face: ReactNode
  onOpen?: () => void
  /** What is pressed inside leaves it open. */
  stays?: boolean
  children: ReactNode
}) {
  const ref = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    const close = () => ref.current?.removeAttribute('open')
    const click = (e: MouseEvent) => {
      const to = e.target
      if (!(to instanceof Node) || !ref.current?.contains(to)) close()
      else if (!stays && to instanceof Element && to.closest('.menu a, .menu button')) close()
    }
    const key = (e: KeyboardEvent) => {
      if (e.key !== 'Escape' || !ref.current?.open) return
      close()
      ref.current.querySelector('summary')?.focus()
    }
    document.addEventListener('click', click)
    document.addEventListener('keydown', key)
    return () => {
      document.removeEventListener('click', click)
      document.removeEventListener('keydown', key)
    }
  }, [stays])
  return (
    <details ref={ref} className={className} onToggle={(e) => e.currentTarget.open && onOpen?.()}>
      <summary className={className === 'more' ? 'button' : undefined} aria-label={label}>{face}</summary>
      <div className="menu">{children}</div>
    </details>
  )
}
