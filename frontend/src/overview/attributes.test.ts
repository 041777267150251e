import { expect, it } from 'vitest'
import { attributes } from './attributes'

it('keeps what a style says and no style', () => {
  expect(attributes('<text style="font-size:13px;font-family:\'Noto Sans CJK SC\', sans-serif;font-weight:600" x="1">7</text>')).toBe(
    '<text font-size="13px" font-family="\'Noto Sans CJK SC\', sans-serif" font-weight="600" x="1">7</text>',
  )
  expect(attributes('<svg style="position:absolute;left:0" width="2"><path d="M0 0"/></svg>')).toBe('<svg width="2"><path d="M0 0"/></svg>')
  expect(attributes('<svg><path d="M0 0"/><style ><![CDATA[\n.a:hover { fill:red }\n]]>\n</style></svg>')).toBe('<svg><path d="M0 0"/></svg>')
})
