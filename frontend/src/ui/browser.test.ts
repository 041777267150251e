import { describe, expect, it } from 'vitest'
import { browser } from './browser'

describe('a browser by its own name', () => {
  it('is called as people call it', () => {
    expect(browser('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.4430.212 Safari/537.36')).toBe('Windows，Chrome 90')
    expect(browser('Mozilla/5.0 (X11; Linux x86_64; UOS) AppleWebKit/537.36 Chrome/93.0.4577.63 Safari/537.36')).toBe('统信 UOS，Chrome 93')
    expect(browser('Mozilla/5.0 (Windows NT 10.0) Chrome/108.0.0.0 Safari/537.36 Edg/108.0.1462.54')).toBe('Windows，Edge 108')
    expect(browser('Mozilla/5.0 (Linux; Android 12) Chrome/86.0.4240.99 Mobile MicroMessenger/8.0')).toBe('安卓，微信')
  })
  it('is another program where it says nothing we know', () => {
    expect(browser('curl/8.5.0')).toBe('其他程序')
    expect(browser('')).toBe('其他程序')
  })
})
