// A chapter of the manual; its words are ours and come with the page.
import type { Chapter } from './chapters'

export function Manual({ chapter }: { chapter: Chapter }) {
  return <article className="manual card" dangerouslySetInnerHTML={{ __html: chapter.html }} />
}
