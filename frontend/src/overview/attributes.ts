/** A drawing's styles as attributes of their own, and none for what moves or is hovered: the page's content policy takes no style of its own. */
export function attributes(svg: string): string {
  return svg.replace(/<style[^>]*>[\s\S]*?<\/style>/g, '').replace(/ style="([^"]*)"/g, (_, style: string) =>
    style
      .split(';')
      .map((rule) => rule.trim().split(/:(.*)/s, 2).map((part) => part.trim()))
      .filter(([name, value]) => name && value && /^(font-(size|family|weight|style)|fill|stroke|text-anchor|opacity)$/.test(name))
      .map(([name, value]) => ` ${name}="${value?.replace(/"/g, '&quot;')}"`)
      .join(''),
  )
}
