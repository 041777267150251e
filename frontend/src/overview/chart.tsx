// A chart, drawn as text by ECharts and put on the page as it is: no script of it stays, nothing moves, and the page's content policy, which allows
// no style attribute, holds. What is clicked says which point of which series it is.
import { BarChart, CustomChart, LineChart } from 'echarts/charts'
import type { BarSeriesOption, CustomSeriesOption, LineSeriesOption } from 'echarts/charts'
import { GridComponent, MarkLineComponent } from 'echarts/components'
import type { GridComponentOption, MarkLineComponentOption } from 'echarts/components'
import { type ComposeOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useMemo, useRef, useState } from 'react'
import '../styles/overview.css'
import { attributes } from './attributes'

use([BarChart, CustomChart, LineChart, GridComponent, MarkLineComponent, SVGRenderer])

export type Option = ComposeOption<BarSeriesOption | CustomSeriesOption | LineSeriesOption | GridComponentOption | MarkLineComponentOption>

/** Written into the drawing, so that words are measured as they are shown. */
export const font = "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Source Han Sans SC', sans-serif"
export const ink = { line: '#d5dbe2', grid: '#edf0f3', muted: '#5c6875', text: '#3f4a56', accent: '#17457f', plan: '#8592a0' }
/** Colours and the size of words, on the page and on the wall. */
export type Look = { ink: typeof ink; size: number }
export const onPage: Look = { ink, size: 13 }
export const onWall: Look = { ink: { line: '#3a4c60', grid: '#223243', muted: '#a9b9c9', text: '#e8eef4', accent: '#7db7f5', plan: '#a9b9c9' }, size: 32 }

export function draw(option: Option, width: number, height: number): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  chart.setOption({ animation: false, textStyle: { fontFamily: font, fontSize: 13 }, ...option })
  const text = attributes(chart.renderToSVGString())
  chart.dispose()
  return text
}

export function Chart({ option, height, label, onPick }: {
  /** What is drawn, by the width there is. */
  option: (width: number) => Option
  height: number
  /** What it shows, for who does not see it; the table beside it has the figures. */
  label: string
  onPick: (series: number, point: number) => void
}) {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const node = box.current
    if (!node) return
    const measure = () => setWidth(Math.floor(node.clientWidth))
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(node)
    return () => observer.disconnect()
  }, [])
  const drawn = useMemo(() => (width > 0 ? draw(option(width), width, height) : ''), [option, width, height])
  return (
    <div
      ref={box}
      className="chart"
      role="img"
      aria-label={label}
      onClick={(e) => {
        const hit = e.target instanceof Element ? e.target.closest('[ecmeta_data_index]') : null
        const [series, point] = [hit?.getAttribute('ecmeta_series_index'), hit?.getAttribute('ecmeta_data_index')]
        if (series && point) onPick(Number(series), Number(point))
      }}
      dangerouslySetInnerHTML={{ __html: drawn }}
    />
  )
}
