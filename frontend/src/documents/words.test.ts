import { expect, test } from 'vitest'
import { type FigureView, hundredths, inserted, shown, typed, whole } from './words'

const figure = (name: string, said: string | null, over: Partial<FigureView> = {}): FigureView => ({
  key: 'tasks', name, said, counted: said, value: said === null ? null : Number(said), is_amount: false, is_entered: false, entered: null, ...over,
})

test('a figure stands in its place, one that is not entered is named, and what is no single figure waits for the server', () => {
  const figures = [figure('任务数', '60'), figure('处理人数', null)]
  expect(shown('共{{任务数}}项，处理{{ 处理人数 }}人', figures)).toBe('共60项，处理〔待填：处理人数〕人')
  expect(shown('{{任务数+措施数}}、{{没有}}、{{未完', figures)).toBe('{{任务数+措施数}}、{{没有}}、{{未完')
})

test('a mark is put in where the writer stands', () => {
  expect(inserted('共项', 1, '{{任务数}}')).toEqual({ text: '共{{任务数}}项', at: 8 })
  expect(inserted('共', null, 'x')).toEqual({ text: '共x', at: 2 })
  expect(inserted('共', 9, 'x')).toEqual({ text: '共x', at: 2 })
  expect(inserted('共', -1, 'x')).toEqual({ text: 'x共', at: 1 })
})

test('amounts are typed in yuan and kept in hundredths, counts are whole', () => {
  expect([hundredths('350'), hundredths(' 0.5 '), hundredths('12.34'), hundredths('12.345'), hundredths('-1'), hundredths('三')]).toEqual([35000, 50, 1234, null, null, null])
  expect([whole('12'), whole(' 0 '), whole('1.5'), whole(''), whole('-2')]).toEqual([12, 0, null, null, null])
  expect(typed(figure('涉及金额', '4.5元', { is_amount: true, value: 450 }))).toBe('4.5')
  expect(typed(figure('任务数', '60'))).toBe('60')
  expect(typed(figure('处理人数', null))).toBe('')
})
