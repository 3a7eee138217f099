/**
 * The attacks of `npm run bench -- --pressure`, each in a separate process: `attacks.js NAME URL`. The process prints
 * `pressing` when it begins, and runs until it is killed.
 */
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { recordingEndpoint, RECORDINGS } from '../contract/endpoints.ts'
import { askHost, BENCH_PASSWORD, logIn, cookieOf } from './client.ts'
import { DETAIL_ID } from './recorder.ts'

/** How many people press on the host, each with an account. */
export const CROWD = 10

const own = { 'sec-fetch-site': 'same-origin' }
const firstPage = `${RECORDINGS}?page=0&pageSize=50`

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

/** Repeats the work forever, this many at once. */
async function repeat(atOnce: number, work: (round: number) => Promise<unknown>): Promise<void> {
  let round = 0
  const one = async (): Promise<void> => {
    for (;;) {
      round += 1
      await work(round).catch(() => sleep(50))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
}

/** Sends text on a new connection, and drops it after this time, ms. */
async function sendAndLeave(url: string, text: string, afterMs: number): Promise<void> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname, () => socket.write(text))
  socket.on('error', () => undefined)
  await sleep(afterMs)
  socket.destroy()
}

const rawGet = (path: string, authorization?: string): string =>
  `GET ${path} HTTP/1.1\r\nhost: localhost\r\n${authorization === undefined ? '' : `authorization: ${authorization}\r\n`}\r\n`

/** Tries to sign in until it succeeds, because wrong passwords of other attacks may delay it. */
async function signInAtLast(url: string, username: string): Promise<string> {
  for (;;) {
    const cookie = await cookieOf(url, username).catch(() => null)
    if (cookie !== null) return cookie
    await sleep(500)
  }
}

/** Signs in people of the crowd, and lets each repeat requests, `atOnce` at a time. */
async function crowd(url: string, people: number, atOnce: number, path: () => string): Promise<void> {
  const cookies: string[] = []
  for (let index = 0; index < people; index += 1) cookies.push(await signInAtLast(url, `crowd${index}`))
  const everyone = cookies.map((cookie) => repeat(atOnce, () => askHost(url + path(), { ...own, cookie })))
  await Promise.all(everyone)
}

const rare = (): string =>
  `${firstPage}&remotePartyNumber=contains:${String(Math.floor(Math.random() * 1e7)).padStart(7, '0')}`

/** Requests a whole list, and reads nothing of it. */
async function readNothing(url: string, username: string): Promise<void> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname, () =>
    socket.write(rawGet(RECORDINGS, basic(username, BENCH_PASSWORD))),
  )
  socket.on('error', () => undefined).pause()
  await new Promise((resolve) => socket.once('close', resolve))
}

type Attack = (url: string) => Promise<unknown>

const leaving: Attack = (url) =>
  Promise.all([
    repeat(2, () => sendAndLeave(url, rawGet(firstPage, basic('crowd0', BENCH_PASSWORD)).repeat(8), 80)),
    repeat(7, (round) => sendAndLeave(url, rawGet(firstPage, basic('target', `wrong${round}`)), 80)),
    repeat(3, () => sendAndLeave(url, rawGet('/recordings').repeat(60), 4)),
  ])

const guessing: Attack = (url) =>
  Promise.all([
    repeat(40, (round) => logIn(url, 'target', `wrong${round}`)),
    repeat(110, (round) =>
      logIn(url, `nobody${round % 440}`, 'wrong', { from: `127.0.1.${1 + (round % 110)}` }).then(() =>
        sleep(200),
      ),
    ),
  ])

const givingUp: Attack = async (url) => {
  const cookie = await signInAtLast(url, 'crowd3')
  await repeat(6, () => askHost(url + rare(), { ...own, cookie }, { signal: AbortSignal.timeout(20) }))
}

const slowReading: Attack = (url) =>
  Promise.all(Array.from({ length: CROWD }, (_, index) => repeat(2, () => readNothing(url, `crowd${index}`))))

const scanning: Attack = (url) => crowd(url, CROWD, 6, rare)
const counting: Attack = (url) => crowd(url, 1, 56, () => `${firstPage}&remotePartyNumber=contains:1`)
const opening: Attack = (url) => crowd(url, 1, 300, () => recordingEndpoint(DETAIL_ID))

/** Attacks on a host with a store. */
export const attacks = {
  'clients that leave': leaving,
  'wrong passwords': guessing,
  'contains:1, 56 of one user': counting,
  'rare scans of ten users': scanning,
  'searches given up': givingUp,
  'readers that do not read': slowReading,
  'all of these at once': (url) =>
    Promise.all([leaving, guessing, counting, scanning, givingUp, slowReading].map((attack) => attack(url))),
} satisfies Record<string, Attack>

/** Attacks on a host with a recorder. */
export const relayAttacks = {
  'relay: 300 details of one user': opening,
  'relay: wrong passwords': guessing,
} satisfies Record<string, Attack>

if (process.argv[1] === import.meta.filename) {
  const [, , name = '', url = ''] = process.argv
  const attack: Attack | undefined = { ...attacks, ...relayAttacks }[name]
  if (!attack) throw new Error(`There is no attack ${name}.`)
  process.stdout.write('pressing: yes\n')
  await attack(url)
}
