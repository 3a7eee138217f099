/**
 * Texts with typed keys. The English catalogue is the base and is declared beside the folder that it serves, so
 * that a chunk brings its own words; another language is one file, loaded when it is chosen.
 */
import { createI18n } from '@nanostores/i18n'
import { atom } from 'nanostores'

export { count, params } from '@nanostores/i18n'
export { useStore as useText } from '@nanostores/react'

export const locale = atom<'en'>('en')

export const i18n = createI18n(locale, { baseLocale: 'en', get: () => Promise.resolve({}) })
