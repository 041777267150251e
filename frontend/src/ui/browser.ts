const systems: [RegExp, string][] = [
  [/HarmonyOS|OpenHarmony/, '鸿蒙'], [/Android/, '安卓'], [/iPhone|iPad/, 'iOS'], [/UOS|uos/, '统信 UOS'], [/Kylin|kylin/, '麒麟'],
  [/Windows/, 'Windows'], [/Mac OS X/, 'macOS'], [/Linux/, 'Linux'],
]
const names: [RegExp, string][] = [
  [/MicroMessenger/, '微信'], [/Edg\/(\d+)/, 'Edge'], [/360(?:SE|EE)|QIHU/, '360 浏览器'], [/Firefox\/(\d+)/, 'Firefox'], [/Chrome\/(\d+)/, 'Chrome'], [/Safari\//, 'Safari'],
]

/** What a person calls the browser that calls itself so: Windows，Chrome 90. */
export function browser(agent: string): string {
  const system = systems.find(([known]) => known.test(agent))?.[1]
  const found = names.map(([known, name]) => ({ name, match: known.exec(agent) })).find((n) => n.match)
  const program = found && [found.name, found.match?.[1]].filter(Boolean).join(' ')
  return [system, program].filter(Boolean).join('，') || '其他程序'
}
