/**
 * Texts with typed keys. The English catalogue is the base. It has one file for each folder that it serves, so that a
 * chunk brings its own words. Another language would be one file, loaded when it is chosen.
 */
import { createI18n, type Messages, type Translations } from '@nanostores/i18n'
import { useStore } from '@nanostores/react'
import { atom } from 'nanostores'

export { count, params } from '@nanostores/i18n'

export const locale = atom<'en'>('en')

/** The keys of a catalogue's plain sentences, without those that take values. */
export type StringKey<Catalogue extends { get(): object }> = {
  [Key in keyof ReturnType<Catalogue['get']>]: ReturnType<Catalogue['get']>[Key] extends string ? Key : never
}[keyof ReturnType<Catalogue['get']>]

export const i18n = createI18n(locale, { baseLocale: 'en', get: () => Promise.resolve({}) })

/** The texts of a catalogue in the language of the page. Other stores are read by `useStore`. */
export const useText = <Body extends Translations>(texts: Messages<Body>): Body => useStore(texts)
