import type { ReactNode } from 'react'
import { directions } from '../contract/filter-kinds.ts'
import type { Recording, RecordingDetail, RecordingField, Start } from '../contract/recording.ts'
import { clockThere, formatMoment, formatOffset } from '../lib/moments.ts'
import { formatBytes, formatCount } from '../lib/numbers.ts'
import { offsetMinutesAt } from '../lib/zones.ts'
import { detailText } from '../text/detail-text.ts'
import { fill } from '../text/fill.tsx'
import { filterText, listText } from '../text/list-text.ts'
import { Data, Missing, Unreadable } from '../ui/data.tsx'
import { DirectionMark } from '../ui/direction.tsx'
import { PhoneNumber } from '../ui/number.tsx'
import { nameOfUser } from './parties.ts'
import { DurationTime } from './summary.tsx'

export interface Fact {
  readonly label: string
  readonly value: ReactNode
}

const text = (value: string | null | undefined): ReactNode =>
  value === null || value === undefined ? <Missing label={listText.get().missing} /> : <Data>{value}</Data>

const number = (value: string | null | undefined): ReactNode =>
  value === null || value === undefined ? text(null) : <PhoneNumber>{value}</PhoneNumber>

/** The value, or the raw text of an unreadable field. */
function orRaw(detail: Recording, field: RecordingField, value: ReactNode): ReactNode {
  const raw = detail.unreadable[field]
  if (raw === undefined) return value ?? text(null)
  return <Unreadable value={raw} label={listText.get().unreadable({ value: raw })} />
}

const moment = (epochMs: number, zone: string, nowMs: number, iso: string): ReactNode => (
  <time dateTime={iso}>{formatMoment(epochMs, zone, nowMs)}</time>
)

/** The start in the page's zone, which is named below it, and on the recorder's own clock where that differs. */
function startedFact(start: Start, zone: string, nowMs: number): ReactNode {
  const there = clockThere(start, zone, nowMs)
  return (
    <>
      {moment(start.epochMs, zone, nowMs, start.text)}
      <span className="block text-xs font-normal text-muted">
        {zone} ({formatOffset(offsetMinutesAt(start.epochMs, zone))})
      </span>
      {there ? (
        <span className="block text-xs font-normal text-muted">{listText.get().recordedThere(there)}</span>
      ) : null}
    </>
  )
}

/** @param nowMs the host's time, ms since the Unix epoch. */
export function callFacts(detail: Recording, zone: string, nowMs: number): Fact[] {
  const t = detailText.get()
  const { start, duration, direction } = detail
  const kind = direction === null ? null : directions[direction]
  const endMs = start && duration ? start.epochMs + duration.durationMs : null
  return [
    {
      label: t.started,
      value: orRaw(detail, 'startTime', start && startedFact(start, zone, nowMs)),
    },
    {
      label: t.ended,
      value: endMs === null ? text(null) : moment(endMs, zone, nowMs, new Date(endMs).toISOString()),
    },
    {
      label: t.duration,
      value: orRaw(detail, 'duration', duration && <DurationTime {...duration} />),
    },
    {
      label: t.direction,
      value: orRaw(detail, 'direction', kind && <DirectionMark kind={kind} label={filterText.get()[kind]} />),
    },
    { label: t.remote, value: orRaw(detail, 'remotePartyNumber', number(detail.remotePartyNumber)) },
    { label: t.local, value: orRaw(detail, 'localPartyNumber', number(detail.localPartyNumber)) },
  ]
}

/** @param whole whether the detail is complete; until then, each missing fact keeps its line. */
export function ownerFacts({ owner, ownerUsername }: RecordingDetail, whole: boolean): Fact[] {
  const t = detailText.get()
  // The list's row says so too.
  if (ownerUsername === null) return [{ label: t.owner, value: t.noOwner }]
  if (!whole) {
    const bone = <span className="bone my-1 w-24" />
    const labels = [t.phone, t.group, t.department]
    return [
      { label: t.owner, value: bone },
      { label: t.username, value: text(ownerUsername) },
      ...labels.map((label) => ({ label, value: bone })),
    ]
  }
  if (owner === null) return [{ label: t.owner, value: text(ownerUsername) }]
  return [
    { label: t.owner, value: text(nameOfUser(owner) ?? owner.username) },
    { label: t.username, value: text(owner.username) },
    { label: t.phone, value: number(owner.phoneNumber) },
    { label: t.group, value: text(owner.group) },
    { label: t.department, value: text(owner.department) },
  ]
}

/** The facts that a row of the list has. @param ownerName where it is known. */
export function previewFacts(
  row: Recording,
  ownerName: string | null,
  { zone, nowMs }: { readonly zone: string; readonly nowMs: number },
): Fact[] {
  const t = detailText.get()
  return [
    ...callFacts(row, zone, nowMs),
    { label: t.owner, value: orRaw(row, 'ownerUsername', text(ownerName ?? row.ownerUsername)) },
    { label: t.reference, value: orRaw(row, 'referenceNumber', text(row.referenceNumber)) },
  ]
}

/** The legal hold and the note, or null if there is neither. */
export function keepingFacts({ preservingUser, note }: RecordingDetail): ReactNode {
  const t = detailText.get()
  const { firstName, lastName, username } = preservingUser ?? { username: '' }
  const name = [firstName, lastName].filter((part) => part !== undefined).join(' ') || username
  if (!preservingUser && note === null) return null
  return (
    <>
      {preservingUser ? (
        <p className="rounded-md border border-warn bg-warn-soft px-3 py-2">
          {fill(t.hold, { name: <Data>{name}</Data> })}
        </p>
      ) : null}
      {note === null ? null : (
        <figure className="mt-2">
          <figcaption className="text-xs font-medium text-muted">{t.note}</figcaption>
          <blockquote className="mt-1 border-l-2 border-line pl-3 whitespace-pre-wrap">{note}</blockquote>
        </figure>
      )}
    </>
  )
}

/** Exact values for engineers, in a folded section. */
export function technicalFacts(detail: RecordingDetail): Fact[] {
  const t = detailText.get()
  // Without audio there is no size either.
  const bytes =
    detail.size === null || detail.size === 0
      ? null
      : `${formatBytes(detail.size)} (${formatCount(detail.size)} bytes)`
  const hash = detail.hash && [detail.hash.algorithm, detail.hash.value].filter(Boolean).join(' ')
  return [
    { label: t.reference, value: text(detail.referenceNumber) },
    { label: t.id, value: text(detail.id) },
    { label: t.isoStart, value: text(detail.start?.text) },
    { label: t.isoDuration, value: text(detail.duration?.text) },
    { label: t.conversation, value: text(detail.pbxCallId) },
    { label: t.size, value: text(bytes) },
    { label: t.hash, value: text(hash) },
  ]
}
