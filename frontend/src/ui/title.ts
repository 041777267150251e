import { useEffect } from 'react'

/** The words of the browser's tab while a page is shown. */
export function useTitle(text: string) {
  useEffect(() => {
    document.title = `${text} - 整改闭环`
  }, [text])
}
