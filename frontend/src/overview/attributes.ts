/** A drawing's styles as attributes of their own: the page's content policy takes no style attribute. */
export function attributes(svg: string): string {
  return svg.replace(/ style="([^"]*)"/g, (_, style: string) =>
    style
      .split(';')
      .map((rule) => rule.trim().split(/:(.*)/s, 2).map((part) => part.trim()))
      .filter(([name, value]) => name && value && /^(font-(size|family|weight|style)|fill|stroke|text-anchor|opacity)$/.test(name))
      .map(([name, value]) => ` ${name}="${value?.replace(/"/g, '&quot;')}"`)
      .join(''),
  )
}
