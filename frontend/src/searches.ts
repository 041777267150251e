/** So many are kept. */
const KEPT = 5
const key = (login: string) => `searches.${login}`

/** What somebody looked for last in this browser, the newest first. */
export function lastSearches(login: string): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key(login)) ?? '[]')
    return Array.isArray(kept) ? kept.filter((text): text is string => typeof text === 'string').slice(0, KEPT) : []
  } catch {
    return []
  }
}

/** Notes what was looked for; the same again comes to the front. */
export function noteSearch(login: string, text: string) {
  const rest = lastSearches(login).filter((kept) => kept !== text)
  localStorage.setItem(key(login), JSON.stringify([text, ...rest].slice(0, KEPT)))
}
