// A JSON text as it is written: what a parser would quietly pass over is a fault in a record.

/** Words for a name that is written twice in one object, a number that is no plain one, half a character; none when there is nothing of the kind. */
export function fault(text: string): string | null {
  const names: Set<string>[] = []
  for (const [token = ''] of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}]|-?\d[\d.eE+-]*/gs)) {
    if (token === '{') names.push(new Set())
    else if (token === '}') names.pop()
    else if (!token.startsWith('"')) {
      if (!/^(0|[1-9]\d*)$/.test(token)) return `有写法不对的数字 ${token}`
    } else if (/[\ud800-\udbff](?![\udc00-\udfff])|(?:^|[^\ud800-\udbff])[\udc00-\udfff]/.test(JSON.parse(token.replace(/\s*:$/, '')) as string)) return '有不完整的文字'
    else if (token.endsWith(':')) {
      const name = JSON.parse(token.replace(/\s*:$/, '')) as string
      const known = names[names.length - 1]
      if (known?.has(name)) return `“${name}”写了两次`
      known?.add(name)
    }
  }
  return null
}
