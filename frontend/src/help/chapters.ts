// The manual as it lies in docs/manual, with its pictures, part of the built page: it is read without any network beyond the house.
type Built = { title: string; html: string }

const built = import.meta.glob<Built>('../../../docs/manual/*.md', { import: 'default', eager: true })
const pictures = import.meta.glob<string>('../../../docs/manual/pictures/*', { query: '?url', import: 'default', eager: true })

export type Chapter = { name: string; title: string; html: string }

const file = (path: string) => path.slice(path.lastIndexOf('/') + 1)
const picture = (name: string) => Object.entries(pictures).find(([path]) => file(path) === name)?.[1] ?? ''

/** In the order of their files: 1-unit.md, 2-leader.md …; each picture from where it lies in the built page. */
export const chapters: Chapter[] = Object.entries(built)
  .sort(([a], [b]) => a.localeCompare(b))
  .map(([path, { title, html }]) => ({
    name: file(path).replace(/^\d+-|\.md$/g, ''),
    title,
    html: html.replace(/src="pictures\/([^"]+)"/g, (_, name: string) => `src="${picture(name)}" loading="lazy"`),
  }))
